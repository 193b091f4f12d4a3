import { LineError, RequestError } from '../../call';
import type { Entry, Search } from '../../protocol/messages';
import type { Meeting } from '../../state/meeting.svelte';

export type Has = 'any' | 'file' | 'picture' | 'link';

/** What narrows a search down; dates as fields for dates have them. */
export interface Filters {
  sender: string;
  from: string;
  until: string;
  has: Has;
}

/** `rest`: nothing is asked; `going`: the first page is; `more`: the next one is. */
export type SearchState = 'rest' | 'going' | 'more' | 'done' | 'failed' | 'offline';

export const noFilters: Filters = { sender: '', from: '', until: '', has: 'any' };

/** Milliseconds after the last key at which is searched: in between, nobody reads what was found. */
const typing_ms = 250;
/** Milliseconds before a search is tried again that the server could not do just then. */
const again_ms = 700;

/** A search as one types it: the last one that was asked for is the one that is shown. */
export class Searching {
  /** Whether what was found is shown. */
  open = $state(false);
  text = $state('');
  filters = $state.raw<Filters>(noFilters);
  hits = $state.raw<readonly Entry[]>([]);
  more = $state(false);
  state = $state<SearchState>('rest');
  /** The server's sentence on why it failed. */
  problem = $state<string | null>(null);
  /** What the hits were found by. */
  found = $state('');

  readonly #meeting: Pick<Meeting, 'search'>;
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(meeting: Pick<Meeting, 'search'>) {
    this.#meeting = meeting;
  }

  /** How many filters are set. */
  get narrowed(): number {
    const { sender, from, until, has } = this.filters;
    return [sender.trim(), from, until, has === 'any' ? '' : has].filter((it) => it !== '').length;
  }

  /** Whether there is anything to search for. */
  get asked(): boolean {
    return this.text.trim() !== '' || this.narrowed > 0;
  }

  /** The text was changed: it is searched for when the person pauses. */
  typed(): void {
    this.#later(typing_ms);
  }

  narrow(filters: Partial<Filters>): void {
    this.filters = { ...this.filters, ...filters };
    this.#later('sender' in filters ? typing_ms : 0);
  }

  /** Tries once more what failed. */
  again(): void {
    this.#later(0);
  }

  /** Reads the next page. */
  async loadMore(): Promise<void> {
    const before = this.hits.at(-1)?.number;
    if (!this.more || this.state !== 'done' || before === undefined) return;
    this.state = 'more';
    await this.#ask(before);
  }

  #later(wait_ms: number): void {
    clearTimeout(this.#timer);
    // Whatever is on its way is answered in vain.
    this.#turn += 1;
    if (!this.asked) {
      this.state = 'rest';
      this.hits = [];
      this.more = false;
      return;
    }
    this.state = 'going';
    this.#timer = setTimeout(() => void this.#ask(null), wait_ms);
  }

  async #ask(before: number | null): Promise<void> {
    const turn = this.#turn;
    const { text } = this;
    try {
      const found = await this.#meeting.search({
        ...queryOf(text, this.filters),
        ...(before !== null && { before }),
      });
      if (turn !== this.#turn) return;
      this.hits = before === null ? found.entries : [...this.hits, ...found.entries];
      this.more = found.more;
      this.found = text;
      this.state = 'done';
    } catch (error) {
      if (turn === this.#turn) this.#failed(error, before);
    }
  }

  #failed(error: unknown, before: number | null): void {
    if (error instanceof RequestError && (error.code === 'too_fast' || error.code === 'busy')) {
      this.#timer = setTimeout(() => void this.#ask(before), again_ms);
      return;
    }
    this.problem = error instanceof RequestError ? error.message : null;
    this.state = error instanceof LineError ? 'offline' : 'failed';
    if (before === null) {
      this.hits = [];
      this.more = false;
    }
  }
}

/** What the server is asked. */
export function queryOf(text: string, { sender, from, until, has }: Filters): Search {
  const from_ms = startOf(from, 0);
  // The last day is meant with all its hours.
  const until_ms = startOf(until, 1);
  return {
    text: text.trim(),
    ...(sender.trim() !== '' && { sender: sender.trim() }),
    ...(from_ms !== null && { from_ms }),
    ...(until_ms !== null && { until_ms }),
    ...(has !== 'any' && { has }),
  };
}

/** When a day begins by this browser's clock, or one so many days later. */
function startOf(date: string, later: number): number | null {
  const [year, month, day] = date.split('-').map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  const time_ms = new Date(year, month - 1, day + later).getTime();
  return Number.isNaN(time_ms) ? null : Math.max(0, time_ms);
}
