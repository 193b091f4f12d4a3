import type { Mention } from '../../protocol/messages';

/** Whom the `@` at a place of a text mentions, or null: of names that begin alike the longest counts. */
export function mentionAt(
  text: string,
  place: number,
  mentions: readonly Mention[],
): Mention | null {
  let found: Mention | null = null;
  for (const mention of mentions) {
    if (mention.name === '' || mention.name.length <= (found?.name.length ?? 0)) continue;
    if (text.startsWith(mention.name, place + 1)) found = mention;
  }
  return found;
}

/** Those of these people whose `@` and name are in a text. */
export function mentionsIn(text: string, people: readonly Mention[]): Mention[] {
  const found = new Map<string, Mention>();
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const mention = mentionAt(text, at, people);
    if (mention === null) continue;
    found.set(mention.author, mention);
    at += mention.name.length;
  }
  return [...found.values()];
}
