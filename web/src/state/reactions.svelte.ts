import type { ShownReaction } from '../call';
import type { ParticipantId, Reaction } from '../protocol/messages';

/** A reaction that floats by. */
export interface FloatingReaction {
  /** Fresh for each, so that a view can tell two claps of one person apart. */
  id: number;
  participant: ParticipantId;
  reaction: Reaction;
}

/** Milliseconds that a reaction is there: long enough to look up and see whose it is. */
export const reaction_ms = 4_000;
/** The most that float at once; in a room that roars the oldest go first. */
const most = 40;

/** The reactions that float by just then, the oldest first. */
export class Reactions {
  floating = $state.raw<readonly FloatingReaction[]>([]);
  #last = 0;

  show({ participant, reaction }: ShownReaction): void {
    this.#last += 1;
    const id = this.#last;
    this.floating = [...this.floating, { id, participant, reaction }].slice(-most);
    setTimeout(() => {
      this.floating = this.floating.filter((it) => it.id !== id);
    }, reaction_ms);
  }
}
