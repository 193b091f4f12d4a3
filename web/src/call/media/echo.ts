/** An echo of one's own voice in what another sends. */
export interface Echo {
  /** How much later it comes back, in milliseconds. */
  lag_ms: number;
  /** How alike the two are, from 0 to 1. */
  likeness: number;
}

/** Milliseconds after which an echo comes back at the earliest and the latest: two ways and two jitter buffers. */
const first_lag_ms = 100;
const last_lag_ms = 800;
/** How alike levels have to be; two people in a conversation stay below 0.5. */
const alike = 0.7;
/** How much more alike they are in this order than in the other, where it is oneself who echoes. */
const ahead = 0.15;
/** Levels that vary less than this say nothing: silence is like silence. */
const least_deviation = 0.06;

/**
 * Whether what another sends follows one's own voice: the levels of both, taken at the same moments `interval_ms`
 * apart, the latest last. Null where it does not, or where too little was said to know.
 */
export function echoIn(
  own: readonly number[],
  other: readonly number[],
  interval_ms: number,
): Echo | null {
  let best: Echo | null = null;
  let backwards = 0;
  for (let lag_ms = first_lag_ms; lag_ms <= last_lag_ms; lag_ms += interval_ms) {
    const steps = Math.round(lag_ms / interval_ms);
    const likeness = correlation(own.slice(0, -steps), other.slice(steps));
    if (best === null || likeness > best.likeness) best = { lag_ms, likeness };
    backwards = Math.max(backwards, correlation(other.slice(0, -steps), own.slice(steps)));
  }
  const found = best !== null && best.likeness >= alike && best.likeness >= backwards + ahead;
  return found ? best : null;
}

/** Pearson's, from -1 to 1; 0 where one of them hardly varies. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const count = Math.min(a.length, b.length);
  if (count < 2) return 0;
  const meanA = mean(a.slice(0, count));
  const meanB = mean(b.slice(0, count));
  let [ab, aa, bb] = [0, 0, 0];
  for (let index = 0; index < count; index += 1) {
    const da = (a[index] ?? 0) - meanA;
    const db = (b[index] ?? 0) - meanB;
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  const least = least_deviation * least_deviation * count;
  return aa < least || bb < least ? 0 : ab / Math.sqrt(aa * bb);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Milliseconds between two readings of levels. */
export const echo_interval_ms = 100;
/** Readings that are compared: eight seconds hold several sentences. */
const window_readings = 80;
/** Readings between two comparisons. */
const between_readings = 20;
/** Comparisons in a row that have to find it: a likeness by chance does not last. */
const times_in_a_row = 2;

/** Readings until the same echo is told of again: two minutes of talking. */
const quiet_readings = 1_200;

/** Watches whether somebody's loudspeaker gives back one's own voice. */
export class EchoWatch<Id> {
  #own: number[] = [];
  readonly #others = new Map<Id, { levels: number[]; found: number }>();
  readonly #told = new Map<Id, number>();
  #readings = 0;

  /** One was not heard for a while: what was before does not belong to what follows. */
  reset(): void {
    this.#own = [];
    this.#others.clear();
  }

  /** Takes the levels of a moment; returns who was found to echo, each but rarely. */
  take(own: number, others: ReadonlyMap<Id, number>): Id[] {
    this.#own = latest([...this.#own, own]);
    for (const id of [...this.#others.keys()]) if (!others.has(id)) this.#others.delete(id);
    for (const [id, level] of others) {
      const known = this.#others.get(id) ?? { levels: [], found: 0 };
      known.levels = latest([...known.levels, level]);
      this.#others.set(id, known);
    }
    this.#readings += 1;
    return this.#readings % between_readings === 0 ? this.#compare() : [];
  }

  #compare(): Id[] {
    const echoing: Id[] = [];
    for (const [id, known] of this.#others) {
      // Who has not been heard for the whole time is compared over what there is of them, later.
      if (known.levels.length < window_readings) continue;
      const echo = echoIn(this.#own, known.levels, echo_interval_ms);
      known.found = echo === null ? 0 : known.found + 1;
      const told = this.#told.get(id) ?? -Infinity;
      if (known.found < times_in_a_row || this.#readings - told < quiet_readings) continue;
      this.#told.set(id, this.#readings);
      echoing.push(id);
    }
    return echoing;
  }
}

function latest(levels: number[]): number[] {
  return levels.slice(-window_readings);
}
