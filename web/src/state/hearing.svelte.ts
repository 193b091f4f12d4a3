import { SvelteMap, SvelteSet } from 'svelte/reactivity';

import type { ParticipantId } from '../protocol/messages';

/** How loud one hears each person here: nobody else hears or learns of it. */
export class Hearing {
  readonly #volumes = new SvelteMap<ParticipantId, number>();
  readonly #muted = new SvelteSet<ParticipantId>();

  /** From 0 to 1, apart from whether they are muted for me. */
  volumeOf(participant: ParticipantId): number {
    return this.#volumes.get(participant) ?? 1;
  }

  /** What to play them at, from 0 to 1. */
  loudnessOf(participant: ParticipantId): number {
    return this.isMutedForMe(participant) ? 0 : this.volumeOf(participant);
  }

  setVolume(participant: ParticipantId, volume: number): void {
    this.#volumes.set(participant, Math.min(1, Math.max(0, volume)));
  }

  isMutedForMe(participant: ParticipantId): boolean {
    return this.#muted.has(participant);
  }

  setMutedForMe(participant: ParticipantId, muted: boolean): void {
    if (muted) this.#muted.add(participant);
    else this.#muted.delete(participant);
  }
}
