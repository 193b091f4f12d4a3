import type { ClientId, Entry, Page } from '../protocol/messages';
import { isPassing, LineError, RequestError } from './errors';
import type { Line } from './line';
import type { Delivery, OutgoingMessage, Store } from './outbox';
import { Outbox } from './outbox';
import { Timeline } from './timeline';

/** What a person sees of the conversation. */
export interface ChatState {
  entries: readonly Entry[];
  /** One's own messages that are not in `entries` yet. */
  outgoing: readonly OutgoingMessage[];
  moreBefore: boolean;
  loadingOlder: boolean;
}

/** Pages that are read to close a gap before what is older than it is let go of. */
const gap_pages = 6;
/** Milliseconds before a message is tried again that the server could not take just then. */
const again_ms = 1_000;
/** Milliseconds between two tellings that somebody is still typing; below `typing_ms`. */
const typing_again_ms = 3_000;

/** The written side of a room: history, messages on their way, who types. */
export class Chat {
  readonly #line: Line;
  readonly #changed: () => void;
  readonly #timeline = new Timeline();
  readonly #outbox: Outbox;
  #loadingOlder = false;
  #closingGap = false;
  #typing = false;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #typingTold_ms = -Infinity;

  constructor(options: { line: Line; changed: () => void; store: Store | null; room: string }) {
    this.#line = options.line;
    this.#changed = options.changed;
    this.#outbox = new Outbox({
      deliver: (message) => this.#deliver(message),
      changed: options.changed,
      store: options.store,
      key: `zoom.outbox.${options.room}`,
    });
  }

  get state(): ChatState {
    return {
      entries: this.#timeline.entries,
      outgoing: this.#outbox.messages,
      moreBefore: this.#timeline.moreBefore,
      loadingOlder: this.#loadingOlder,
    };
  }

  /** The number of the last entry that is held. */
  get last(): number {
    return this.#timeline.last;
  }

  /** One is in the room, for the first time or again. */
  async enter(page: Page): Promise<void> {
    this.#typingTold_ms = -Infinity;
    this.#take(page);
    await this.#closeGap();
    // Only here, when all that was written meanwhile is known: a message whose acknowledgement was lost is in the
    // timeline, and must not be sent as somebody who came in anew.
    this.#outbox.open();
  }

  /** The line broke. */
  pause(): void {
    this.#outbox.close();
  }

  /** Somebody wrote. */
  entry(entry: Entry): void {
    this.#take({ entries: [entry], more_before: entry.number > 1, more_after: false });
    void this.#closeGap();
  }

  /** Writes a message. */
  post(text: string): void {
    const plain = text.replace(/\r\n?/g, '\n').trim();
    if (plain === '') return;
    this.setTyping(false);
    this.#outbox.add(plain);
  }

  /** Sends a failed message once more. */
  retry(id: ClientId): void {
    this.#outbox.retry(id);
  }

  /** Gives a failed message up. */
  discard(id: ClientId): void {
    this.#outbox.remove(id);
  }

  /** Reads the page before the oldest entry. */
  async loadOlder(): Promise<void> {
    const oldest = this.#timeline.entries[0];
    if (this.#loadingOlder || !this.#timeline.moreBefore || oldest === undefined) return;
    this.#loadingOlder = true;
    this.#changed();
    try {
      this.#take(await this.#history(oldest.number));
    } catch {
      // The line is down or the server busy: scrolling asks again.
    } finally {
      this.#loadingOlder = false;
      this.#changed();
    }
  }

  /** Tells the others that one is typing; call it at every key, and with false when the field is empty. */
  setTyping(typing: boolean): void {
    clearTimeout(this.#typingTimer);
    if (typing) {
      // Who stops without emptying the field is not typing any more.
      this.#typingTimer = setTimeout(() => {
        this.setTyping(false);
      }, typing_again_ms * 1.5);
    }
    const now_ms = performance.now();
    if (typing === this.#typing && (!typing || now_ms - this.#typingTold_ms < typing_again_ms)) {
      return;
    }
    this.#typing = typing;
    this.#typingTold_ms = now_ms;
    // Nobody misses it where it is lost.
    this.#line.request({ type: 'typing', typing }, 'done').catch(() => undefined);
  }

  #take(page: Page): void {
    this.#timeline.merge(page);
    for (const { client_id } of page.entries) this.#outbox.remove(client_id);
    this.#changed();
  }

  async #closeGap(): Promise<void> {
    if (this.#closingGap) return;
    this.#closingGap = true;
    try {
      for (let pages = 0; pages < gap_pages; pages += 1) {
        const before = this.#timeline.gap;
        if (before === null) return;
        this.#take(await this.#history(before));
      }
      this.#timeline.skipGap();
      this.#changed();
    } catch {
      // The line broke again; the next resume asks for all of it.
    } finally {
      this.#closingGap = false;
    }
  }

  async #history(before: number): Promise<Page> {
    return this.#line.request({ type: 'history', page: { before } }, 'history');
  }

  async #deliver({ client_id, text }: OutgoingMessage): Promise<Delivery> {
    try {
      const { entry } = await this.#line.request({ type: 'post', client_id, text }, 'posted');
      this.entry(entry);
      return { done: 'sent' };
    } catch (error) {
      if (isPassing(error)) return { done: 'later', wait_ms: again_ms };
      if (error instanceof RequestError) return { done: 'refused', reason: error.message };
      if (error instanceof LineError) {
        // Without a line it waits for the next one; a line that is up merely did not answer in time.
        return { done: 'later', wait_ms: this.#line.state === 'online' ? again_ms : null };
      }
      throw error;
    }
  }
}
