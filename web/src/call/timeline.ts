import type { Entry, Page } from '../protocol/messages';

/**
 * The part of a room's timeline that this client holds: one run of entries without a gap, its newest end.
 *
 * What arrives beyond a gap (after a resume, say) waits aside until the pages between have been read; `gap` says
 * what to ask for.
 */
export class Timeline {
  #entries: Entry[] = [];
  #ahead: Entry[] = [];
  #moreBefore = false;

  /** The entries, ascending by number, without a gap. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Whether the server has older entries than the first of these. */
  get moreBefore(): boolean {
    return this.#moreBefore;
  }

  /** The number of the last entry; 0 for none. What a resume asks from. */
  get last(): number {
    return this.#entries.at(-1)?.number ?? 0;
  }

  /** The number before which entries are missing between what is held, or null where none are. */
  get gap(): number | null {
    return this.#ahead[0]?.number ?? null;
  }

  /** Takes one entry that was just written. */
  add(entry: Entry): void {
    this.merge({ entries: [entry], more_before: entry.number > 1, more_after: false });
  }

  /** Takes a page from anywhere, in any order, any number of times. */
  merge(page: Page): void {
    const first = page.entries[0];
    if (first === undefined) {
      if (this.#entries.length === 0) this.#moreBefore = page.more_before;
      return;
    }
    const held = this.#entries[0];
    if (held === undefined) {
      this.#entries = [...page.entries];
      this.#moreBefore = page.more_before;
      return;
    }
    const pageEnd = page.entries.at(-1)?.number ?? first.number;
    if (first.number > this.last + 1) {
      this.#ahead = united(this.#ahead, page.entries);
    } else if (pageEnd + 1 >= held.number) {
      this.#entries = united(this.#entries, page.entries);
      if (first.number < held.number) this.#moreBefore = page.more_before;
    }
    // A page that ends before what is held, and does not touch it, answers a question that nobody asks any more.
    this.#closeGap();
  }

  /** Lets go of what is before the gap: it would take too many pages to close. */
  skipGap(): void {
    if (this.#ahead.length === 0) return;
    this.#entries = this.#ahead;
    this.#ahead = [];
    this.#moreBefore = true;
  }

  #closeGap(): void {
    const next = this.#ahead[0];
    if (next === undefined || next.number > this.last + 1) return;
    this.#entries = united(this.#entries, this.#ahead);
    this.#ahead = [];
  }
}

/** Both, ascending, each number once. */
function united(one: readonly Entry[], other: readonly Entry[]): Entry[] {
  const lastOfOne = one.at(-1);
  const firstOfOther = other[0];
  if (lastOfOne === undefined) return [...other];
  // The common case: what was just written goes to the end.
  if (firstOfOther !== undefined && firstOfOther.number > lastOfOne.number) {
    return [...one, ...other];
  }
  const byNumber = new Map<number, Entry>();
  for (const entry of [...one, ...other]) byNumber.set(entry.number, entry);
  return [...byNumber.values()].sort((a, b) => a.number - b.number);
}
