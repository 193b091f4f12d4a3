import Mic from '@lucide/svelte/icons/mic';
import Video from '@lucide/svelte/icons/video';
import Volume2 from '@lucide/svelte/icons/volume-2';

import type { DeviceKind } from '../call';
import type { Meeting } from '../state/meeting.svelte';
import { m } from '../../paraglide/messages.js';
import type { Action } from './action';

const signs = { microphone: Mic, camera: Video, speaker: Volume2 };

/** One action for each device that can be chosen, and one for whichever the system uses. */
export function deviceActions(
  meeting: Pick<Meeting, 'devices' | 'defaults' | 'chosen' | 'speaker' | 'useDevice'>,
  kind: DeviceKind,
): Action[] {
  const devices = meeting.devices[kind];
  if (devices.length === 0) return [];
  /** A choice that is not there just then is the system's until it is back. */
  const chosen = () => {
    const id = kind === 'speaker' ? meeting.speaker : meeting.chosen[kind];
    return devices.some((device) => device.id === id) ? id : null;
  };
  const standard = meeting.defaults[kind]?.label ?? '';
  const action = (id: string | null, name: string): Action => ({
    id: `use_${kind}_${id ?? 'default'}`,
    group: 'media',
    label: () => name,
    hint: (options) => m.use_device({ name }, options),
    icon: signs[kind],
    shortcut: null,
    available: true,
    enabled: true,
    get pressed() {
      return chosen() === id;
    },
    oneOfSeveral: true,
    run: () => meeting.useDevice(kind, id),
  });
  return [
    action(
      null,
      standard === '' ? m.device_default_unknown() : m.device_default({ label: standard }),
    ),
    ...devices.map(({ id, label }, index) =>
      action(id, label === '' ? m.device_unnamed({ number: index + 1 }) : label),
    ),
  ];
}
