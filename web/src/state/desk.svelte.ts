import type { Mention, Person } from '../protocol/messages';
import type { KeptDraft } from './drafts';
import { keepDraft, readDraft } from './drafts';

/** Milliseconds after the last key at which a draft is kept. */
const keep_ms = 300;

/** What one writes just then, in the timeline or in one thread. */
export class Writing {
  text = $state('');
  /** Whom one chose while one wrote. */
  mentions = $state.raw<readonly Mention[]>([]);
  /** The one person who is to read it; null for everybody. */
  to = $state.raw<Person | null>(null);

  readonly #room: string;
  readonly #thread: number | null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(room: string, thread: number | null) {
    this.#room = room;
    this.#thread = thread;
    this.#take(readDraft(room, thread));
  }

  /** Something changed: it is kept a moment later. */
  changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.keep();
    }, keep_ms);
  }

  /** Keeps it at once. */
  keep(): void {
    clearTimeout(this.#timer);
    const { text, mentions, to } = this;
    keepDraft(this.#room, this.#thread, { text, mentions, to });
  }

  /** It is sent. */
  clear(): void {
    this.#take({ text: '', mentions: [], to: null });
    this.keep();
  }

  #take({ text, mentions, to }: KeptDraft): void {
    this.text = text;
    this.mentions = mentions;
    this.to = to;
  }
}

/** All that one writes in a room. */
export class Desk {
  readonly #room: string;
  readonly #threads: Record<number, Writing> = {};
  /** For the timeline. */
  readonly main: Writing;
  /** The field of the timeline is to get the focus, as soon as it is there. */
  wanted = $state(false);

  constructor(room: string) {
    this.#room = room;
    this.main = new Writing(room, null);
  }

  /** For the timeline, or a thread. */
  of(thread: number | null): Writing {
    if (thread === null) return this.main;
    return (this.#threads[thread] ??= new Writing(this.#room, thread));
  }

  /** Makes what is being written for one person alone. */
  writeTo(person: Person): void {
    const { participant, author, name, ordinal } = person;
    this.main.to = { participant, author, name, ordinal };
    this.main.changed();
    this.wanted = true;
  }
}
