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

/**
 * An address without what belongs to the sentence around it: full stops, closing brackets, Korean particles. One way
 * through from its end, however long it is.
 */
function withoutTail(address: string): string {
  const plain = withoutPunctuation(address);
  const kept = withoutParticle(plain);
  return kept === plain ? plain : withoutPunctuation(kept);
}

const openings: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

function withoutPunctuation(address: string): string {
  const counts: Record<string, number> = {};
  for (const sign of address) counts[sign] = (counts[sign] ?? 0) + 1;
  let end = address.length;
  for (; end > 0; end -= 1) {
    const sign = address[end - 1] ?? '';
    const opening = openings[sign];
    // A bracket stays where it was opened in the address itself.
    const stray = opening !== undefined && (counts[sign] ?? 0) > (counts[opening] ?? 0);
    if (!stray && !".,:;!?…'’”*~".includes(sign)) break;
    counts[sign] = (counts[sign] ?? 0) - 1;
  }
  return address.slice(0, end);
}

/** A particle is written without a space behind the word: `https://example.com/a에서`. */
function withoutParticle(address: string): string {
  let end = address.length;
  while (end > 0 && /[가-힣]/.test(address[end - 1] ?? '')) end -= 1;
  const before = address.slice(0, end);
  return /^[\x21-\x7e]+$/.test(before) && /[a-z0-9_=-]$/i.test(before) ? before : address;
}

function safeHref(address: string): string | null {
  try {
    const { protocol, href } = new URL(address);
    return protocol === 'http:' || protocol === 'https:' ? href : null;
  } catch {
    return null;
  }
}
