import { search } from '../../actions/search';
import type { Entry, Person } from '../../protocol/messages';
import { nameOf } from '../../state/names';

/** What the caret stands behind that a name can take the place of. */
export interface Wanted {
  /** `mention`: an `@`; `private`: a slash at the beginning, for whom it is alone. */
  kind: 'mention' | 'private';
  /** Where it begins, its sign included. */
  from: number;
  /** What was typed of the name. */
  typed: string;
}

/** Somebody who can be written to. */
export interface Candidate {
  person: Person;
  /** In the room just then. */
  here: boolean;
}

/** Longest beginning of a name that is looked for: as long as names are. */
const most_typed = 40;

/** Names that are offered at once: what is seen without scrolling much. */
const most_offered = 8;

/** What is wanted where the caret is, or null. */
export function wantedAt(text: string, caret: number, slash: boolean): Wanted | null {
  const before = text.slice(Math.max(0, caret - most_typed - 1), caret);
  if (slash && caret >= 1 && before.length === caret && /^\/[^\n/]*$/.test(before))
    return { kind: 'private', from: 0, typed: before.slice(1) };
  const at = before.lastIndexOf('@');
  if (at === -1) return null;
  const typed = before.slice(at + 1);
  // An `@` in the middle of a word belongs to an address.
  if (/[\n@]|^\s/.test(typed) || /[a-z0-9._%+-]/i.test(before.charAt(at - 1))) return null;
  return { kind: 'mention', from: caret - typed.length - 1, typed };
}

/** Those whom a name that is being typed may mean, the likeliest first. */
export function offer(wanted: Wanted, candidates: readonly Candidate[]): Candidate[] {
  const able = wanted.kind === 'private' ? candidates.filter(({ here }) => here) : candidates;
  const typed = wanted.typed.toLocaleLowerCase();
  const written = ({ person }: Candidate) => person.name.toLocaleLowerCase();
  // Behind a whole name and a space goes on what is said to them, or a longer name.
  if (able.some((it) => typed.startsWith(`${written(it)} `)))
    return able.filter((it) => written(it).startsWith(typed));
  const words = ({ person }: Candidate) => ({ names: [nameOf(person)], descriptions: [] });
  let found = search(wanted.typed, able, words);
  if (found.length === 0) found = search(loosened(wanted.typed), able, words);
  return found.slice(0, most_offered);
}

/** Who can be mentioned: whoever is here, in their order, then whoever wrote lately, the latest first. */
export function candidatesOf(
  others: readonly Person[],
  entries: readonly Pick<Entry, 'sender'>[],
  own: string | null,
): Candidate[] {
  const seen = new Set(own === null ? [] : [own]);
  const found: Candidate[] = [];
  const take = (person: Person, here: boolean) => {
    if (seen.has(person.author)) return;
    seen.add(person.author);
    found.push({ person, here });
  };
  for (const person of others) take(person, true);
  for (const { sender } of entries.toReversed()) take(sender, false);
  return found;
}

const first_syllable = 0xac00;
const last_syllable = 0xd7a3;
/** Finals of a syllable, and none (Unicode, chapter 3.12). */
const finals = 28;

/** Of each final what stays of it, as another final, and the consonant that begins the next syllable. */
const moved =
  '0ㄱ 0ㄲ 1ㅅ 0ㄴ 4ㅈ 4ㅎ 0ㄷ 0ㄹ 8ㄱ 8ㅁ 8ㅂ 8ㅅ 8ㅌ 8ㅍ 8ㅎ 0ㅁ 0ㅂ 17ㅅ 0ㅅ 0ㅆ 0ㅇ 0ㅈ 0ㅊ 0ㅋ 0ㅌ 0ㅍ 0ㅎ'
    .split(' ')
    .map((it) => ({ stays: Number(it.slice(0, -1)), moves: it.slice(-1) }));

/**
 * A Korean name while it is composed: the consonant that ends the last syllable begins the next one as soon as a vowel
 * follows. Of `민지` one sees `믽` for a moment, which stands for `민ㅈ`.
 */
export function loosened(typed: string): string {
  const code = (typed.at(-1)?.codePointAt(0) ?? 0) - first_syllable;
  if (code < 0 || code > last_syllable - first_syllable) return typed;
  const final = moved[(code % finals) - 1];
  if (final === undefined) return typed;
  const open = first_syllable + code - (code % finals) + final.stays;
  return typed.slice(0, -1) + String.fromCodePoint(open) + final.moves;
}
