/** A piece of a line of a message. */
export type Span =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'link'; text: string; href: string };

/** A piece of a message: written text, or a block of code. */
export type Block = { kind: 'text'; spans: Span[] } | { kind: 'code'; text: string };

/** Three backticks at a line's begin, perhaps a language, until the same alone on a line. */
const fence = /^```[^\n`]*\n([\s\S]*?)(?:\n```[ \t]*(?:\n|$)|\n?```[ \t]*$)/gm;

const inlineCode = /`([^`\n]+)`/g;

/**
 * `http` or `https`; a host of labels and a top-level domain in one script each (so that a Korean particle behind
 * `example.com` is not taken for a part of it), an IP address or `localhost`; a port; a path, query or fragment.
 */
const link =
  /\bhttps?:\/\/(?:(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+(?:[a-z][a-z0-9-]*|[가-힣]{2,})|localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?#][^\s<>"]*)?/giu;

/**
 * Reads what a person typed: links, `code` and blocks of code. It is only taken apart: the pieces are shown as text,
 * and whatever else looks like markup stays as it was typed.
 */
export function readMessage(text: string): Block[] {
  const blocks: Block[] = [];
  let end = 0;
  for (const match of text.matchAll(fence)) {
    pushText(blocks, text.slice(end, match.index));
    blocks.push({ kind: 'code', text: match[1] ?? '' });
    end = match.index + match[0].length;
  }
  pushText(blocks, text.slice(end));
  return blocks;
}

function pushText(blocks: Block[], text: string): void {
  // The line ends around a block of code belong to its fences.
  const plain = blocks.length > 0 ? text.replace(/^\n/, '') : text;
  const trimmed = plain.replace(/\n+$/, '');
  if (trimmed !== '') blocks.push({ kind: 'text', spans: readLine(trimmed) });
}

function readLine(text: string): Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (const match of text.matchAll(inlineCode)) {
    spans.push(...readLinks(text.slice(end, match.index)));
    spans.push({ kind: 'code', text: match[1] ?? '' });
    end = match.index + match[0].length;
  }
  spans.push(...readLinks(text.slice(end)));
  return spans;
}

function readLinks(text: string): Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (const match of text.matchAll(link)) {
    const address = withoutTail(match[0]);
    const href = safeHref(address);
    if (href === null) continue;
    if (match.index > end) spans.push({ kind: 'text', text: text.slice(end, match.index) });
    spans.push({ kind: 'link', text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) spans.push({ kind: 'text', text: text.slice(end) });
  return spans;
}

/** An address without what belongs to the sentence around it: full stops, closing brackets, Korean particles. */
function withoutTail(address: string): string {
  let kept = address;
  for (;;) {
    const before = kept;
    // A particle is written without a space behind the word: `https://example.com/a에서`.
    kept = kept.replace(/^([\x21-\x7e]*[a-z0-9_=-])[가-힣]+$/i, '$1');
    kept = kept.replace(/[.,:;!?…'’”*~]+$/, '');
    if (/[)\]}]$/.test(kept) && !isBalanced(kept)) kept = kept.slice(0, -1);
    if (kept === before) return kept;
  }
}

/** Whether the last bracket of the address was opened in it. */
function isBalanced(address: string): boolean {
  const pairs: Record<string, string> = { ')': '(', ']': '[', '}': '{' };
  const close = address.at(-1) ?? '';
  const count = (sign: string) => address.split(sign).length;
  return count(pairs[close] ?? '') >= count(close);
}

function safeHref(address: string): string | null {
  try {
    const { protocol, href } = new URL(address);
    return protocol === 'http:' || protocol === 'https:' ? href : null;
  } catch {
    return null;
  }
}
