/**
 * Gathers what happens at about the same time, so that it is told once: a class that comes in, or applause. Told a
 * while after the first of them, however many follow.
 */
export class Gathering<Item> {
  readonly #wait_ms: number;
  readonly #tell: (items: readonly Item[]) => void;
  #items: Item[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(wait_ms: number, tell: (items: readonly Item[]) => void) {
    this.#wait_ms = wait_ms;
    this.#tell = tell;
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#tell(this.#items.splice(0));
    }, this.#wait_ms);
  }

  /** Forgets what was not told yet. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#items = [];
  }
}
