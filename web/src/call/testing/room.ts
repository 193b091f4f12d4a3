import type {
  AuthorId,
  Entry,
  Event as ServerEvent,
  Marked,
  Mention,
  Page,
  PageAt,
  Person,
  Post,
} from '../../protocol/messages';
import { defaultLimits } from '../../protocol/messages';

/** A room's timeline as a server keeps it, in the simplest way that there is. */
export class WrittenRoom {
  readonly #entries = new Map<number, Entry>();
  /** Who put which emoji on which message, in that order. */
  readonly #marks = new Map<number, { reaction: string; by: Mention }[]>();
  last = 0;
  expired = 0;
  time_ms: number;

  constructor(time_ms = 1_000) {
    this.time_ms = time_ms;
  }

  /** All of the timeline, or of a thread, ascending. */
  entries(thread?: number, viewer: AuthorId | null = null): Entry[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.thread === thread && readable(entry, viewer))
      .sort((a, b) => a.number - b.number)
      .map((entry) => this.#whole(entry, viewer));
  }

  entry(number: number, viewer: AuthorId | null = null): Entry | undefined {
    const entry = this.#entries.get(number);
    return entry === undefined ? undefined : this.#whole(entry, viewer);
  }

  page(at: PageAt, options: { thread?: number; viewer?: AuthorId | null; limit?: number }): Page {
    const { thread, viewer = null, limit = defaultLimits.page_entries } = options;
    const all = this.entries(thread, viewer);
    const [from, to] = rangeOf(all, at, limit);
    return { entries: all.slice(from, to), more_before: from > 0, more_after: to < all.length };
  }

  /** What is new or changed since a number; null where that is more than a page. */
  changesAfter(after: number, viewer: AuthorId | null): Entry[] | null {
    if (this.expired > after) return null;
    const changes = [...this.#entries.values()]
      .filter((entry) => entry.changed > after && readable(entry, viewer))
      .sort((a, b) => a.changed - b.changed)
      .map((entry) => this.#whole(entry, viewer));
    return changes.length > defaultLimits.page_entries ? null : changes;
  }

  /** Writes an entry down as it is given, but for its number. */
  write(sender: Person, client_id: string, more: Partial<Entry> = {}): Entry {
    this.last += 1;
    const entry: Entry = {
      number: this.last,
      changed: this.last,
      time_ms: this.time_ms,
      sender,
      client_id,
      body: { type: 'message', text: '' },
      ...more,
    };
    this.#entries.set(entry.number, entry);
    this.#counted(entry, 1);
    return entry;
  }

  post(sender: Person, post: Post, to?: Person): Entry {
    const { client_id, text, thread, mentions } = post;
    return this.write(sender, client_id, {
      ...(thread !== undefined && { thread }),
      ...(to && { to }),
      body: { type: 'message', ...(text !== undefined && { text }), ...(mentions && { mentions }) },
    });
  }

  /** What is told of an edit. */
  edit(number: number, text: string): ServerEvent | null {
    const entry = this.#entries.get(number);
    if (entry?.body.type !== 'message') return null;
    const body = { ...entry.body, text, edited_ms: this.time_ms };
    return this.#change({ ...entry, body });
  }

  /** What is told of a deletion. */
  remove(number: number): ServerEvent | null {
    const entry = this.#entries.get(number);
    if (entry?.body.type !== 'message') return null;
    this.#marks.delete(number);
    const told = this.#change({ ...entry, body: { type: 'deleted', deleted_ms: this.time_ms } });
    this.#counted(entry, -1);
    return told;
  }

  /** What is told of an emoji that was put on a message or taken away. */
  mark(number: number, reaction: string, by: Mention, on: boolean): ServerEvent | null {
    const entry = this.#entries.get(number);
    if (entry?.body.type !== 'message') return null;
    const marks = this.#marks.get(number) ?? [];
    const its = (mark: { reaction: string; by: Mention }) =>
      mark.reaction === reaction && mark.by.author === by.author;
    if (marks.some(its) === on) return null;
    const after = on ? [...marks, { reaction, by }] : marks.filter((mark) => !its(mark));
    this.#marks.set(number, after);
    this.last += 1;
    this.#entries.set(number, { ...entry, changed: this.last });
    const { length: count } = after.filter((mark) => mark.reaction === reaction);
    return { type: 'marked', number, changed: this.last, reaction, by, on, count };
  }

  /** What is told of an end of keeping. */
  expire(before: number): ServerEvent {
    this.last += 1;
    this.expired = this.last;
    for (const [number, { thread }] of this.#entries) {
      if (number < before || (thread ?? Infinity) < before) this.#entries.delete(number);
    }
    return { type: 'expired', before };
  }

  #change(entry: Entry): ServerEvent {
    this.last += 1;
    const changed = { ...entry, changed: this.last };
    this.#entries.set(entry.number, changed);
    const { replies, marks, ...told } = changed;
    void replies;
    void marks;
    return { type: 'entry_changed', entry: told };
  }

  /** The message of a thread knows how many there are in it. */
  #counted({ thread, time_ms }: Entry, by: 1 | -1): void {
    const root = thread === undefined ? undefined : this.#entries.get(thread);
    if (root === undefined) return;
    const count = (root.replies?.count ?? 0) + by;
    const last_ms = by > 0 ? time_ms : (root.replies?.last_ms ?? time_ms);
    this.#entries.set(root.number, { ...root, changed: this.last, replies: { count, last_ms } });
  }

  #whole(entry: Entry, viewer: AuthorId | null): Entry {
    const marks: Marked[] = [];
    for (const { reaction, by } of this.#marks.get(entry.number) ?? []) {
      let mark = marks.find((it) => it.reaction === reaction);
      if (mark === undefined) marks.push((mark = { reaction, count: 0, people: [], mine: false }));
      mark.count += 1;
      if (mark.people.length < defaultLimits.mark_people) mark.people.push(by);
      if (by.author === viewer) mark.mine = true;
    }
    return marks.length === 0 ? entry : { ...entry, marks };
  }
}

function readable({ to, sender }: Entry, viewer: AuthorId | null): boolean {
  return to === undefined || to.author === viewer || sender.author === viewer;
}

/** From where to where a page goes. */
function rangeOf(all: readonly Entry[], at: PageAt, limit: number): [number, number] {
  const first = (wanted: (entry: Entry) => boolean): number => {
    const place = all.findIndex(wanted);
    return place < 0 ? all.length : place;
  };
  if ('before' in at) {
    const to = first(({ number }) => number >= at.before);
    return [Math.max(0, to - limit), to];
  }
  if ('around' in at) {
    const middle = first(({ number }) => number >= at.around);
    const from = Math.max(0, middle - Math.floor(limit / 2));
    return [from, Math.min(all.length, from + limit)];
  }
  const from =
    'after' in at
      ? first(({ number }) => number > at.after)
      : first(({ time_ms }) => time_ms >= at.since);
  return [from, Math.min(all.length, from + limit)];
}
