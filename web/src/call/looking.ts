import type { Looked } from '../protocol/messages';

/** Milliseconds between two looks: somebody who comes is seen before one has typed a name. */
const again_ms = 4_000;

/** Keeps in mind who is in the room while one stands at its door, and asks no more once one is in or looks away. */
export class Looking {
  readonly #ask: () => Promise<Looked>;
  readonly #changed: (present: Looked | null) => void;
  #open = false;
  #asking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: {
    ask: () => Promise<Looked>;
    /** Who is there; null while it is not known. */
    changed: (present: Looked | null) => void;
  }) {
    this.#ask = options.ask;
    this.#changed = options.changed;
  }

  /** There is a line, and one is outside. */
  open(): void {
    if (this.#open) return;
    this.#open = true;
    document.addEventListener('visibilitychange', this.#look);
    this.#look();
  }

  /** The line broke, or one enters. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#look);
    this.#changed(null);
  }

  readonly #look = (): void => {
    clearTimeout(this.#timer);
    if (!this.#open || this.#asking || document.hidden) return;
    this.#asking = true;
    this.#ask()
      .then((looked) => {
        if (this.#open) this.#changed(looked);
      })
      // Refused or not answered: the look after it may be.
      .catch(() => undefined)
      .finally(() => {
        this.#asking = false;
        if (this.#open) this.#timer = setTimeout(this.#look, again_ms);
      });
  };
}
