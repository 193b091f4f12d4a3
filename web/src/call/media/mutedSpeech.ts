/** A level above which it is a voice near the microphone, not the room: -33 decibels of full scale. */
const loud = 0.45;
/** Readings of `measureLevel` that are looked at: a little more than a second. */
const looked_at = 20;
/** Of them, so many have to be loud: speech is, a door or a keyboard is not. */
const loud_of_them = 9;
/** Milliseconds until it is said again. */
const quiet_ms = 30_000;

/** Notices that somebody speaks while they are muted, and does not nag. */
export class MutedSpeech {
  #readings: boolean[] = [];
  #said_ms = -Infinity;

  /** Takes a level from 0 to 1; true where it is time to say so. */
  hear(level: number, now_ms: number): boolean {
    this.#readings = [...this.#readings, level >= loud].slice(-looked_at);
    if (now_ms - this.#said_ms < quiet_ms) return false;
    if (this.#readings.filter(Boolean).length < loud_of_them) return false;
    this.#said_ms = now_ms;
    this.#readings = [];
    return true;
  }

  /** One is heard again: what was said before counts no more. */
  reset(): void {
    this.#readings = [];
  }
}
