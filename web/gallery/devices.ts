import { person, screen } from './drawing';
import { Scene, tone } from './studio';
import type { DeviceAnswer, World } from './world';

/** The name of the error by which browsers refuse. */
const refusals: Partial<Record<DeviceAnswer, string>> = {
  denied: 'NotAllowedError',
  missing: 'NotFoundError',
  busy: 'NotReadableError',
};

/** The loudness of whoever looks at the preview. */
const loudness = 0.12;

const devices: readonly [MediaDeviceKind, string, string][] = [
  ['audioinput', 'default', 'Default'],
  ['audioinput', 'microphone-1', 'Built-in Microphone'],
  ['audioinput', 'microphone-2', 'Studio Condenser USB (0d8c:0134)'],
  ['videoinput', 'camera-1', 'Built-in Camera'],
  ['videoinput', 'camera-2', 'Desk Camera HD'],
  ['audiooutput', 'default', 'Default'],
  ['audiooutput', 'speaker-1', 'Built-in Speakers'],
  ['audiooutput', 'speaker-2', 'Headphones'],
];

/** Microphones and cameras that answer as a world says. */
export class ScriptedDevices extends EventTarget {
  readonly #world: World;

  constructor(world: World) {
    super();
    this.#world = world;
  }

  enumerateDevices(): Promise<Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'label' | 'groupId'>[]> {
    const { devices: answer } = this.#world;
    if (answer === 'missing') return Promise.resolve([]);
    const named = answer === 'granted' || answer === 'busy';
    return Promise.resolve(
      devices.map(([kind, deviceId, label]) => ({
        kind,
        deviceId: named ? deviceId : '',
        label: named ? label : '',
        groupId: '',
      })),
    );
  }

  getUserMedia(wanted: MediaStreamConstraints): Promise<MediaStream> {
    const { devices: answer } = this.#world;
    if (answer === 'asking') return new Promise(() => undefined);
    const refusal = refusals[answer];
    if (refusal !== undefined) return Promise.reject(new DOMException('', refusal));
    const tracks: MediaStreamTrack[] = [];
    if (wanted.audio !== undefined && wanted.audio !== false) {
      tracks.push(as(tone(loudness), devices[1]));
    }
    if (wanted.video !== undefined && wanted.video !== false) {
      tracks.push(as(new Scene(person(0), [1280, 720]).track, devices[3]));
    }
    return Promise.resolve(new MediaStream(tracks));
  }

  getDisplayMedia(): Promise<MediaStream> {
    return Promise.resolve(new MediaStream([new Scene(screen(0), [1280, 720]).track]));
  }

  getSupportedConstraints(): MediaTrackSupportedConstraints {
    return navigator.mediaDevices.getSupportedConstraints();
  }
}

/** A track that says which device it is of. */
function as(
  track: MediaStreamTrack,
  device: (typeof devices)[number] | undefined,
): MediaStreamTrack {
  const [, deviceId, label] = device ?? ['', '', ''];
  const settings = track.getSettings();
  track.getSettings = () => ({ ...settings, deviceId });
  Object.defineProperty(track, 'label', { value: label });
  return track;
}
