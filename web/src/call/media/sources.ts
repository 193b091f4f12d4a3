import type { Source, Sources } from '../../protocol/messages';
import { Emitter } from '../emitter';
import { captureOf, captureOptions, trackOf } from './capture';
import type { Device, DeviceList, Devices, Obstacle } from './devices';
import { listDevices, noDevices, obstacleOf } from './devices';
import type { EffectName, EffectProblem, StartEffects } from './effects/effect';
import { platformEffects } from './effects/effect';
import { Outgoing } from './outgoing';
import { permissionOf, refusalOf, watchPermission } from './permission';
import type { Shared } from './screen';
import { ScreenShare } from './screen';

/** Something about a device that the person should know. */
export type DeviceNotice =
  | { notice: 'unplugged'; kind: Captured; label: string; instead: string | null }
  /** Another device is used by itself: it came back, or the system changed its choice. */
  | { notice: 'using'; kind: Captured; label: string }
  /** A camera is there (again), and waits to be switched on. */
  | { notice: 'plugged'; label: string }
  /** The system took the device away for a while, for a phone call perhaps. */
  | { notice: 'interrupted'; kind: Captured }
  | { notice: 'obstacle'; kind: Captured | 'screen'; obstacle: Obstacle }
  | { notice: 'effect'; effect: EffectName; problem: EffectProblem };

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
  /** The chosen device; null follows the system. */
  microphoneId: string | null;
  cameraId: string | null;
  /** Blur what is behind the person. */
  blur?: boolean | undefined;
  /** Take noise away from the microphone. */
  quiet?: boolean | undefined;
  /** A phone: smaller pictures, and fewer of them while nobody looks at the page. */
  phone?: boolean | undefined;
  startEffects?: StartEffects | undefined;
}

type Captured = 'microphone' | 'camera';

const captured: readonly Captured[] = ['microphone', 'camera'];

/** Which device each effect is for. */
const kindOf: Record<EffectName, Captured> = { blur: 'camera', quiet: 'microphone' };

/** Milliseconds for which the system may hold a device before that is said. */
const interruption_ms = 1_500;
/** Milliseconds between a camera's end and waking up within which sleeping was what ended it. */
const slept_ms = 15_000;
/** Pictures a second of a phone's camera while its page is hidden. */
const hidden_rate = 5;

/**
 * What this side sends: opens and frees devices, and says what is on.
 *
 * Muting keeps the microphone open, so that unmuting is instant; a camera or a screen that is off is freed. A
 * microphone comes back by itself in the state that it had. A camera does so only before anybody sees it, and after
 * the machine slept: plugging one in must not show somebody who does not expect it.
 */
export class LocalSources extends Emitter<SourcesEvents> {
  /** Others see and hear what is on. */
  seen = false;
  readonly #media: MediaDevices | undefined;
  readonly #phone: boolean;
  readonly #outgoing: Record<Captured, Outgoing>;
  readonly #screen: ScreenShare;
  readonly #obstacles = new Map<Captured, Obstacle>();
  /** What the person chose, whether or not it is there just then. */
  readonly #chosen: Record<Captured, string | null>;
  readonly #wanted: Record<Captured, boolean>;
  readonly #interruptions = new Map<Captured, ReturnType<typeof setTimeout>>();
  readonly #watched: (() => void)[] = [];
  #list: DeviceList = noDevices;
  #opened = false;
  /** The system's microphone when the one in use was opened. */
  #followed: string | null = null;
  #lostCamera: { id: string | null; at: number } | null = null;
  #following: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: SourcesOptions, media: MediaDevices | undefined = platformMedia()) {
    super();
    this.#media = media;
    this.#phone = options.phone ?? false;
    this.#wanted = { microphone: options.microphone, camera: options.camera };
    this.#chosen = { microphone: options.microphoneId, camera: options.cameraId };
    const start = options.startEffects ?? platformEffects;
    this.#outgoing = {
      microphone: this.#newOutgoing('quiet', start, options.quiet ?? false),
      camera: this.#newOutgoing('blur', start, options.blur ?? false),
    };
    this.#screen = new ScreenShare(media, (source, track) => {
      this.emit('track', { source, track });
      this.emit('changed', undefined);
    });
    media?.addEventListener('devicechange', this.#devicesChanged);
    if (this.#phone) document.addEventListener('visibilitychange', this.#visibilityChanged);
  }

  get devices(): Devices {
    return this.#list.devices;
  }

  /** What the system uses where nobody chose. */
  get defaults(): DeviceList['defaults'] {
    return this.#list.defaults;
  }

  /** Why a device does not work, where it was asked for and does not. */
  obstacle(kind: Captured): Obstacle | null {
    return this.#obstacles.get(kind) ?? null;
  }

  /** Whether this browser can share a screen. */
  get canShare(): boolean {
    return this.#screen.possible;
  }

  /** What goes out as this source. */
  track(source: Source): MediaStreamTrack | null {
    if (source === 'microphone' || source === 'camera') return this.#outgoing[source].sent;
    return this.#screen.track(source);
  }

  /** The microphone itself, whatever is done to what it hears on the way out. */
  get microphoneDevice(): MediaStreamTrack | null {
    return this.#outgoing.microphone.raw;
  }

  /** What is on. */
  get state(): Sources {
    const { microphone, camera } = this.#outgoing;
    return {
      microphone: microphone.raw?.enabled === true && !this.#interruptions.has('microphone'),
      camera: camera.raw !== null && !this.#interruptions.has('camera'),
      screen: this.#screen.track('screen') !== null,
      screen_audio: this.#screen.track('screen_audio') !== null,
    };
  }

  /** The id of the device that the person chose; null follows the system. */
  chosen(kind: Captured): string | null {
    return this.#chosen[kind];
  }

  /** Whether an effect is wanted, and did not fail. */
  effect(name: EffectName): boolean {
    return this.#outgoing[kindOf[name]].wanted;
  }

  /** Begins or ends an effect, also in mid-call. Resolves when it works, or does not. */
  async setEffect(name: EffectName, on: boolean): Promise<void> {
    const outgoing = this.#outgoing[kindOf[name]];
    const setting = outgoing.setWanted(on);
    this.emit('changed', undefined);
    await setting;
    if (name === 'quiet') this.#setCleaning();
    this.emit('changed', undefined);
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
    await this.#openAll(this.#wanted.camera ? captured : ['microphone']);
    this.#opened = true;
    if (this.#closed) return;
    for (const kind of captured) {
      this.#watched.push(watchPermission(kind, (state) => void this.#permitted(kind, state)));
    }
  }

  /** Asks once more for what did not work. */
  async tryAgain(): Promise<void> {
    const failed = captured.filter((kind) => this.#obstacles.has(kind));
    if (failed.length > 0 && this.#media !== undefined) await this.#openAll(failed);
  }

  /** Mutes or unmutes. */
  async setMicrophone(on: boolean): Promise<void> {
    this.#wanted.microphone = on;
    const { raw } = this.#outgoing.microphone;
    this.#outgoing.microphone.setEnabled(on);
    if (on && (raw === null || this.#interruptions.has('microphone'))) {
      await this.#openOne('microphone');
    }
    this.emit('changed', undefined);
  }

  /** Switches the camera on or off. */
  async setCamera(on: boolean): Promise<void> {
    this.#wanted.camera = on;
    this.#lostCamera = null;
    if (!on) this.#take('camera', null);
    else if (this.#outgoing.camera.raw === null || this.#interruptions.has('camera')) {
      await this.#openOne('camera');
    }
    this.emit('changed', undefined);
  }

  /** Uses another device from here on; null follows the system. */
  async use(kind: Captured, deviceId: string | null): Promise<void> {
    this.#chosen[kind] = deviceId;
    const { raw } = this.#outgoing[kind];
    const wanted = deviceId ?? this.#list.defaults[kind]?.id;
    if (raw === null) {
      if (kind === 'microphone') await this.#openOne(kind);
    } else if (raw.getSettings().deviceId !== wanted) {
      // Many phones open one camera at a time.
      if (kind === 'camera') raw.stop();
      await this.#openOne(kind);
    }
    this.emit('changed', undefined);
  }

  /** Asks the person for a screen and shares it. False where they changed their mind. */
  async shareScreen(): Promise<boolean> {
    const result = await this.#screen.begin();
    if (result === null || result === 'shared') return result === 'shared';
    this.emit('notice', { notice: 'obstacle', kind: 'screen', obstacle: result });
    return false;
  }

  /** What is shared just then. */
  get shared(): Shared | null {
    return this.#screen.shared;
  }

  /** Whether a shared screen is sent for what moves in it, or for its text. */
  get screenMotion(): boolean {
    return this.#screen.motion;
  }

  /** Sends what is shared, just then and later, smoothly instead of sharply, or the other way round. */
  setScreenMotion(motion: boolean): void {
    this.#screen.setMotion(motion);
    this.emit('changed', undefined);
  }

  /** Stops sharing. */
  stopScreen(): void {
    this.#screen.end();
  }

  /** The machine slept, and what it had open may be gone without a word. */
  async recover(): Promise<void> {
    if (!this.#opened || this.#closed) return;
    await this.refreshDevices();
    const lost = this.#lostCamera;
    this.#lostCamera = null;
    for (const kind of captured) {
      const { raw } = this.#outgoing[kind];
      const gone = raw?.readyState === 'ended' || this.#interruptions.has(kind);
      const slept = kind === 'camera' && lost !== null && Date.now() - lost.at < slept_ms;
      if (slept) this.#wanted.camera = true;
      const missed = kind === 'microphone' && raw === null && this.#wanted.microphone;
      if (gone || slept || missed) await this.#openOne(kind);
    }
    this.emit('changed', undefined);
  }

  /** Reads which devices there are. */
  async refreshDevices(): Promise<void> {
    try {
      this.#list = await listDevices(this.#media);
    } catch {
      this.#list = noDevices;
    }
    this.emit('changed', undefined);
  }

  /** Frees every device. */
  close(): void {
    this.#closed = true;
    this.#media?.removeEventListener('devicechange', this.#devicesChanged);
    document.removeEventListener('visibilitychange', this.#visibilityChanged);
    for (const end of this.#watched) end();
    for (const kind of captured) this.#take(kind, null);
    this.stopScreen();
    this.clear();
  }

  #newOutgoing(name: EffectName, start: StartEffects, wanted: boolean): Outgoing {
    const source = kindOf[name];
    return new Outgoing({
      start: start[name],
      hold: name === 'blur',
      wanted,
      onsent: (track) => {
        this.emit('track', { source, track });
        this.emit('changed', undefined);
      },
      onproblem: (problem) => {
        if (name === 'quiet') this.#setCleaning();
        this.emit('notice', { notice: 'effect', effect: name, problem });
        this.emit('changed', undefined);
      },
    });
  }

  readonly #devicesChanged = (): void => {
    // One after the other: a headset is several devices, and systems tell of each.
    this.#following = this.#following.then(() => this.#follow());
  };

  /** Devices came or went: uses what the person or the system would. */
  async #follow(): Promise<void> {
    const before = this.#list;
    await this.refreshDevices();
    if (!this.#opened || this.#closed) return;
    await this.#followMicrophone();
    await this.#followCamera(before);
    this.emit('changed', undefined);
  }

  async #followMicrophone(): Promise<void> {
    const { raw } = this.#outgoing.microphone;
    const chosen = this.#chosen.microphone;
    if (raw === null) {
      const missing = ['missing', 'busy'].includes(this.#obstacles.get('microphone') ?? '');
      if (!missing || !this.#list.present.has('microphone')) return;
    } else {
      const there = this.#list.devices.microphone.some(({ id }) => id === chosen);
      const followed = this.#list.defaults.microphone?.id ?? null;
      const back = there && raw.getSettings().deviceId !== chosen;
      const moved = !there && followed !== null && followed !== this.#followed;
      if (!back && !moved) return;
    }
    await this.#switchTo('microphone');
  }

  async #followCamera(before: DeviceList): Promise<void> {
    if (this.#outgoing.camera.raw !== null || this.#obstacles.get('camera') === 'denied') return;
    const come = this.#list.devices.camera.filter(
      ({ id }) => !before.devices.camera.some((it) => it.id === id),
    );
    const missing = this.#obstacles.get('camera') === 'missing';
    if (missing && this.#list.present.has('camera')) this.#obstacles.delete('camera');
    if (missing && !this.seen && this.#wanted.camera && this.#list.present.has('camera')) {
      return this.#switchTo('camera');
    }
    const lost = this.#lostCamera !== null && come.some(({ id }) => id === this.#lostCamera?.id);
    const [first] = come;
    if (this.seen && (missing || lost) && first !== undefined) {
      this.emit('notice', { notice: 'plugged', label: first.label });
    }
  }

  /** Opens a device that nobody asked for just then, and says which. */
  async #switchTo(kind: Captured): Promise<void> {
    const before = this.#outgoing[kind].raw;
    await this.#openOne(kind, { quietly: true });
    const { raw } = this.#outgoing[kind];
    if (raw !== null && raw !== before) {
      this.emit('notice', { notice: 'using', kind, label: this.#labelOf(kind, raw) });
    }
  }

  #labelOf(kind: Captured, raw: MediaStreamTrack): string {
    const standIn = this.#list.defaults[kind];
    const device: Device | null | undefined = this.#list.devices[kind].find(
      ({ id }) => id === raw.getSettings().deviceId,
    );
    // What stands for the system's choice has no name where that choice is not known.
    return device?.label || standIn?.label || raw.label;
  }

  async #permitted(kind: Captured, state: PermissionState): Promise<void> {
    const obstacle = this.#obstacles.get(kind);
    if (obstacle !== 'denied' && obstacle !== 'dismissed') return;
    if (state === 'prompt') this.#obstacles.set(kind, 'dismissed');
    if (state === 'denied') this.#obstacles.set(kind, 'denied');
    if (state === 'granted') {
      const show = kind === 'microphone' || (this.#wanted.camera && !this.seen);
      if (show) await this.#openOne(kind, { quietly: true });
      else this.#obstacles.delete(kind);
    }
    this.emit('changed', undefined);
  }

  /** Opens these with one question. */
  async #openAll(kinds: readonly Captured[]): Promise<void> {
    try {
      const asked = kinds.map((kind) => this.#constraints(kind, false));
      const constraints = Object.assign({}, ...asked) as MediaStreamConstraints;
      const stream = await captureOf(this.#media, constraints);
      for (const kind of kinds) this.#take(kind, trackOf(stream, kind));
    } catch (error) {
      await this.#openEach(kinds, obstacleOf(error));
    }
    await this.refreshDevices();
    this.#followed = this.#list.defaults.microphone?.id ?? null;
  }

  /** Both at once failed: find out which of them works. */
  async #openEach(kinds: readonly Captured[], obstacle: Obstacle): Promise<void> {
    for (const kind of kinds) {
      // Somebody who said no must not be asked a second time.
      if (obstacle === 'denied' && (await permissionOf(kind)) !== 'granted') {
        this.#obstacles.set(kind, await refusalOf(kind, obstacle));
      } else {
        await this.#openOne(kind);
      }
    }
  }

  async #openOne(kind: Captured, { quietly = false } = {}): Promise<void> {
    try {
      this.#take(kind, trackOf(await this.#capture(kind), kind));
      if (kind === 'microphone') this.#followed = this.#list.defaults.microphone?.id ?? null;
      if (this.#list.devices[kind].every(({ label }) => label === '')) await this.refreshDevices();
    } catch (error) {
      const obstacle =
        this.#media === undefined ? 'insecure' : await refusalOf(kind, obstacleOf(error));
      if (this.#outgoing[kind].raw?.readyState === 'ended') this.#take(kind, null);
      this.#obstacles.set(kind, obstacle);
      if (!quietly) this.emit('notice', { notice: 'obstacle', kind, obstacle });
    }
  }

  async #capture(kind: Captured): Promise<MediaStream> {
    try {
      return await captureOf(this.#media, this.#constraints(kind, true));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'OverconstrainedError') throw error;
      // The chosen device is gone: any other is better than none, until it is back.
      return captureOf(this.#media, this.#constraints(kind, false));
    }
  }

  #constraints(kind: Captured, exact: boolean): MediaStreamConstraints {
    return captureOptions(kind, {
      id: this.#chosen[kind],
      exact,
      phone: this.#phone,
      clean: !this.#outgoing.microphone.wanted,
    });
  }

  /** Two that take noise away spoil each other's work: the browser's own rests while ours is at work. */
  #setCleaning(): void {
    const { audio } = this.#constraints('microphone', false);
    const raw = this.#outgoing.microphone.raw;
    if (raw !== null && typeof audio === 'object')
      raw.applyConstraints(audio).catch(() => undefined);
  }

  #take(kind: Captured, track: MediaStreamTrack | null): void {
    const outgoing = this.#outgoing[kind];
    const earlier = outgoing.raw;
    if (earlier !== null) earlier.onended = earlier.onmute = earlier.onunmute = null;
    this.#resumed(kind);
    if (track !== null && this.#closed) return track.stop();
    if (track !== null) {
      if (kind === 'microphone') track.enabled = this.#wanted.microphone;
      this.#obstacles.delete(kind);
      track.onended = () => {
        this.#ended(kind, track);
      };
      track.onmute = () => {
        this.#held(kind);
      };
      track.onunmute = () => {
        this.#resumed(kind);
        this.emit('changed', undefined);
      };
    }
    outgoing.take(track);
  }

  /** The system took the device away: for a phone call, or another page. */
  #held(kind: Captured): void {
    if (this.#interruptions.has(kind)) return;
    const timer = setTimeout(() => {
      this.emit('notice', { notice: 'interrupted', kind });
    }, interruption_ms);
    this.#interruptions.set(kind, timer);
    this.emit('changed', undefined);
  }

  #resumed(kind: Captured): void {
    clearTimeout(this.#interruptions.get(kind));
    this.#interruptions.delete(kind);
  }

  /** The device was pulled out, or its permission was taken back. */
  #ended(kind: Captured, track: MediaStreamTrack): void {
    if (this.#outgoing[kind].raw !== track) return;
    const label = this.#labelOf(kind, track);
    if (kind === 'camera') {
      this.#lostCamera = { id: track.getSettings().deviceId ?? null, at: Date.now() };
      this.#wanted.camera = false;
    }
    this.#take(kind, null);
    this.emit('changed', undefined);
    void this.#replaceUnplugged(kind, label);
  }

  async #replaceUnplugged(kind: Captured, label: string): Promise<void> {
    let instead: string | null = null;
    await this.refreshDevices();
    // A camera that another takes over by itself could show what nobody meant to show.
    if (kind === 'microphone') {
      await this.#openOne(kind, { quietly: true });
      const { raw } = this.#outgoing.microphone;
      instead = raw && this.#labelOf(kind, raw);
    }
    this.emit('notice', { notice: 'unplugged', kind, label, instead });
    this.emit('changed', undefined);
  }

  readonly #visibilityChanged = (): void => {
    const hidden = document.visibilityState === 'hidden';
    const { video } = this.#constraints('camera', false);
    const raw = this.#outgoing.camera.raw;
    if (raw === null || typeof video !== 'object') return;
    const slower = hidden ? { frameRate: { max: hidden_rate } } : {};
    raw.applyConstraints({ ...video, ...slower }).catch(() => undefined);
  };
}

function platformMedia(): MediaDevices | undefined {
  // Pages that came over plain HTTP from another machine have none, whatever the types say.
  return navigator.mediaDevices;
}
