import type { Effect, EffectProblem, StartEffect } from './effects/effect';

export interface OutgoingOptions {
  start: StartEffect;
  /** Nothing is sent until the effect works: what it hides must not be seen for a moment either. */
  hold: boolean;
  wanted: boolean;
  /** Another track is sent, or none. */
  onsent: (track: MediaStreamTrack | null) => void;
  /** The effect ended by itself, and the track goes out as it is. */
  onproblem: (problem: EffectProblem) => void;
}

/** A device's track on its way out, and what is done to it there. */
export class Outgoing {
  readonly #options: OutgoingOptions;
  #raw: MediaStreamTrack | null = null;
  #sent: MediaStreamTrack | null = null;
  #effect: Effect | null = null;
  #wanted: boolean;
  /** Counts beginnings and ends: what began before the latest is of no use any more. */
  #attempt = 0;

  constructor(options: OutgoingOptions) {
    this.#options = options;
    this.#wanted = options.wanted;
  }

  /** The device's own track. */
  get raw(): MediaStreamTrack | null {
    return this.#raw;
  }

  /** What goes out. */
  get sent(): MediaStreamTrack | null {
    return this.#sent;
  }

  /** Whether the effect is to be, or is, at work. */
  get wanted(): boolean {
    return this.#wanted;
  }

  /** Sends another device's track from here on, and ends the one before it. */
  take(raw: MediaStreamTrack | null): void {
    const earlier = this.#raw;
    this.#raw = raw;
    this.#attempt += 1;
    if (raw === null || !this.#wanted) {
      this.#use(null);
    } else {
      // With the effect of the earlier track its last picture stands until the first of this one.
      if (!this.#options.hold) this.#use(null);
      void this.#start();
    }
    if (earlier !== null && earlier !== raw) earlier.stop();
  }

  /** Mutes or unmutes, whatever is done to the track. */
  setEnabled(enabled: boolean): void {
    for (const track of [this.#raw, this.#effect?.track]) if (track) track.enabled = enabled;
  }

  /** Begins or ends the effect. The track before it is sent until it works. */
  async setWanted(wanted: boolean): Promise<void> {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#attempt += 1;
    if (wanted) await this.#start();
    else this.#use(null);
  }

  async #start(): Promise<void> {
    const raw = this.#raw;
    if (raw === null) return;
    const attempt = this.#attempt;
    const current = () => attempt === this.#attempt;
    try {
      const effect = await this.#options.start(raw, () => {
        if (current()) this.#fail('slow');
      });
      if (!current()) return effect.stop();
      effect.track.enabled = raw.enabled;
      effect.track.contentHint = raw.contentHint;
      this.#use(effect);
    } catch {
      if (current()) this.#fail('unsupported');
    }
  }

  #fail(problem: EffectProblem): void {
    this.#wanted = false;
    this.#attempt += 1;
    this.#use(null);
    this.#options.onproblem(problem);
  }

  #use(effect: Effect | null): void {
    const earlier = this.#effect;
    this.#effect = effect;
    const sent = effect?.track ?? this.#raw;
    if (sent !== this.#sent) {
      this.#sent = sent;
      this.#options.onsent(sent);
    }
    if (earlier !== effect) earlier?.stop();
  }
}
