import type { Paint } from './drawing';

/** Pictures a second: enough for a browser to take a track as alive. */
const rate = 4;

/** A picture that a canvas makes, as a camera or a connection would bring it. */
export class Scene {
  readonly track: MediaStreamTrack;
  readonly #pen: CanvasRenderingContext2D;
  readonly #timer: ReturnType<typeof setInterval>;
  #paint: Paint | null;

  constructor(paint: Paint | null, size: readonly [number, number] = [960, 540]) {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = size;
    const pen = canvas.getContext('2d');
    if (pen === null) throw new Error('this browser draws nothing');
    this.#pen = pen;
    this.#paint = paint;
    this.#draw();
    const [track] = canvas.captureStream(rate * 2).getVideoTracks();
    if (track === undefined) throw new Error('a canvas without a picture');
    this.track = track;
    this.#timer = setInterval(() => {
      this.#draw();
    }, 1_000 / rate);
    const stop = track.stop.bind(track);
    track.stop = () => {
      this.close();
      stop();
    };
  }

  /** Shows something else from here on, perhaps in another shape, width by height. */
  show(paint: Paint | null, shape?: number): void {
    this.#paint = paint;
    const { canvas } = this.#pen;
    if (shape !== undefined) canvas.height = Math.round(canvas.width / shape);
    this.#draw();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Drawn again although nothing moves: a canvas that is not touched brings no picture. */
  #draw(): void {
    this.#pen.setTransform(1, 0, 0, 1, 0, 0);
    this.#pen.fillStyle = '#000000';
    this.#pen.fillRect(0, 0, this.#pen.canvas.width, this.#pen.canvas.height);
    this.#paint?.(this.#pen);
  }
}

let context: AudioContext | undefined;

/** A sound of this loudness, from 0 (silence) to 1, that a meter shows without trembling. */
export function tone(loudness: number): MediaStreamTrack {
  context ??= new AudioContext();
  const out = context.createMediaStreamDestination();
  if (loudness > 0) {
    const voice = context.createConstantSource();
    voice.offset.value = loudness;
    voice.connect(out);
    voice.start();
  }
  const [track] = out.stream.getAudioTracks();
  if (track === undefined) throw new Error('a sound without a track');
  return track;
}
