/** Pictures after the first ones that are measured before anything is said. */
const measured = 24;
/** The first pictures, in which code is compiled and memory found. */
const warming = 6;

/** Says once that the usual picture takes longer than this machine can afford. */
export class Pace {
  readonly #most_ms: number;
  readonly #onslow: () => void;
  readonly #took: number[] = [];
  #seen = 0;

  constructor(most_ms: number, onslow: () => void) {
    this.#most_ms = most_ms;
    this.#onslow = onslow;
  }

  /** A picture took so long. */
  took(duration_ms: number): void {
    this.#seen += 1;
    if (this.#seen <= warming) return;
    this.#took.push(duration_ms);
    if (this.#took.length < measured) return;
    // The median: another program that wakes up for a moment is no slow machine.
    const sorted = this.#took.splice(0).sort((a, b) => a - b);
    if ((sorted[measured / 2] ?? 0) > this.#most_ms) this.#onslow();
  }
}
