import type { Meeting } from './meeting.svelte';

/** Push to talk: while it is held, a muted microphone is on. */
export class Talking {
  /** One is heard because it is held. */
  holding = $state(false);
  readonly #meeting: Pick<Meeting, 'on' | 'ownMicrophone' | 'talk'>;

  constructor(meeting: Pick<Meeting, 'on' | 'ownMicrophone' | 'talk'>) {
    this.#meeting = meeting;
  }

  /** It is pressed. False where there is nothing to hold: one is heard already, or has no microphone. */
  start(): boolean {
    if (this.holding) return true;
    const { on, ownMicrophone } = this.#meeting;
    // Opening a device takes longer than a word, and may ask a question.
    if (on.microphone || ownMicrophone === null) return false;
    this.holding = true;
    void this.#meeting.talk(true);
    return true;
  }

  /** It is let go, or nothing tells any more that it is held. */
  end(): void {
    if (!this.holding) return;
    this.holding = false;
    void this.#meeting.talk(false);
  }
}
