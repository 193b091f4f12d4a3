/** What a person can choose between. */
export type DeviceKind = 'microphone' | 'camera' | 'speaker';

export interface Device {
  id: string;
  /** The browser's name for it; empty as long as nothing was allowed. */
  label: string;
}

export type Devices = Record<DeviceKind, Device[]>;

/** What this machine has. */
export interface DeviceList {
  /** What can be chosen: nothing of a kind before the browser allowed something. */
  devices: Devices;
  /** What the system uses where nobody chose; null where the browser does not tell. */
  defaults: Record<DeviceKind, Device | null>;
  /** The kinds of which there is a device, whether or not it has a name already. */
  present: ReadonlySet<DeviceKind>;
}

const kinds: Record<MediaDeviceKind, DeviceKind> = {
  audioinput: 'microphone',
  videoinput: 'camera',
  audiooutput: 'speaker',
};

/** Ids of Chromium's that stand for whichever device the system uses, each beside the device itself. */
const standIns = new Set(['default', 'communications']);

export const noDevices: DeviceList = {
  devices: { microphone: [], camera: [], speaker: [] },
  defaults: { microphone: null, camera: null, speaker: null },
  present: new Set(),
};

/** The devices of this machine, as far as the browser tells. */
export async function listDevices(media: MediaDevices | undefined): Promise<DeviceList> {
  return media === undefined ? noDevices : sortDevices(await media.enumerateDevices());
}

/** Puts the browser's list in order. */
export function sortDevices(
  infos: readonly Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'groupId' | 'label'>[],
): DeviceList {
  const devices: Devices = { microphone: [], camera: [], speaker: [] };
  const defaults: DeviceList['defaults'] = { microphone: null, camera: null, speaker: null };
  for (const [native, kind] of Object.entries(kinds)) {
    const named = infos.filter((it) => it.kind === native && it.deviceId !== '');
    const real = named.filter(({ deviceId }) => !standIns.has(deviceId));
    devices[kind] = real.map(({ deviceId, label }) => ({ id: deviceId, label }));
    const standIn = named.find(({ deviceId }) => deviceId === 'default');
    // Chromium says which one the stand-in is by its name, and by its group where names are translated. Others
    // list the system's device first (Media Capture and Streams section 9.2).
    const meant =
      standIn === undefined
        ? real[0]
        : (real.find(({ label }) => label !== '' && standIn.label.endsWith(label)) ??
          real.find(({ groupId }) => groupId !== '' && groupId === standIn.groupId) ??
            // Its own name says no more than that it is the system's.
            { ...standIn, label: '' });
    if (meant !== undefined) defaults[kind] = { id: meant.deviceId, label: meant.label };
  }
  return { devices, defaults, present: new Set(infos.map(({ kind }) => kinds[kind])) };
}

/** Why there is no sound or picture from a device. */
export type Obstacle =
  /** The person, or a policy, said no for this site: the browser does not ask again. */
  | 'denied'
  /** The question was closed without an answer: it can be asked again. */
  | 'dismissed'
  /** The system keeps the device from the browser. */
  | 'system'
  /** There is no such device. */
  | 'missing'
  /** Another program has it, or it does not work. */
  | 'busy'
  /** The page did not come over HTTPS. */
  | 'insecure';

/** What the browser's refusal means, as far as the refusal itself tells. */
export function obstacleOf(error: unknown): Obstacle {
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  if (name === 'NotAllowedError' || name === 'SecurityError') {
    // Chromium's words for it, which no version has translated.
    return /by system/i.test(message) ? 'system' : 'denied';
  }
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing';
  return 'busy';
}
