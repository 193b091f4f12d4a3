/** A change of what is written: a piece takes the place of another, and what is selected then. */
export interface Change {
  from: number;
  to: number;
  insert: string;
  /** The selection after it, in the whole text. */
  select: readonly [start: number, end: number];
}

export type Format = 'bold' | 'italic' | 'code' | 'link';

const marks = { bold: '**', italic: '*', code: '`' } as const;

/** Which keys with Ctrl or ⌘ do what. */
export const formatKeys: Readonly<Record<string, Format>> = {
  b: 'bold',
  i: 'italic',
  e: 'code',
  k: 'link',
};

/** Puts a format on the selection, or takes it away where it is there. */
export function format(kind: Format, text: string, start: number, end: number): Change {
  // A double click selects the space behind a word with it.
  const selected = text.slice(start, end);
  const from = start + (selected.length - selected.trimStart().length);
  const to = Math.max(from, end - (selected.length - selected.trimEnd().length));
  if (kind === 'link') return link(text.slice(from, to), from, to);
  if (kind === 'code' && text.slice(from, to).includes('\n')) return block(text, from, to);
  return toggled(text, from, to, marks[kind]);
}

function toggled(text: string, from: number, to: number, mark: string): Change {
  const inner = text.slice(from, to);
  const { length } = mark;
  if (from > 0 && isMarked(text, from, to, mark)) {
    const select = [from - length, to - length] as const;
    return { from: from - length, to: to + length, insert: inner, select };
  }
  if (inner.length > 2 * length && isMarked(inner, length, inner.length - length, mark)) {
    const insert = inner.slice(length, -length);
    return { from, to, insert, select: [from, from + insert.length] };
  }
  return { from, to, insert: mark + inner + mark, select: [from + length, to + length] };
}

/** Whether a mark stands on both sides. One asterisk is there beside three as it is alone, not beside two. */
function isMarked(text: string, from: number, to: number, mark: string): boolean {
  const sign = mark.charAt(0);
  let before = 0;
  while (text.charAt(from - before - 1) === sign) before += 1;
  let after = 0;
  while (text.charAt(to + after) === sign) after += 1;
  const run = Math.min(before, after);
  return mark === '*' ? run % 2 === 1 : run >= mark.length;
}

function link(selected: string, from: number, to: number): Change {
  if (/^(?:https?:\/\/|mailto:)\S+$/i.test(selected)) {
    return { from, to, insert: `[](${selected})`, select: [from + 1, from + 1] };
  }
  const caret = selected === '' ? from + 1 : from + selected.length + 3;
  return { from, to, insert: `[${selected}]()`, select: [caret, caret] };
}

/** Lines of code between fences of their own. */
function block(text: string, from: number, to: number): Change {
  const insert = aroundCode(text, from, to, fenced(text.slice(from, to)));
  const begin = from + insert.indexOf('\n', insert.indexOf('`')) + 1;
  return { from, to, insert, select: [begin, begin + (to - from)] };
}

/** Code between fences that are longer than any in it. */
export function fenced(code: string, language = ''): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}

/** A block on lines of its own, wherever it is put. */
export function aroundCode(text: string, from: number, to: number, code: string): string {
  const before = from > 0 && text.charAt(from - 1) !== '\n' ? '\n' : '';
  const after = to < text.length && text.charAt(to) !== '\n' ? '\n' : '';
  return before + code + after;
}

/** Whether a place is in a block of code that was begun above it and did not end. */
export function inFence(text: string, place: number): boolean {
  let open = '';
  for (const line of text.slice(0, place).split('\n')) {
    const fence = /^ {0,3}(`{3,}|~{3,})([^`]*)$/.exec(line);
    if (fence === null) continue;
    const [, run = '', rest = ''] = fence;
    if (open === '') open = run;
    else if (run.startsWith(open) && rest.trim() === '') open = '';
  }
  return open !== '';
}
