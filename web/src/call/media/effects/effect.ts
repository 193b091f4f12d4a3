/** Something done to a track on its way out. */
export interface Effect {
  /** What is sent in the place of the track that went in. */
  readonly track: MediaStreamTrack;
  /** Frees everything but the track that went in, whose owner ends it. */
  stop(): void;
}

/** Why an effect ended by itself, or never began. */
export type EffectProblem =
  /** This browser or machine lacks something that it needs. */
  | 'unsupported'
  /** This machine does not keep up with it. */
  | 'slow';

/** Begins an effect; rejects where this browser cannot. It is told of a machine that does not keep up. */
export type StartEffect = (track: MediaStreamTrack, onslow: () => void) => Promise<Effect>;

/** Blur is for the camera's background, quiet for the noise around a microphone. */
export type EffectName = 'blur' | 'quiet';

export type StartEffects = Record<EffectName, StartEffect>;

/** The effects, each loaded at its first use: together they are megabytes. */
export const platformEffects: StartEffects = {
  blur: async (track, onslow) => (await import('./blur')).startBlur(track, onslow),
  quiet: async (track) => (await import('./quiet')).startQuiet(track),
};

/** Whether this browser has what an effect is made of; whether the machine is fast enough shows in use. */
export function effectSupported(name: EffectName): boolean {
  if (typeof WebAssembly !== 'object') return false;
  if (name === 'quiet') {
    return typeof AudioContext === 'function' && 'audioWorklet' in AudioContext.prototype;
  }
  return (
    'captureStream' in HTMLCanvasElement.prototype &&
    'requestVideoFrameCallback' in HTMLVideoElement.prototype
  );
}
