import type { Limits, Participant, Reaction } from '../protocol/messages';
import type { Line } from './line';

/** Milliseconds before a hand that the server did not take is raised or lowered again. */
const again_ms = 1_500;

/** What one says without a word: a raised hand, which stays, and reactions, which pass. */
export class Gestures {
  readonly #line: Pick<Line, 'state' | 'request'>;
  readonly #limits: () => Limits;
  #raised = false;
  #told = false;
  #inside = false;
  /** When all reactions so far will have been paid off, in milliseconds of the page's clock. */
  #paid_ms = -Infinity;

  constructor(options: { line: Pick<Line, 'state' | 'request'>; limits: () => Limits }) {
    this.#line = options.line;
    this.#limits = options.limits;
  }

  /** One is in the room, for the first time or again; after a restart of the server the hand is down there. */
  enter(self: Participant | undefined): void {
    this.#inside = true;
    this.#told = self?.hand !== undefined;
    this.#tell();
  }

  /** The line broke. */
  pause(): void {
    this.#inside = false;
  }

  raise(raised: boolean): void {
    this.#raised = raised;
    this.#tell();
  }

  /**
   * Shows everybody an emoji for a moment. False where it comes to nothing: the line is broken, or it is one too many
   * in too short a time.
   */
  react(reaction: Reaction): boolean {
    if (!this.#inside || this.#line.state !== 'online') return false;
    const { reactions_burst, reactions_per_second } = this.#limits();
    const now_ms = performance.now();
    const cost_ms = Math.ceil(1_000 / reactions_per_second);
    const paid_ms = Math.max(now_ms, this.#paid_ms);
    // As the server counts, so that it need not refuse.
    if (paid_ms - now_ms > cost_ms * (reactions_burst - 1)) return false;
    this.#paid_ms = paid_ms + cost_ms;
    // What passes is not sent again.
    this.#line.request({ type: 'react', reaction }, 'done').catch(() => undefined);
    return true;
  }

  #tell(): void {
    if (!this.#inside || this.#raised === this.#told) return;
    const raised = this.#raised;
    this.#told = raised;
    this.#line.request({ type: 'hand', raised }, 'done').catch(() => {
      // A broken line tells it when it is back; an answer that did not come leaves open which of the two it is.
      this.#told = !raised;
      setTimeout(() => {
        this.#tell();
      }, again_ms);
    });
  }
}
