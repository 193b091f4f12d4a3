import type {
  AuthorId,
  ClientId,
  Entry,
  Event as ServerEvent,
  Found,
  Joined,
  Mention,
  Page,
  PageAt,
  Search,
  UploadPlace,
} from '../protocol/messages';
import { isPassing, LineError, RequestError } from './errors';
import type { Line } from './line';
import type { Delivery, Draft, OutgoingMessage, Store } from './outbox';
import { Outbox } from './outbox';
import type { Run } from './timeline';
import { Timeline } from './timeline';

/** How reading a page stands. `failed` waits for somebody to try again. */
export type Reading = 'rest' | 'going' | 'failed';

/** A piece of a timeline or of a thread, as it is looked at. */
export interface ShownRun extends Run {
  /** Reading of the page before the first entry, and of the one after the last. */
  older: Reading;
  newer: Reading;
}

/** The thread that is open. */
export interface ThreadState extends ShownRun {
  /** The number of the message that it belongs to. */
  number: number;
  /** That message; null while it is being read, or where it is gone. */
  root: Entry | null;
}

/** What a person sees of the conversation. */
export interface ChatState extends ShownRun {
  /** Whether the room's newest messages were read. */
  known: boolean;
  /** The newest end of the timeline, which is not what is looked at after a jump. */
  newest: readonly Entry[];
  /** One's own messages that are not written down yet, of the timeline and of threads. */
  outgoing: readonly OutgoingMessage[];
  thread: ThreadState | null;
  /** For how many days messages are kept; null where they are kept for good. */
  retentionDays: number | null;
}

/** Where to jump to: a message, the first one of a time or later, or the first one after a number. */
export type Target = { number: number } | { since_ms: number } | { after: number };

/** What an edit makes of a message. */
export type Correction = Pick<Draft, 'text' | 'mentions'>;

export type ChatEvent = Extract<
  ServerEvent,
  { type: 'entry' | 'entry_changed' | 'marked' | 'expired' }
>;

/** Before a conversation is there. */
export const silence: ChatState = {
  known: false,
  entries: [],
  moreBefore: false,
  moreAfter: false,
  older: 'rest',
  newer: 'rest',
  newest: [],
  outgoing: [],
  thread: null,
  retentionDays: null,
};

/** Milliseconds before a message is tried again that the server could not take just then. */
const again_ms = 1_000;
/** Milliseconds between two tellings that somebody is still typing; below `typing_ms`. */
const typing_again_ms = 3_000;

/** A timeline, or a thread, and how reading it stands. */
class Shelf {
  readonly timeline = new Timeline();
  older: Reading = 'rest';
  newer: Reading = 'rest';

  constructor(
    /** The number of the message whose thread this is; null for the room's timeline. */
    readonly thread: number | null,
  ) {}

  get shown(): ShownRun {
    return { ...this.timeline.shown, older: this.older, newer: this.newer };
  }
}

class Thread extends Shelf {
  /** The message that it belongs to. */
  root: Entry | null = null;
  /** Whether its newest page was read. */
  known = false;

  constructor(readonly number: number) {
    super(number);
  }

  get state(): ThreadState {
    return { ...this.shown, number: this.number, root: this.root };
  }
}

/** The written side of a room: the timeline, threads, messages on their way, who types. */
export class Chat {
  readonly #line: Line;
  readonly #changed: () => void;
  readonly #said: (entry: Entry) => void;
  readonly #outbox: Outbox;
  readonly #main = new Shelf(null);
  #thread: Thread | null = null;
  #author: AuthorId | null = null;
  #known = false;
  #last = 0;
  #retentionDays: number | null = null;
  /** Pages that are being read, and what happened meanwhile: a page may be older than that. */
  #reads = 0;
  #meanwhile: ChatEvent[] = [];
  #typing = false;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #typingTold_ms = -Infinity;

  constructor(options: {
    line: Line;
    changed: () => void;
    /** Something was written while one was here, or away for a moment; in threads, too. */
    said: (entry: Entry) => void;
    store: Store | null;
    room: string;
  }) {
    this.#line = options.line;
    this.#changed = options.changed;
    this.#said = options.said;
    this.#outbox = new Outbox({
      deliver: (message) => this.#deliver(message),
      changed: options.changed,
      store: options.store,
      key: `zoom.outbox.${options.room}`,
    });
  }

  get state(): ChatState {
    return {
      known: this.#known,
      ...this.#main.shown,
      newest: this.#main.timeline.newest.entries,
      outgoing: this.#outbox.messages,
      thread: this.#thread?.state ?? null,
      retentionDays: this.#retentionDays,
    };
  }

  /** The largest number that was told; what a resume asks from. */
  get last(): number {
    return this.#last;
  }

  /** One is in the room, for the first time or again. */
  enter(author: AuthorId | null, joined: Joined): void {
    this.#author = author;
    this.#typingTold_ms = -Infinity;
    this.#retentionDays = joined.retention_days ?? null;
    const before = this.#last;
    if (joined.changes !== undefined) {
      this.#resume(joined.changes);
      if (this.#thread?.known === false) void this.openThread(this.#thread.number);
    } else {
      this.#main.timeline.begin(joined.timeline);
      this.#delivered(joined.timeline.entries);
      if (this.#thread !== null) void this.openThread(this.#thread.number);
      if (this.#known) {
        for (const entry of joined.timeline.entries) if (entry.number > before) this.#said(entry);
      }
    }
    this.#known = true;
    this.#last = Math.max(this.#last, joined.last);
    this.#changed();
    // Only here, when all that was written meanwhile is known: a message whose acknowledgement was lost is in the
    // timeline, and must not be sent as somebody who came in anew.
    this.#outbox.open();
  }

  /** The line broke. */
  pause(): void {
    this.#outbox.close();
  }

  /** Something happened to the conversation. */
  happened(event: ChatEvent): void {
    if (this.#reads > 0) this.#meanwhile.push(event);
    const fresh = event.type === 'entry' && event.entry.number > this.#last;
    this.#apply(event);
    if (fresh) this.#said(event.entry);
    this.#changed();
  }

  /** Writes a message. */
  post(draft: Draft): void {
    const text = draft.text.replace(/\r\n?/g, '\n').trim();
    if (text === '' && (draft.files ?? []).length === 0) return;
    this.setTyping(false);
    this.#outbox.add({ ...draft, text });
  }

  /** Sends a failed message once more. */
  retry(id: ClientId): void {
    this.#outbox.retry(id);
  }

  /** Gives a failed message up. */
  discard(id: ClientId): void {
    this.#outbox.remove(id);
  }

  /** Says one's own message differently. Throws `RequestError` and `LineError`, as do those below. */
  async edit(number: number, { text, mentions = [] }: Correction): Promise<void> {
    const plain = text.replace(/\r\n?/g, '\n').trim();
    await this.#line.request(
      {
        type: 'edit',
        number,
        ...(plain !== '' && { text: plain }),
        ...(mentions.length > 0 && { mentions: [...mentions] }),
      },
      'done',
    );
  }

  /** Takes one's own message back. */
  async remove(number: number): Promise<void> {
    await this.#line.request({ type: 'delete', number }, 'done');
  }

  /** Puts an emoji on a message, or takes one's own away. */
  async mark(number: number, reaction: string, on: boolean): Promise<void> {
    await this.#line.request({ type: 'mark', number, reaction, on }, 'done');
  }

  /** Finds messages. */
  search(search: Search): Promise<Found> {
    return this.#line.request({ type: 'search', ...search }, 'found');
  }

  /** Asks for a place to send a file to. */
  upload(name: string, bytes: number): Promise<UploadPlace> {
    return this.#line.request({ type: 'upload', name, bytes }, 'upload');
  }

  /** Reads the page before the oldest entry, of the timeline or of the open thread. */
  async loadOlder(thread = false): Promise<void> {
    const shelf = thread ? this.#thread : this.#main;
    const { entries, moreBefore } = shelf?.timeline.shown ?? {};
    const before = entries?.[0]?.number;
    if (!shelf || !moreBefore || before === undefined || shelf.older === 'going') return;
    await this.#reading(shelf, 'older', async () => {
      const page = await this.#page(shelf, { before });
      shelf.timeline.older(page, before);
    });
  }

  /** Reads the page after the newest entry that is held, where one jumped away from the newest end. */
  async loadNewer(thread = false): Promise<void> {
    const shelf = thread ? this.#thread : this.#main;
    const { entries, moreAfter } = shelf?.timeline.shown ?? {};
    const after = entries?.at(-1)?.number;
    if (!shelf || !moreAfter || after === undefined || shelf.newer === 'going') return;
    await this.#reading(shelf, 'newer', async () => {
      const page = await this.#page(shelf, { after });
      shelf.timeline.newer(page, after);
    });
  }

  /** Shows where something is in the timeline. The number of the entry that is meant; null where it is not there. */
  async jumpTo(target: Target): Promise<number | null> {
    const shelf = this.#main;
    if ('number' in target && this.#holds(target.number)) return target.number;
    const page = await this.#page(shelf, pageOf(target));
    // Nothing is that late, or there is nothing at all: the newest end is as near as can be.
    if (page.entries.length === 0) {
      this.toNewest();
      return null;
    }
    shelf.timeline.jump(page);
    this.#replay();
    this.#changed();
    const [first] = page.entries;
    if (!('number' in target)) return first?.number ?? null;
    return page.entries.some(({ number }) => number === target.number) ? target.number : null;
  }

  /** Shows the newest end again. */
  toNewest(): void {
    this.#main.timeline.toNewest();
    this.#changed();
  }

  /** Opens the thread of a message. */
  async openThread(number: number): Promise<void> {
    const shelf = new Thread(number);
    shelf.root = this.#main.timeline.entry(number) ?? null;
    this.#thread = shelf;
    await this.#reading(shelf, 'older', async () => {
      const [page, around] = await Promise.all([
        this.#page(shelf, { before: Number.MAX_SAFE_INTEGER }),
        shelf.root === null ? this.#page(this.#main, { around: number }) : null,
      ]);
      shelf.timeline.begin(page);
      shelf.known = true;
      shelf.root ??= around?.entries.find((entry) => entry.number === number) ?? null;
    });
  }

  closeThread(): void {
    this.#thread = null;
    this.#changed();
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

  #holds(number: number): boolean {
    return this.#main.timeline.shown.entries.some((entry) => entry.number === number);
  }

  /** Takes what is new or changed since one was away. */
  #resume(changes: readonly Entry[]): void {
    const roots = new Set(changes.map(({ number }) => number));
    const before = this.#last;
    // Whatever was written and changed then stands behind what was written later and did not change.
    for (const entry of changes.toSorted((a, b) => a.number - b.number)) {
      const { thread, number, body } = entry;
      const isNew = number > before;
      this.#take(entry);
      // Where its message is among the changes, that counts its thread itself.
      if (thread !== undefined && !roots.has(thread) && isNew === (body.type === 'message')) {
        this.#count(entry);
      }
      if (isNew) this.#said(entry);
    }
    this.#delivered(changes);
    this.#refreshRoot();
  }

  #apply(event: ChatEvent): void {
    switch (event.type) {
      case 'entry':
        this.#take(event.entry);
        this.#count(event.entry);
        this.#delivered([event.entry]);
        break;
      case 'entry_changed':
        this.#change(event.entry);
        break;
      case 'marked': {
        const mine = event.by.author === this.#author;
        for (const { timeline } of this.#shelves) timeline.mark(event, mine);
        this.#told(event.changed);
        break;
      }
      case 'expired':
        for (const { timeline } of this.#shelves) timeline.expire(event.before);
        if ((this.#thread?.number ?? Infinity) < event.before) this.#thread = null;
    }
    this.#refreshRoot();
  }

  #take(entry: Entry): void {
    const { thread, changed } = entry;
    if (thread === undefined) this.#main.timeline.take(entry);
    else if (this.#thread?.number === thread && this.#thread.known) {
      this.#thread.timeline.take(entry);
    }
    this.#told(changed);
  }

  #change(entry: Entry): void {
    for (const { timeline } of this.#shelves) timeline.change(entry);
    if (entry.body.type === 'deleted') this.#count(entry);
    this.#told(entry.changed);
  }

  /** A message of a thread was written or taken back: its message says how many there are. */
  #count({ thread, changed, time_ms, body }: Entry): void {
    if (thread === undefined) return;
    const count = body.type === 'deleted' ? -1 : 1;
    this.#main.timeline.replied(thread, { changed, count, time_ms });
  }

  get #shelves(): Shelf[] {
    return this.#thread === null ? [this.#main] : [this.#main, this.#thread];
  }

  #told(number: number): void {
    this.#last = Math.max(this.#last, number);
  }

  /** What is written down is on its way no more. */
  #delivered(entries: readonly Entry[]): void {
    for (const { client_id } of entries) this.#outbox.remove(client_id);
  }

  #refreshRoot(): void {
    const thread = this.#thread;
    if (thread === null) return;
    thread.root = this.#main.timeline.entry(thread.number) ?? thread.root;
  }

  async #reading(shelf: Shelf, way: 'older' | 'newer', read: () => Promise<void>): Promise<void> {
    shelf[way] = 'going';
    this.#changed();
    try {
      await read();
      shelf[way] = 'rest';
      this.#replay();
    } catch (error) {
      shelf[way] = 'failed';
      if (!(error instanceof RequestError || error instanceof LineError)) throw error;
    } finally {
      this.#changed();
    }
  }

  async #page({ thread }: Shelf, page: PageAt): Promise<Page> {
    this.#reads += 1;
    try {
      const asked = { type: 'history' as const, page, ...(thread !== null && { thread }) };
      return await this.#line.request(asked, 'history');
    } finally {
      this.#reads -= 1;
    }
  }

  /** Applies to a page what happened while it was on its way; what it knows already changes nothing. */
  #replay(): void {
    for (const event of this.#meanwhile) this.#apply(event);
    if (this.#reads === 0) this.#meanwhile = [];
  }

  async #deliver(message: OutgoingMessage): Promise<Delivery> {
    const { client_id, text, mentions = [], thread, to, files = [] } = message;
    try {
      const { entry } = await this.#line.request(
        {
          type: 'post',
          client_id,
          ...(text !== '' && { text }),
          ...(thread !== undefined && { thread }),
          ...(to && { to: to.participant }),
          ...(mentions.length > 0 && { mentions: [...mentions] }),
          ...(files.length > 0 && { files: files.map(({ upload }) => upload) }),
        },
        'posted',
      );
      this.happened({ type: 'entry', entry });
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

function pageOf(target: Target): PageAt {
  if ('number' in target) return { around: target.number };
  return 'since_ms' in target ? { since: target.since_ms } : { after: target.after };
}

/** Whom a text mentions still, after it was edited. */
export function stillMentioned(text: string, mentions: readonly Mention[]): Mention[] {
  return mentions.filter(({ name }) => text.includes(`@${name}`));
}
