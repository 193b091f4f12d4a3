import { aroundCode, fenced, inFence } from './formatting';

/** What is on the clipboard, as far as it matters here. */
export interface Pasted {
  text: string;
  html: string;
  /** What one editor says of itself: JSON with a `mode`. */
  editor: string;
}

/** Longest text that is looked at for being code. */
const most_chars = 20_000;

/** Share of lines that end as lines of code do, from which on a text is taken for code. */
const code_share = 0.3;

/** What is written in the place of a selection for what is pasted; null where the browser's own way is right. */
export function asPasted(pasted: Pasted, text: string, from: number, to: number): string | null {
  const plain = pasted.text.replace(/\r\n?/g, '\n');
  const selected = text.slice(from, to);
  if (/^https?:\/\/\S+$/i.test(plain.trim()) && isLabel(selected))
    return `[${selected}](${plain.trim()})`;
  if (inFence(text, from) || !isCode(plain, pasted)) return null;
  const code = withoutIndent(plain.replace(/^\n+|\s+$/g, ''));
  return aroundCode(text, from, to, fenced(code, languageOf(pasted)));
}

/** Words that a pasted address can be put behind. */
function isLabel(selected: string): boolean {
  return /\S/.test(selected) && !/[[\]\n]|^https?:/i.test(selected);
}

/** Lines, some of them further in than others, out of an editor or such as code has. */
function isCode(text: string, { html, editor }: Pasted): boolean {
  if (text.length > most_chars || /^\s*(?:`{3}|~{3})/m.test(text)) return false;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 2) return false;
  if (editor !== '') return true;
  // Lists and quotes of a text go in, too.
  const isText = (line: string) => /^\s*(?:[-*+•>]|\d{1,3}[.)])\s/.test(line);
  const indented = lines.filter((line) => /^(?:\t| {2})\s*\S/.test(line) && !isText(line));
  if (indented.length === 0) return false;
  if (/<pre[\s>]|font-family:[^;"]*\b(?:mono|consolas|menlo|courier|jetbrains)/i.test(html))
    return true;
  const likeCode = lines.filter((line) =>
    /[{}();[\],:=<>|\\&]\s*$|^\s*(?:[}\])@#]|\/\/)/.test(line),
  );
  return likeCode.length / lines.length >= code_share;
}

/** The lines as far to the left as they go together. */
function withoutIndent(code: string): string {
  const lines = code.split('\n');
  const indents = lines
    .filter((line) => line.trim() !== '')
    .map((line) => /^[ \t]*/.exec(line)?.[0] ?? '');
  const [first = ''] = indents;
  let common = first;
  for (const indent of indents) {
    while (!indent.startsWith(common)) common = common.slice(0, -1);
  }
  return lines.map((line) => line.slice(line.startsWith(common) ? common.length : 0)).join('\n');
}

/** What the editor said that it is; `plaintext` is nothing. */
function languageOf({ editor }: Pasted): string {
  try {
    const { mode } = JSON.parse(editor) as { mode?: unknown };
    return typeof mode === 'string' && /^[\w#+-]{1,20}$/.test(mode) && mode !== 'plaintext'
      ? mode
      : '';
  } catch {
    return '';
  }
}
