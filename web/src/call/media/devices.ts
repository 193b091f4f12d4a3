/** What a person can choose between. */
export type DeviceKind = 'microphone' | 'camera' | 'speaker';

export interface Device {
  id: string;
  /** The browser's name for it; empty as long as nothing was allowed. */
  label: string;
}

export type Devices = Record<DeviceKind, Device[]>;

const kinds: Record<MediaDeviceKind, DeviceKind> = {
  audioinput: 'microphone',
  videoinput: 'camera',
  audiooutput: 'speaker',
};

export const noDevices: Devices = { microphone: [], camera: [], speaker: [] };

/** The devices of this machine, as far as the browser tells. */
export async function listDevices(media: MediaDevices | undefined): Promise<Devices> {
  const devices: Devices = { microphone: [], camera: [], speaker: [] };
  if (media === undefined) return devices;
  for (const { kind, deviceId, label } of await media.enumerateDevices()) {
    // Before anything was allowed browsers name one nameless device of each kind: nothing to choose from.
    if (deviceId !== '') devices[kinds[kind]].push({ id: deviceId, label });
  }
  return devices;
}

/** Why there is no sound or picture from a device. */
export type Obstacle =
  /** The person, or a policy, said no. */
  | 'denied'
  /** There is no such device. */
  | 'missing'
  /** Another program has it, or it does not work. */
  | 'busy'
  /** The page did not come over HTTPS. */
  | 'insecure';

/** What the browser's refusal means. */
export function obstacleOf(error: unknown): Obstacle {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing';
  return 'busy';
}
