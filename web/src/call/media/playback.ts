/** What came for one slot. */
export interface SlotMedia {
  /** Sound and picture under one id, which is what makes browsers keep them together. */
  readonly stream: MediaStream;
  /** The picture's track; null for slots that are only heard. */
  readonly video: MediaStreamTrack | null;
}

/** What playing needs of an element. */
export type PlayingElement = Pick<HTMLVideoElement, 'play' | 'readyState' | 'srcObject'> &
  Partial<Pick<HTMLVideoElement, 'requestVideoFrameCallback' | 'cancelVideoFrameCallback'>>;

/** Milliseconds without a picture after which an element that waits for one is freed to sound. */
const stall_ms = 2_000;

/** `HTMLMediaElement.HAVE_CURRENT_DATA`: there is something to play. */
const has_data = 2;

/**
 * Plays a slot in one element: the sound from the start, the picture as soon as there is one.
 *
 * Browsers play nothing of a stream whose video track has brought no picture yet. Somebody whose camera is off would
 * be silent. So an element begins with the sound alone, and the picture joins the same stream when it is on and
 * packets of it have come.
 */
export class Playback {
  readonly #element: PlayingElement;
  readonly #media: SlotMedia;
  readonly #onpicture: (shown: boolean) => void;
  readonly #onblocked: () => void;
  #wanted = false;
  #frame: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    element: PlayingElement,
    media: SlotMedia,
    options: {
      /** There is a first picture, or none any more. */
      onpicture: (shown: boolean) => void;
      /** The browser wants a click before it plays sound. */
      onblocked: () => void;
    },
  ) {
    this.#element = element;
    this.#media = media;
    this.#onpicture = options.onpicture;
    this.#onblocked = options.onblocked;
    this.#soundAlone();
  }

  /** Whether there should be a picture: the other side has it on. */
  wantPicture(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (wanted) {
      this.#media.video?.addEventListener('unmute', this.#addPicture);
      this.#addPicture();
    } else {
      this.#forgetPicture();
      this.#onpicture(false);
    }
  }

  /** Ends it and frees the element. */
  close(): void {
    this.#forgetPicture();
    // Another playback may have the element already.
    if (this.#element.srcObject === this.#media.stream) this.#element.srcObject = null;
  }

  #soundAlone(): void {
    const { stream, video } = this.#media;
    if (video !== null) stream.removeTrack(video);
    // Setting the same stream again changes nothing.
    this.#element.srcObject = null;
    this.#element.srcObject = stream;
    this.#element.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#onblocked();
    });
  }

  readonly #addPicture = (): void => {
    const { stream, video } = this.#media;
    // A track is muted until its first packet.
    if (!this.#wanted || video === null || video.muted) return;
    if (!stream.getTracks().includes(video)) stream.addTrack(video);
    this.#awaitFrame();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#unstall, stall_ms);
  };

  /** Tells of the first picture from here on: what the slot showed before was somebody else. */
  #awaitFrame(): void {
    if (this.#frame !== undefined) return;
    this.#frame = this.#element.requestVideoFrameCallback?.(() => {
      this.#frame = undefined;
      clearTimeout(this.#timer);
      this.#onpicture(true);
    });
  }

  /** Firefox is silent while it waits for a picture that does not come: take it away, and try again. */
  readonly #unstall = (): void => {
    if (this.#element.readyState < has_data) this.#soundAlone();
    this.#timer = setTimeout(this.#addPicture, stall_ms);
  };

  #forgetPicture(): void {
    clearTimeout(this.#timer);
    this.#media.video?.removeEventListener('unmute', this.#addPicture);
    if (this.#frame !== undefined) this.#element.cancelVideoFrameCallback?.(this.#frame);
    this.#frame = undefined;
  }
}
