/** Typed events: `Events` maps an event's name to what it carries. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>();

  /** Calls `listener` at each such event until the function that this returns is called. */
  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): () => void {
    let listeners = this.#listeners.get(name);
    if (listeners === undefined) {
      listeners = new Set();
      this.#listeners.set(name, listeners);
    }
    const all = listeners;
    all.add(listener);
    return () => {
      all.delete(listener);
    };
  }

  /** Tells every listener, in the order in which they came. */
  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    // A copy, because a listener may remove itself or add another.
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      (listener as (value: Events[Name]) => void)(value);
    }
  }

  /** Forgets all listeners. */
  clear(): void {
    this.#listeners.clear();
  }
}
