import type { Source, Sources } from '../../protocol/messages';
import { Emitter } from '../emitter';
import type { Devices, Obstacle } from './devices';
import { listDevices, noDevices, obstacleOf } from './devices';

/** Something about a device that the person should know. */
export type DeviceNotice =
  | { notice: 'unplugged'; kind: 'microphone' | 'camera'; label: string; instead: string | null }
  | { notice: 'obstacle'; kind: 'microphone' | 'camera' | 'screen'; obstacle: Obstacle };

export interface SourcesEvents {
  /** Tracks, states or devices changed. */
  changed: undefined;
  /** What is sent as a source is another track, or none. */
  track: { source: Source; track: MediaStreamTrack | null };
  notice: DeviceNotice;
}

/** What is wanted before anything is asked of the browser. */
export interface SourcesOptions {
  microphone: boolean;
  camera: boolean;
  microphoneId: string | null;
  cameraId: string | null;
}

type Captured = 'microphone' | 'camera';

/**
 * What this side sends: opens and frees devices, and says what is on.
 *
 * Muting keeps the microphone open, so that unmuting is instant; a camera or a screen that is off is freed.
 */
export class LocalSources extends Emitter<SourcesEvents> {
  readonly #media: MediaDevices | undefined;
  readonly #tracks = new Map<Source, MediaStreamTrack>();
  readonly #obstacles = new Map<Captured, Obstacle>();
  readonly #chosen: Record<Captured, string | null>;
  readonly #wanted: Record<Captured, boolean>;
  #devices: Devices = noDevices;
  #screenAsked = false;
  #screenMotion = false;
  #closed = false;

  constructor(options: SourcesOptions, media: MediaDevices | undefined = platformMedia()) {
    super();
    this.#media = media;
    this.#wanted = { microphone: options.microphone, camera: options.camera };
    this.#chosen = { microphone: options.microphoneId, camera: options.cameraId };
    media?.addEventListener('devicechange', this.#devicesChanged);
  }

  get devices(): Devices {
    return this.#devices;
  }

  /** Why a device does not work, where it was asked for and does not. */
  obstacle(kind: Captured): Obstacle | null {
    return this.#obstacles.get(kind) ?? null;
  }

  /** Whether this browser can share a screen. */
  get canShare(): boolean {
    return this.#media !== undefined && 'getDisplayMedia' in this.#media;
  }

  track(source: Source): MediaStreamTrack | null {
    return this.#tracks.get(source) ?? null;
  }

  /** What is on. */
  get state(): Sources {
    const microphone = this.#tracks.get('microphone');
    return {
      microphone: microphone?.enabled === true,
      camera: this.#tracks.has('camera'),
      screen: this.#tracks.has('screen'),
      screen_audio: this.#tracks.has('screen_audio'),
    };
  }

  /** The id of the device in use, or of the one that would be. */
  chosen(kind: Captured): string | null {
    return this.#tracks.get(kind)?.getSettings().deviceId ?? this.#chosen[kind];
  }

  /**
   * Opens what is wanted, with one question to the person. A muted microphone is opened too: it shows its level
   * before entering, and unmutes at once.
   */
  async open(): Promise<void> {
    if (this.#media === undefined) {
      this.#obstacles.set('microphone', 'insecure').set('camera', 'insecure');
      this.emit('changed', undefined);
      return;
    }
    const wanted: Captured[] = this.#wanted.camera ? ['microphone', 'camera'] : ['microphone'];
    try {
      const stream = await this.#media.getUserMedia(
        Object.assign(
          {},
          ...wanted.map((kind) => this.#constraints(kind, false)),
        ) as MediaStreamConstraints,
      );
      for (const kind of wanted) this.#take(kind, trackOf(stream, kind));
    } catch (error) {
      await this.#openEach(wanted, obstacleOf(error));
    }
    await this.refreshDevices();
  }

  /** Mutes or unmutes. */
  async setMicrophone(on: boolean): Promise<void> {
    this.#wanted.microphone = on;
    const track = this.#tracks.get('microphone');
    if (track !== undefined) track.enabled = on;
    else if (on) await this.#openOne('microphone');
    this.emit('changed', undefined);
  }

  /** Switches the camera on or off. */
  async setCamera(on: boolean): Promise<void> {
    this.#wanted.camera = on;
    if (!on) this.#drop('camera');
    else if (!this.#tracks.has('camera')) await this.#openOne('camera');
    this.emit('changed', undefined);
  }

  /** Uses another device from here on. */
  async use(kind: Captured, deviceId: string): Promise<void> {
    this.#chosen[kind] = deviceId;
    const inUse = this.#tracks.get(kind);
    if (inUse === undefined) {
      if (kind === 'microphone') await this.#openOne(kind);
    } else if (inUse.getSettings().deviceId !== deviceId) {
      // Many phones open one camera at a time.
      if (kind === 'camera') inUse.stop();
      await this.#openOne(kind);
    }
    this.emit('changed', undefined);
  }

  /** Asks the person for a screen and shares it. False where they changed their mind. */
  async shareScreen(): Promise<boolean> {
    if (this.#media === undefined || !this.canShare || this.#screenAsked) return false;
    this.#screenAsked = true;
    try {
      const stream = await this.#media.getDisplayMedia({
        video: { frameRate: screenRate(this.#screenMotion) },
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
      const [picture] = stream.getVideoTracks();
      if (picture === undefined) return false;
      hintAt(picture, this.#screenMotion);
      this.#take('screen', picture);
      const [sound] = stream.getAudioTracks();
      if (sound !== undefined) this.#take('screen_audio', sound);
      this.emit('changed', undefined);
      return true;
    } catch (error) {
      // Closing the browser's window of choice is an answer, not a fault.
      const obstacle = obstacleOf(error);
      if (obstacle !== 'denied')
        this.emit('notice', { notice: 'obstacle', kind: 'screen', obstacle });
      return false;
    } finally {
      this.#screenAsked = false;
    }
  }

  /** Whether a shared screen is sent for what moves in it, or for its text. */
  get screenMotion(): boolean {
    return this.#screenMotion;
  }

  /** Sends what is shared, just then and later, smoothly instead of sharply, or the other way round. */
  setScreenMotion(motion: boolean): void {
    this.#screenMotion = motion;
    const track = this.#tracks.get('screen');
    if (track !== undefined) {
      hintAt(track, motion);
      // A browser that cannot change it goes on at the rate that it has.
      track.applyConstraints({ frameRate: screenRate(motion) }).catch(() => undefined);
      this.emit('track', { source: 'screen', track });
    }
    this.emit('changed', undefined);
  }

  /** Stops sharing. */
  stopScreen(): void {
    this.#drop('screen');
    this.#drop('screen_audio');
    this.emit('changed', undefined);
  }

  /** Reads which devices there are. */
  async refreshDevices(): Promise<void> {
    try {
      this.#devices = await listDevices(this.#media);
    } catch {
      this.#devices = noDevices;
    }
    this.emit('changed', undefined);
  }

  /** Frees every device. */
  close(): void {
    this.#closed = true;
    this.#media?.removeEventListener('devicechange', this.#devicesChanged);
    for (const source of [...this.#tracks.keys()]) this.#drop(source);
    this.clear();
  }

  readonly #devicesChanged = (): void => {
    void this.refreshDevices();
  };

  #constraints(kind: Captured, exact: boolean): MediaStreamConstraints {
    const id = this.#chosen[kind];
    const device = id === null ? {} : { deviceId: exact ? { exact: id } : { ideal: id } };
    if (kind === 'microphone') {
      const clean = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
      return { audio: { ...clean, ...device } };
    }
    const size = {
      width: { ideal: 1280 },
      height: { ideal: 720 },
      frameRate: { ideal: 30, max: 30 },
    };
    return { video: { ...size, ...device } };
  }

  /** Both at once failed: find out which of them works. */
  async #openEach(wanted: Captured[], obstacle: Obstacle): Promise<void> {
    for (const kind of wanted) {
      // Somebody who said no must not be asked a second time.
      if (obstacle === 'denied' && (await permission(kind)) !== 'granted') {
        this.#obstacles.set(kind, 'denied');
      } else {
        await this.#openOne(kind);
      }
    }
  }

  async #openOne(kind: Captured): Promise<void> {
    if (this.#media === undefined) {
      this.#obstacles.set(kind, 'insecure');
      return;
    }
    try {
      this.#take(kind, trackOf(await this.#capture(kind), kind));
      if (this.#devices[kind].every(({ label }) => label === '')) await this.refreshDevices();
    } catch (error) {
      const obstacle = obstacleOf(error);
      if (this.#tracks.get(kind)?.readyState === 'ended') this.#drop(kind);
      this.#obstacles.set(kind, obstacle);
      this.emit('notice', { notice: 'obstacle', kind, obstacle });
    }
  }

  async #capture(kind: Captured): Promise<MediaStream> {
    if (this.#media === undefined) throw new DOMException('', 'NotFoundError');
    try {
      return await this.#media.getUserMedia(this.#constraints(kind, true));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'OverconstrainedError') throw error;
      // The chosen device is gone: any other is better than none.
      this.#chosen[kind] = null;
      return this.#media.getUserMedia(this.#constraints(kind, false));
    }
  }

  #take(source: Source, track: MediaStreamTrack | undefined): void {
    if (track === undefined) return;
    if (this.#closed) {
      track.stop();
      return;
    }
    const earlier = this.#tracks.get(source);
    this.#tracks.set(source, track);
    if (source === 'microphone') track.enabled = this.#wanted.microphone;
    if (source === 'microphone' || source === 'camera') this.#obstacles.delete(source);
    track.onended = () => {
      this.#ended(source, track);
    };
    this.emit('track', { source, track });
    if (earlier !== undefined) free(earlier);
  }

  #drop(source: Source): void {
    const track = this.#tracks.get(source);
    if (track === undefined) return;
    this.#tracks.delete(source);
    this.emit('track', { source, track: null });
    free(track);
  }

  /** The device was pulled out, or sharing was ended in the browser's own bar. */
  #ended(source: Source, track: MediaStreamTrack): void {
    if (this.#tracks.get(source) !== track) return;
    if (source === 'screen') return this.stopScreen();
    this.#drop(source);
    this.emit('changed', undefined);
    if (source !== 'screen_audio') void this.#replaceUnplugged(source, track.label);
  }

  async #replaceUnplugged(kind: Captured, label: string): Promise<void> {
    this.#chosen[kind] = null;
    let instead: string | null = null;
    try {
      // A camera that another takes over by itself could show what nobody meant to show.
      if (kind === 'microphone') {
        const track = trackOf(await this.#capture(kind), kind);
        this.#take(kind, track);
        instead = track?.label ?? null;
      } else {
        this.#wanted.camera = false;
      }
    } catch (error) {
      this.#obstacles.set(kind, obstacleOf(error));
    }
    this.emit('notice', { notice: 'unplugged', kind, label, instead });
    await this.refreshDevices();
  }
}

function platformMedia(): MediaDevices | undefined {
  // Pages that came over plain HTTP from another machine have none, whatever the types say.
  return navigator.mediaDevices;
}

function trackOf(stream: MediaStream, kind: Captured): MediaStreamTrack | undefined {
  return kind === 'microphone' ? stream.getAudioTracks()[0] : stream.getVideoTracks()[0];
}

/** Text stays sharp at the cost of pictures per second; what moves, the other way round. */
function hintAt(picture: MediaStreamTrack, motion: boolean): void {
  picture.contentHint = motion ? 'motion' : 'detail';
}

/** Pictures per second of a shared screen. */
function screenRate(motion: boolean): ConstrainDoubleRange {
  return { ideal: motion ? 30 : 15, max: 30 };
}

function free(track: MediaStreamTrack): void {
  track.onended = null;
  track.stop();
}

async function permission(kind: Captured): Promise<PermissionState> {
  try {
    const { state } = await navigator.permissions.query({ name: kind });
    return state;
  } catch {
    // Where one cannot ask, the refusal that brought us here stands.
    return 'denied';
  }
}
