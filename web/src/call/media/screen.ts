import { obstacleOf } from './devices';
import type { Obstacle } from './devices';

/** What somebody shares. */
export interface Shared {
  /** The whole screen, a window or a tab; null where the browser does not tell. */
  surface: 'monitor' | 'window' | 'browser' | null;
  /** Its sound is shared, too. */
  sound: boolean;
}

/** Hints that the types of TypeScript do not know, and some browsers neither; who does not know one ignores it. */
interface ShareHints extends DisplayMediaStreamOptions {
  /** Sharing the meeting itself is a hall of mirrors. */
  selfBrowserSurface: 'exclude';
  /** Another tab may be chosen without a share of its own. */
  surfaceSwitching: 'include';
  /** The sound of everything, where a whole screen is shared. */
  systemAudio: 'include';
}

type ScreenSource = 'screen' | 'screen_audio';

/** Pictures per second of a shared screen. */
function screenRate(motion: boolean): ConstrainDoubleRange {
  return { ideal: motion ? 30 : 15, max: 30 };
}

/** What this side shows of its screen, with its sound. */
export class ScreenShare {
  readonly #media: MediaDevices | undefined;
  readonly #sent: (source: ScreenSource, track: MediaStreamTrack | null) => void;
  readonly #tracks = new Map<ScreenSource, MediaStreamTrack>();
  #asked = false;
  #motion = false;

  /** `sent`: something else, or nothing, goes out as this source; of the same track, it is for something else. */
  constructor(
    media: MediaDevices | undefined,
    sent: (source: ScreenSource, track: MediaStreamTrack | null) => void,
  ) {
    this.#media = media;
    this.#sent = sent;
  }

  /** Whether this browser can share a screen. */
  get possible(): boolean {
    return this.#media !== undefined && 'getDisplayMedia' in this.#media;
  }

  /** Whether it is sent for what moves in it, or for its text. */
  get motion(): boolean {
    return this.#motion;
  }

  /** What is shared just then. */
  get shared(): Shared | null {
    const picture = this.#tracks.get('screen');
    if (picture === undefined) return null;
    const { displaySurface } = picture.getSettings();
    const known = ['monitor', 'window', 'browser'] as const;
    return {
      surface: known.find((it) => it === displaySurface) ?? null,
      sound: this.#tracks.has('screen_audio'),
    };
  }

  track(source: ScreenSource): MediaStreamTrack | null {
    return this.#tracks.get(source) ?? null;
  }

  /** Asks the person for a screen and shares it. Null where they changed their mind or share already. */
  async begin(): Promise<'shared' | Obstacle | null> {
    if (this.#media === undefined || !this.possible || this.#asked) return null;
    this.#asked = true;
    try {
      const stream = await askForScreen(this.#media, this.#motion);
      const [picture] = stream.getVideoTracks();
      if (picture === undefined) return null;
      hintAt(picture, this.#motion);
      this.#set('screen', picture);
      this.#set('screen_audio', stream.getAudioTracks()[0] ?? null);
      return 'shared';
    } catch (error) {
      const obstacle = obstacleOf(error);
      // Closing the browser's window of choice is an answer, not a fault.
      return obstacle === 'denied' ? null : obstacle;
    } finally {
      this.#asked = false;
    }
  }

  /** Sends what is shared, just then and later, smoothly instead of sharply, or the other way round. */
  setMotion(motion: boolean): void {
    this.#motion = motion;
    const picture = this.#tracks.get('screen');
    if (picture === undefined) return;
    hintAt(picture, motion);
    // A browser that cannot change it goes on at the rate that it has.
    picture.applyConstraints({ frameRate: screenRate(motion) }).catch(() => undefined);
    this.#sent('screen', picture);
  }

  end(): void {
    this.#set('screen', null);
    this.#set('screen_audio', null);
  }

  #set(source: ScreenSource, track: MediaStreamTrack | null): void {
    const earlier = this.#tracks.get(source);
    if (track === null && earlier === undefined) return;
    if (track === null) this.#tracks.delete(source);
    else {
      this.#tracks.set(source, track);
      track.onended = () => {
        // Ended in the browser's own bar. Sound may end alone.
        if (source === 'screen') this.end();
        else this.#set(source, null);
      };
    }
    this.#sent(source, track);
    if (earlier === undefined) return;
    earlier.onended = null;
    earlier.stop();
  }
}

function askForScreen(media: MediaDevices, motion: boolean): Promise<MediaStream> {
  const options: ShareHints = {
    video: { frameRate: screenRate(motion) },
    // A film's sound is no voice: what cleans voices spoils it.
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    selfBrowserSurface: 'exclude',
    surfaceSwitching: 'include',
    systemAudio: 'include',
  };
  return media.getDisplayMedia(options);
}

/** Text stays sharp at the cost of pictures per second; what moves, the other way round. */
function hintAt(picture: MediaStreamTrack, motion: boolean): void {
  picture.contentHint = motion ? 'motion' : 'detail';
}
