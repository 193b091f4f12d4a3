/** An address in a text. */
export interface Address {
  /** As it was typed. */
  text: string;
  href: string;
}

/** Signs that turn the direction of what follows, or are not seen at all: in an address they only mislead. */
const misleading = '\\u061c\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff';

/**
 * `http` or `https`; a host of labels and a top-level domain in one script each (so that a Korean particle behind
 * `example.com` is not taken for a part of it), an IP address or `localhost`; a port; a path, query or fragment.
 */
const address = new RegExp(
  String.raw`https?:\/\/(?:(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+(?:[a-z][a-z0-9-]*|[가-힣]{2,})|localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?#][^\s<>"${misleading}]*)?`,
  'giuy',
);

/** The address that begins at a place of a text, or null where none does. */
export function addressAt(text: string, place: number): Address | null {
  if (/[a-z0-9]/i.test(text.charAt(place - 1))) return null;
  address.lastIndex = place;
  const found = address.exec(text)?.[0];
  if (found === undefined) return null;
  const plain = withoutTail(withoutLabelEnd(found));
  const href = safeHref(plain);
  return href === null ? null : { text: plain, href };
}

/** The next address from a place on, with where it begins. */
export function nextAddress(
  text: string,
  from: number,
): { place: number; address: Address } | null {
  const scheme = /https?:\/\//gi;
  scheme.lastIndex = from;
  for (let match = scheme.exec(text); match !== null; match = scheme.exec(text)) {
    const found = addressAt(text, match.index);
    if (found !== null) return { place: match.index, address: found };
  }
  return null;
}

/** The address as the browser's own parser writes it, or null where it leads elsewhere than to a page or a mailbox. */
export function safeHref(address: string): string | null {
  try {
    const { protocol, href } = new URL(address);
    return protocol === 'http:' || protocol === 'https:' || protocol === 'mailto:' ? href : null;
  } catch {
    return null;
  }
}

/** Labels in scripts whose letters are not taken for Latin ones. */
const unlikeLatin =
  /^[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー0-9-]+$/u;

/** The host that has to be shown beside a link with this text, or null where the text itself says it. */
export function hostBeside(text: string, href: string): string | null {
  const { protocol, host, pathname } = new URL(href);
  const to = protocol === 'mailto:' ? decoded(pathname) : host;
  const said = text.trim().replace(/^(?:https?:\/\/|mailto:)/i, '');
  const saidHost = protocol === 'mailto:' ? said : (said.split(/[/?#]/, 1)[0] ?? '');
  if (saidHost.toLowerCase() === to) return null;
  // A host in another script is written in ASCII in `to`.
  const plain = saidHost.split(':', 1)[0] ?? '';
  const known = plain.split('.').every((it) => /^[a-z0-9-]+$/i.test(it) || unlikeLatin.test(it));
  if (known && safeHref(`https://${saidHost}`) === `https://${host}/`) return null;
  return to;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** In `[https://a.example](https://b.example)` the first address ends with the label. */
function withoutLabelEnd(found: string): string {
  const end = found.indexOf('](');
  return end === -1 ? found : found.slice(0, end);
}

/**
 * An address without what belongs to the sentence around it: full stops, closing brackets, Korean particles. One way
 * through from its end, however long it is.
 */
function withoutTail(found: string): string {
  const plain = withoutPunctuation(found);
  const kept = withoutParticle(plain);
  return kept === plain ? plain : withoutPunctuation(kept);
}

const openings: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

function withoutPunctuation(found: string): string {
  const counts: Record<string, number> = {};
  for (const sign of found) counts[sign] = (counts[sign] ?? 0) + 1;
  let end = found.length;
  for (; end > 0; end -= 1) {
    const sign = found[end - 1] ?? '';
    const opening = openings[sign];
    // A bracket stays where it was opened in the address itself.
    const stray = opening !== undefined && (counts[sign] ?? 0) > (counts[opening] ?? 0);
    if (!stray && !".,:;!?…'’”*_~|`".includes(sign)) break;
    counts[sign] = (counts[sign] ?? 0) - 1;
  }
  return found.slice(0, end);
}

/** A particle is written without a space behind the word: `https://example.com/a에서`. */
function withoutParticle(found: string): string {
  let end = found.length;
  while (end > 0 && /[가-힣]/.test(found[end - 1] ?? '')) end -= 1;
  const before = found.slice(0, end);
  return /^[\x21-\x7e]+$/.test(before) && /[a-z0-9_=-]$/i.test(before) ? before : found;
}
