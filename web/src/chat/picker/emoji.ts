import { fit } from '../../actions/search';
import type { Language } from '../../state/language';

/** An emoji, and what it is called. */
export interface Emoji {
  emoji: string;
  name: string;
  /** What it is called in the other language, in lower case. */
  also: string;
  /** All that one may look for it by, in both languages, in lower case. */
  words: string;
}

/** Emoji that belong together, in the order of the picker. */
export const groupNames = [
  'faces',
  'people',
  'nature',
  'food',
  'places',
  'activities',
  'objects',
  'symbols',
  'flags',
] as const;
export type GroupName = (typeof groupNames)[number];

export interface EmojiGroup {
  name: GroupName;
  emoji: readonly Emoji[];
}

interface Written {
  name: string;
  words: string;
}

/** All emoji with their names in a language; they are found by their names in the other one, too. */
export async function loadEmoji(language: Language): Promise<EmojiGroup[]> {
  const [{ default: en }, { default: ko }] = await Promise.all([
    import('virtual:emoji/en'),
    import('virtual:emoji/ko'),
  ]);
  const [own, other] = language === 'ko' ? [ko, en] : [en, ko];
  return groupNames.map((name, index) => {
    const names = linesOf(own[index]);
    const others = linesOf(other[index]);
    const emoji = [...names].map(([sign, { name, words }]) => {
      const other = others.get(sign) ?? { name: '', words: '' };
      const all = [name, words, other.name, other.words].join(' ').toLocaleLowerCase();
      return { emoji: sign, name, also: other.name.toLocaleLowerCase(), words: all };
    });
    return { name, emoji };
  });
}

function linesOf(text = ''): Map<string, Written> {
  const lines = text.split('\n').map((line) => line.split('\t'));
  return new Map(lines.map(([sign = '', name = '', words = '']) => [sign, { name, words }]));
}

/** Emoji that are shown for what is typed: more are not looked through. */
const most_found = 80;

/**
 * The emoji that are called something with all of these words in it, those whose name begins so first. Where there
 * are none, a Korean word may be unfinished.
 */
export function findEmoji(typed: string, groups: readonly EmojiGroup[]): Emoji[] {
  const words = typed
    .toLocaleLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return [];
  const all = groups.flatMap(({ emoji }) => emoji);
  const found = all.filter((it) => words.every((word) => it.words.includes(word)));
  const [first = ''] = words;
  const rank = ({ name, also, words: its }: Emoji): number => {
    if (name.toLocaleLowerCase().startsWith(first)) return 0;
    if (also.startsWith(first)) return 1;
    return ` ${its}`.includes(` ${first}`) ? 2 : 3;
  };
  if (found.length > 0) {
    return found.sort((a, b) => rank(a) - rank(b)).slice(0, most_found);
  }
  return all.filter(({ name }) => fit(typed, name) >= 50).slice(0, most_found);
}
