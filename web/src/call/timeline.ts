import type { Entry, Event as ServerEvent, Marked, Page } from '../protocol/messages';
import { defaultLimits } from '../protocol/messages';

/** A piece of a timeline without a gap, ascending by number. */
export interface Run {
  entries: readonly Entry[];
  /** Whether the server has older entries than the first of these. */
  moreBefore: boolean;
  /** Whether the server has newer entries than the last of these. */
  moreAfter: boolean;
}

type MarkedEvent = Extract<ServerEvent, { type: 'marked' }>;

/** Entries of one run: hours of talk, and what a phone scrolls through without effort. Of more, the far end goes. */
export const most_entries = 4_000;
/** Entries of the newest end that stay while one is elsewhere. */
const kept_newest = 200;

const nothing: Run = { entries: [], moreBefore: false, moreAfter: false };

/**
 * The part of a room's timeline, or of a thread, that this client holds: its newest end, which events keep up to date,
 * and where one jumped to, until that has grown together with the newest end.
 *
 * Numbers of entries have gaps, so what belongs together is known from what a page was asked for, never from numbers.
 * Of two states of an entry the one that changed later holds, in whatever order they come.
 */
export class Timeline {
  #newest = nothing;
  #elsewhere: Run | null = null;

  /** The piece that is looked at. */
  get shown(): Run {
    return this.#elsewhere ?? this.#newest;
  }

  /** The newest end. */
  get newest(): Run {
    return this.#newest;
  }

  /** The entry of this number, where it is held. */
  entry(number: number): Entry | undefined {
    const find = ({ entries }: Run) => entries[placeOf(entries, number)];
    const found = [this.#newest, this.#elsewhere ?? nothing].map(find);
    return found.find((entry) => entry?.number === number);
  }

  /** Begins anew from the newest page: what was held is too old to go on with. */
  begin(page: Page): void {
    this.#newest = runOf(page);
    this.#elsewhere = null;
  }

  /** Takes an entry as the server has it: one that was just written, or that changed while one was away. */
  take(entry: Entry): void {
    const last = lastOf(this.#newest);
    if (last === undefined || entry.number > last) {
      const { entries, moreBefore } = this.#newest;
      this.#newest = withoutOldest({ ...this.#newest, entries: [...entries, entry], moreBefore });
    } else {
      this.#change(entry.number, (held) => laterOf(held, entry));
    }
  }

  /** An entry is another from here on, but for its thread and the emoji on it. */
  change(entry: Entry): void {
    this.#change(entry.number, (held) => {
      if (held.changed >= entry.changed) return held;
      if (entry.body.type === 'deleted') return withOptional(entry, { replies: held.replies });
      return withOptional(entry, { replies: held.replies, marks: held.marks });
    });
  }

  /** An emoji was put on an entry, or taken away. `mine`: by oneself. */
  mark(event: MarkedEvent, mine: boolean): void {
    this.#change(event.number, (held) =>
      held.changed >= event.changed ? held : marked(held, event, mine),
    );
  }

  /** A message was written in an entry's thread, or taken back there. */
  replied(number: number, by: { changed: number; count: 1 | -1; time_ms: number }): void {
    this.#change(number, (held) => {
      if (held.changed >= by.changed) return held;
      const count = Math.max(0, (held.replies?.count ?? 0) + by.count);
      const last_ms = by.count > 0 ? by.time_ms : (held.replies?.last_ms ?? by.time_ms);
      return { ...held, changed: by.changed, replies: { count, last_ms } };
    });
  }

  /** Every entry with a smaller number is gone. */
  expire(before: number): void {
    const kept = (run: Run): Run => {
      const entries = run.entries.filter(({ number }) => number >= before);
      if (entries.length === run.entries.length) return run;
      return { ...run, entries, moreBefore: false };
    };
    this.#newest = kept(this.#newest);
    if (this.#elsewhere === null) return;
    const elsewhere = kept(this.#elsewhere);
    this.#elsewhere = elsewhere.entries.length === 0 ? null : elsewhere;
  }

  /** Takes the page that was asked for before this number. */
  older(page: Page, before: number): void {
    const { entries } = this.shown;
    // An answer to a question that nobody asks any more.
    if (entries[0]?.number !== before) return;
    const run = { ...this.shown, entries: [...page.entries, ...entries] };
    this.#show({ ...run, moreBefore: page.more_before }, 'end');
  }

  /** Takes the page that was asked for after this number. */
  newer(page: Page, after: number): void {
    const { entries } = this.shown;
    if (this.#elsewhere === null || lastOf(this.shown) !== after) return;
    const run = { ...this.shown, entries: [...entries, ...page.entries] };
    this.#show({ ...run, moreAfter: page.more_after }, 'begin');
  }

  /** Looks at a page from anywhere. */
  jump(page: Page): void {
    this.#show(runOf(page), 'end');
  }

  /** Looks at the newest end again. */
  toNewest(): void {
    this.#elsewhere = null;
  }

  /** Shows a run, grown together with the newest end where they touch; of one that is too long this end goes. */
  #show(run: Run, goes: 'begin' | 'end'): void {
    const first = this.#newest.entries[0]?.number;
    const last = lastOf(run);
    const touches = !run.moreAfter || (last !== undefined && first !== undefined && last >= first);
    if (!touches) {
      this.#elsewhere = goes === 'begin' ? withoutOldest(run) : withoutNewest(run);
      return;
    }
    const whole = { ...united(run, this.#newest), moreAfter: false };
    if (goes === 'end' && whole.entries.length > most_entries) {
      this.#elsewhere = withoutNewest(whole);
      this.#newest = { ...whole, entries: whole.entries.slice(-kept_newest), moreBefore: true };
    } else {
      this.#elsewhere = null;
      this.#newest = withoutOldest(whole);
    }
  }

  #change(number: number, change: (held: Entry) => Entry): void {
    this.#newest = changed(this.#newest, number, change);
    if (this.#elsewhere !== null) this.#elsewhere = changed(this.#elsewhere, number, change);
  }
}

/** Where an entry of this number is, or would be. */
export function placeOf(entries: readonly Entry[], number: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.number ?? Infinity) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

function runOf({ entries, more_before, more_after }: Page): Run {
  return { entries, moreBefore: more_before, moreAfter: more_after };
}

function lastOf({ entries }: Run): number | undefined {
  return entries.at(-1)?.number;
}

function laterOf(held: Entry, entry: Entry): Entry {
  return entry.changed > held.changed ? entry : held;
}

function changed(run: Run, number: number, change: (held: Entry) => Entry): Run {
  const place = placeOf(run.entries, number);
  const held = run.entries[place];
  if (held?.number !== number) return run;
  const entry = change(held);
  return entry === held ? run : { ...run, entries: run.entries.with(place, entry) };
}

/** Two runs that overlap or touch, the first of which begins earlier or where the other does. */
function united(run: Run, newest: Run): Run {
  const byNumber = new Map<number, Entry>();
  for (const entry of [...run.entries, ...newest.entries]) {
    const held = byNumber.get(entry.number);
    byNumber.set(entry.number, held === undefined ? entry : laterOf(held, entry));
  }
  const begins = newest.entries[0]?.number ?? Infinity;
  const earlier = (run.entries[0]?.number ?? Infinity) <= begins ? run : newest;
  return {
    entries: [...byNumber.values()].sort((a, b) => a.number - b.number),
    moreBefore: earlier.moreBefore,
    moreAfter: false,
  };
}

function withoutOldest(run: Run): Run {
  if (run.entries.length <= most_entries) return run;
  return { ...run, entries: run.entries.slice(-most_entries), moreBefore: true };
}

function withoutNewest(run: Run): Run {
  if (run.entries.length <= most_entries) return run;
  return { ...run, entries: run.entries.slice(0, most_entries), moreAfter: true };
}

function marked(held: Entry, event: MarkedEvent, mine: boolean): Entry {
  const { reaction, by, on, count, changed } = event;
  const marks = held.marks ?? [];
  const before = marks.find((mark) => mark.reaction === reaction);
  const others = (before?.people ?? []).filter(({ author }) => author !== by.author);
  const after: Marked = {
    reaction,
    count,
    people: (on ? [...others, by] : others).slice(0, defaultLimits.mark_people),
    mine: mine ? on : (before?.mine ?? false),
  };
  const all =
    before === undefined ? [...marks, after] : marks.map((it) => (it === before ? after : it));
  return { ...held, changed, marks: all.filter((it) => it.count > 0) };
}

/** An entry with what it keeps, where it has that. */
function withOptional(
  entry: Entry,
  kept: { replies?: Entry['replies']; marks?: Entry['marks'] },
): Entry {
  const { replies, marks } = kept;
  return { ...entry, ...(replies && { replies }), ...(marks && { marks }) };
}
