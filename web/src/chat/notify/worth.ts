import type { AuthorId, Entry } from '../../protocol/messages';

/** What is told of a room on the desktop. */
export const choices = ['all', 'mentions', 'none'] as const;
export type Choice = (typeof choices)[number];

/** What an entry is to who reads it: `personal` mentions them, or is for them alone; `message` is for everybody. */
export type Worth = 'personal' | 'message' | null;

/** What an entry is worth; null for one's own and for what is no message. */
export function worthOf(
  { sender, to, body }: Pick<Entry, 'sender' | 'to' | 'body'>,
  own: AuthorId | null,
): Worth {
  if (body.type !== 'message' || sender.author === own) return null;
  const mentioned = (body.mentions ?? []).some(({ author }) => author === own);
  return mentioned || to !== undefined ? 'personal' : 'message';
}

/** Whether somebody who chose this wants to be told of it. */
export function isWanted(worth: Worth, choice: Choice): boolean {
  return worth !== null && (choice === 'all' || (choice === 'mentions' && worth === 'personal'));
}
