import type { Mention } from '../../protocol/messages';

/** A piece of text: a mention, or what stands between mentions. */
export interface Piece {
  text: string;
  /** Whom it mentions; null for plain text. */
  mention: Mention | null;
}

/** Finds each `@` with the name of somebody who is mentioned; of names that begin alike the longest counts. */
export function splitMentions(text: string, mentions: readonly Mention[]): Piece[] {
  const pieces: Piece[] = [];
  const longestFirst = [...mentions].sort((a, b) => b.name.length - a.name.length);
  let plain = 0;
  let at = longestFirst.length === 0 ? -1 : text.indexOf('@');
  while (at !== -1) {
    const place = at;
    const mention = longestFirst.find(({ name }) => text.startsWith(name, place + 1));
    if (mention === undefined) {
      at = text.indexOf('@', at + 1);
      continue;
    }
    if (at > plain) pieces.push({ text: text.slice(plain, at), mention: null });
    plain = at + 1 + mention.name.length;
    pieces.push({ text: text.slice(at, plain), mention });
    at = text.indexOf('@', plain);
  }
  if (plain < text.length) pieces.push({ text: text.slice(plain), mention: null });
  return pieces;
}
