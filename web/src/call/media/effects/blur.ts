import type { Effect } from './effect';
import { Pace } from './pace';
import type { Segmenter } from './segmenter';
import { loadSegmenter, segmenterSize } from './segmenter';

/** Pictures a second at most: what a camera brings. */
const rate = 30;
/** Milliseconds that a picture may take: below 8 a second a call looks broken. */
const slowest_ms = 120;
/** The picture is blurred at this part of its size, and what is scaled up again is soft by itself. */
const shrink = 8;
/** Pixels of the small picture over which its parts run into each other. */
const softness_px = 3;
/** Milliseconds for a camera to bring its first picture. */
const first_ms = 10_000;

/** Blurs what is behind the person. */
export async function startBlur(camera: MediaStreamTrack, onslow: () => void): Promise<Effect> {
  const video = document.createElement('video');
  let segmenter: Segmenter | null = null;
  let painter: Painter | null = null;
  try {
    video.muted = true;
    video.playsInline = true;
    video.srcObject = new MediaStream([camera]);
    const [loaded] = await Promise.all([loadSegmenter(), firstPicture(video)]);
    segmenter = loaded;
    painter = new Painter(video, segmenter, onslow);
    // Whoever sends it must never send a picture that is not blurred, nor an empty one.
    await painter.paint();
    return painter.begin();
  } catch (error) {
    painter?.stop();
    if (painter === null) {
      segmenter?.close();
      video.srcObject = null;
    }
    throw error;
  }
}

/** Paints each picture of a camera anew. */
class Painter implements Effect {
  readonly track: MediaStreamTrack;
  readonly #video: HTMLVideoElement;
  readonly #segmenter: Segmenter;
  readonly #pace: Pace;
  readonly #out = canvas();
  readonly #small = canvas();
  readonly #soft = canvas();
  readonly #clock = new Worker(new URL('./clock.ts', import.meta.url), { type: 'module' });
  #painting = false;
  #stopped = false;

  constructor(video: HTMLVideoElement, segmenter: Segmenter, onslow: () => void) {
    this.#video = video;
    this.#segmenter = segmenter;
    this.#pace = new Pace(slowest_ms, onslow);
    this.#small.canvas.width = segmenterSize.width;
    this.#small.canvas.height = segmenterSize.height;
    const [track] = this.#out.canvas.captureStream(rate).getVideoTracks();
    if (track === undefined) throw new DOMException('', 'NotSupportedError');
    this.track = track;
  }

  /** Follows the camera from here on. */
  begin(): this {
    this.#video.requestVideoFrameCallback(this.#frame);
    // A hidden page gets no frame callbacks; the others still look.
    this.#clock.onmessage = () => {
      if (document.visibilityState === 'hidden') void this.#paintSafely();
    };
    return this;
  }

  stop(): void {
    this.#stopped = true;
    this.#clock.terminate();
    this.track.stop();
    this.#video.srcObject = null;
    for (const { canvas: it } of [this.#out, this.#small, this.#soft]) it.width = it.height = 0;
    // A picture that is being painted still needs it.
    if (!this.#painting) this.#segmenter.close();
  }

  async paint(): Promise<void> {
    this.#painting = true;
    const began = performance.now();
    try {
      this.#small.drawImage(this.#video, 0, 0, segmenterSize.width, segmenterSize.height);
      const mask = await this.#segmenter.maskOf(this.#small.canvas);
      if (!this.#stopped) this.#compose(mask);
      this.#pace.took(performance.now() - began);
    } finally {
      this.#painting = false;
      if (this.#stopped) this.#segmenter.close();
    }
  }

  readonly #frame = (): void => {
    if (this.#stopped) return;
    void this.#paintSafely().then(() => {
      if (!this.#stopped) this.#video.requestVideoFrameCallback(this.#frame);
    });
  };

  /** A picture that fails is left out: the one before it stays. */
  async #paintSafely(): Promise<void> {
    if (this.#painting || this.#stopped) return;
    await this.paint().catch(() => undefined);
  }

  #compose(mask: CanvasImageSource): void {
    const { videoWidth: width, videoHeight: height } = this.#video;
    const out = this.#out;
    fit(out, width, height);
    fit(this.#soft, Math.ceil(width / shrink), Math.ceil(height / shrink));
    // Safari has no filters on canvases; the scaling alone is soft there.
    if ('filter' in this.#soft) this.#soft.filter = `blur(${String(softness_px)}px)`;
    this.#soft.drawImage(this.#video, 0, 0, this.#soft.canvas.width, this.#soft.canvas.height);
    out.globalCompositeOperation = 'copy';
    out.drawImage(mask, 0, 0, width, height);
    out.globalCompositeOperation = 'source-in';
    out.drawImage(this.#video, 0, 0, width, height);
    out.globalCompositeOperation = 'destination-over';
    out.drawImage(this.#soft.canvas, 0, 0, width, height);
  }
}

function canvas(): CanvasRenderingContext2D {
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) throw new DOMException('', 'NotSupportedError');
  return context;
}

function fit({ canvas: it }: CanvasRenderingContext2D, width: number, height: number): void {
  if (it.width !== width) it.width = width;
  if (it.height !== height) it.height = height;
}

async function firstPicture(video: HTMLVideoElement): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const there = new Promise<void>((resolve, reject) => {
    video.onloadeddata = () => {
      resolve();
    };
    timer = setTimeout(() => {
      reject(new DOMException('', 'TimeoutError'));
    }, first_ms);
  });
  try {
    await video.play();
    await there;
  } finally {
    clearTimeout(timer);
  }
}
