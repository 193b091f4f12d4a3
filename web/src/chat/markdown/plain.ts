import type { Mention } from '../../protocol/messages';
import { hostBeside, nextAddress } from './links';
import { mentionAt } from './mentions';
import type { Block, Inline } from './tree';

/** Signs that may mean something in a line of Markdown. */
const signs = /[*_~`<[\]\\|]/;
/** Beginnings of lines that may: headings, quotes, lists, rules, indents. */
const beginnings = /^(?:[ \t]|#|>|[-+=]|\d{1,9}[.)])/m;

/** A text that reads the same with Markdown and without, taken apart; null for any other. */
export function readPlain(text: string, mentions: readonly Mention[]): Block[] | null {
  if (beginnings.test(text) || / \n/.test(text)) return null;
  const lines = readLines(text, mentions);
  const written = lines.flatMap(({ children }) => children);
  return written.some((it) => it.kind === 'text' && signs.test(it.text)) ? null : lines;
}

/** A text as it was typed, with its links and mentions: what is shown while it cannot be read as Markdown. */
export function readTyped(text: string, mentions: readonly Mention[]): Block[] {
  return readLines(text, mentions);
}

function readLines(
  text: string,
  mentions: readonly Mention[],
): Extract<Block, { kind: 'paragraph' }>[] {
  return text
    .split(/\n(?:[ \t]*\n)+/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => ({
      kind: 'paragraph',
      children: readSpans(paragraph.replace(/^\n+|\n+$/g, ''), mentions),
    }));
}

/** Links and mentions, and the text between them. */
function readSpans(text: string, mentions: readonly Mention[]): Inline[] {
  const spans: Inline[] = [];
  let begun = 0;
  const upTo = (end: number) => {
    if (end > begun) spans.push({ kind: 'text', text: text.slice(begun, end) });
  };
  let link = nextAddress(text, 0);
  let at = text.indexOf('@');
  while (link !== null || at !== -1) {
    const linkFirst = link !== null && (at === -1 || link.place < at);
    if (linkFirst && link !== null) {
      const { place, address } = link;
      upTo(place);
      begun = place + address.text.length;
      const { text: said, href } = address;
      const children: Inline[] = [{ kind: 'text', text: said }];
      spans.push({ kind: 'link', href, host: hostBeside(said, href), children });
      link = nextAddress(text, begun);
      at = text.indexOf('@', begun);
      continue;
    }
    const mention = mentionAt(text, at, mentions);
    if (mention !== null) {
      upTo(at);
      begun = at + 1 + mention.name.length;
      const { author } = mention;
      spans.push({ kind: 'mention', text: text.slice(at, begun), author });
      if (link !== null && link.place < begun) link = nextAddress(text, begun);
    }
    at = text.indexOf('@', Math.max(at + 1, begun));
  }
  upTo(text.length);
  return spans;
}
