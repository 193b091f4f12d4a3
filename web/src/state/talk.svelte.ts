import type { Target } from '../call';
import { Notifying } from '../chat/notify/notifying.svelte';
import type { Entry } from '../protocol/messages';
import { Desk } from './desk.svelte';
import type { Interface } from './interface.svelte';
import type { Meeting } from './meeting.svelte';
import { m } from '../../paraglide/messages.js';
import { Unread } from './unread.svelte';

/** A message that one was led to. */
export interface Pointed {
  /** Null for the newest end. */
  number: number | null;
  /** Each time it is another object, so that the same message can be pointed at again. */
  at_ms: number;
}

/** What one does in the conversation on this screen: where one looks, what one edits, which thread is open. */
export class Talk {
  /** The number of the message that is edited in its place. */
  editing = $state<number | null>(null);
  /** The number of the message that one is about to take back. */
  deleting = $state<number | null>(null);
  /** Whether one is choosing a date to go to. */
  choosingDate = $state(false);
  /** The field that messages are searched in is to get the focus, as soon as it is there. */
  searchWanted = $state(false);
  /** Whether the timeline is looked at where it is newest. */
  atEnd = $state(true);
  readonly unread: Unread;
  /** The message that one was led to: lists bring it into view and make it stand out for a moment. */
  pointed = $state.raw<Pointed | null>(null);

  /** What one writes. */
  readonly desk: Desk;
  /** Of what one is told while one looks elsewhere. */
  readonly notifying: Notifying;

  readonly #meeting: Meeting;
  readonly #face: Interface;

  constructor(meeting: Meeting, face: Interface) {
    this.#meeting = meeting;
    this.#face = face;
    this.desk = new Desk(meeting.room);
    this.notifying = new Notifying(meeting.room);
    this.unread = new Unread(meeting.room);
  }

  /** The number of the message whose thread is open. */
  get thread(): number | null {
    return this.#meeting.chat.thread?.number ?? null;
  }

  /** Whether somebody who reads this wrote it. */
  isOwn(entry: Pick<Entry, 'sender'>): boolean {
    return entry.sender.author === this.#meeting.author;
  }

  /** Opens the chat where something is in the timeline; the same for a message of a thread, with `thread`. */
  async jumpTo(target: Target, thread?: number): Promise<void> {
    this.#face.panelOpen = true;
    if (thread !== undefined && 'number' in target) {
      await this.openThread(thread);
      this.#point(target.number);
      return;
    }
    const number = await this.#meeting.jumpTo(target);
    if (typeof number === 'number') this.#point(number);
    else if (number === null && 'number' in target) this.#meeting.notices.say(m.message_gone());
  }

  /** Opens the thread of a message beside the timeline. */
  openThread(number: number): Promise<void> {
    this.#face.panelOpen = true;
    return this.#meeting.openThread(number);
  }

  closeThread(): void {
    this.#meeting.closeThread();
  }

  /** Shows the newest end of the timeline. */
  toNewest(): void {
    this.#meeting.toNewest();
    this.pointed = { number: null, at_ms: Date.now() };
  }

  /** Shows the first message that was not read. */
  async toUnread(): Promise<void> {
    const after = this.unread.lineAfter ?? this.unread.last;
    if (after !== null) await this.jumpTo({ after });
  }

  /** Gives the focus back to the field that one wrote in, after something else was edited. */
  backToWriting(inThread: boolean): void {
    const within = inThread ? '.thread' : '.timeline';
    // The one that was edited in goes first.
    setTimeout(() => {
      document.querySelector<HTMLElement>(`#chat ${within} > form textarea`)?.focus();
    });
  }

  /** Edits the last message that one wrote in the timeline, or in the open thread; false where there is none. */
  editLast(inThread: boolean): boolean {
    const { chat } = this.#meeting;
    const entries = inThread ? (chat.thread?.entries ?? []) : chat.entries;
    const last = entries.findLast((entry) => this.isOwn(entry) && entry.body.type === 'message');
    if (last === undefined) return false;
    this.editing = last.number;
    return true;
  }

  #point(number: number): void {
    this.pointed = { number, at_ms: Date.now() };
  }
}
