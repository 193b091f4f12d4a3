import type { Entry } from '../protocol/messages';

/** What a link names: a message of the timeline, or one of a thread with the message that the thread belongs to. */
export interface Linked {
  number: number;
  thread: number | null;
}

/** The address of a message: the room's with `#m12`, of one in a thread with `#m12-15`. */
export function linkTo({ number, thread }: Pick<Entry, 'number' | 'thread'>): string {
  const name = thread === undefined ? String(number) : `${String(thread)}-${String(number)}`;
  return `${location.origin}${location.pathname}#m${name}`;
}

/** What the part of an address behind `#` names; null for anything else. */
export function linkedBy(hash: string): Linked | null {
  const [, first, second] = /^#m(\d{1,15})(?:-(\d{1,15}))?$/.exec(hash) ?? [];
  if (first === undefined) return null;
  if (second === undefined) return { number: Number(first), thread: null };
  return { number: Number(second), thread: Number(first) };
}
