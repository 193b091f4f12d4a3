import type { ChatState } from '../call';
import type { AuthorId, Entry } from '../protocol/messages';
import type { ReadMark } from './readMarks';
import { keepReadMark, readMarkOf } from './readMarks';

/** What of a room was not read yet: in the timeline, and in threads that one has to do with. */
export class Unread {
  /** Messages of others in the timeline that were not read. */
  count = $state(0);
  /** Whether there are more of them than are held. */
  more = $state(false);
  /** What is newer than this came while one looked elsewhere; null where there is no line. */
  lineAfter = $state<number | null>(null);

  readonly #room: string;
  #mark = $state.raw<ReadMark | null>(null);
  /** When one was here last, before this visit. */
  #before_ms = 0;

  constructor(room: string) {
    this.#room = room;
  }

  /** The number of the last message that was read; null before anything is known. */
  get last(): number | null {
    return this.#mark?.last ?? null;
  }

  /** The timeline is like this, and one `reads` its newest end or looks elsewhere. */
  follow(chat: ChatState, author: AuthorId | null, reads: boolean): void {
    if (!chat.known) return;
    const newest = chat.newest.at(-1)?.number ?? 0;
    const first = this.#mark === null;
    const mark = this.#mark ?? this.#begin(newest);
    const fresh = chat.newest.filter(
      ({ number, sender, body }) =>
        number > mark.last && sender.author !== author && body.type === 'message',
    );
    // Who reads along sees what is new by itself; who comes in does not.
    if (fresh.length > 0 && this.count === 0 && (first || !reads)) this.lineAfter = mark.last;
    this.more = fresh.length > 0 && (chat.newest[0]?.number ?? 0) > mark.last;
    this.count = fresh.length;
    if (chat.newest.at(-1)?.sender.author === author && newest > mark.last) this.lineAfter = null;
    if (reads) this.#read(newest);
  }

  /** All is read, and no line says otherwise. */
  clear(chat: ChatState): void {
    this.lineAfter = null;
    this.#read(chat.newest.at(-1)?.number ?? 0);
  }

  /** Whether something new is in the thread of a message that one wrote, or whose thread one looked into. */
  inThread(root: Entry, author: AuthorId | null): boolean {
    if (root.replies === undefined) return false;
    const read_ms =
      this.#mark?.threads[root.number] ??
      (root.sender.author === author ? this.#before_ms : Infinity);
    return root.replies.last_ms > read_ms;
  }

  /** The thread of a message was read up to what was written then. */
  readThread(number: number, last_ms: number): void {
    const mark = this.#mark;
    if (mark === null || (mark.threads[number] ?? 0) >= last_ms) return;
    this.#keep({ ...mark, threads: { ...mark.threads, [number]: last_ms } });
  }

  /** What was there at the first visit is history, not news. */
  #begin(newest: number): ReadMark {
    const kept = readMarkOf(this.#room);
    const now_ms = Date.now();
    this.#before_ms = kept?.at_ms ?? now_ms;
    // A room that was made anew counts from 1 again.
    const last = Math.min(kept?.last ?? newest, newest);
    const mark = { last, at_ms: now_ms, threads: kept?.threads ?? {} };
    this.#mark = mark;
    return mark;
  }

  #read(newest: number): void {
    this.count = 0;
    this.more = false;
    const mark = this.#mark;
    if (mark === null || newest <= mark.last) return;
    this.#keep({ ...mark, last: newest });
  }

  #keep(mark: ReadMark): void {
    this.#mark = { ...mark, at_ms: Date.now() };
    keepReadMark(this.#room, this.#mark);
  }
}
