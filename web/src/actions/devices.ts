import Mic from '@lucide/svelte/icons/mic';
import Video from '@lucide/svelte/icons/video';
import Volume2 from '@lucide/svelte/icons/volume-2';

import type { DeviceKind } from '../call';
import type { Meeting } from '../state/meeting.svelte';
import { m } from '../../paraglide/messages.js';
import type { Action } from './action';

const signs = { microphone: Mic, camera: Video, speaker: Volume2 };

/** One action for each device that can be chosen. */
export function deviceActions(
  meeting: Pick<Meeting, 'devices' | 'chosen' | 'speaker' | 'useDevice'>,
  kind: DeviceKind,
): Action[] {
  const chosen = () => (kind === 'speaker' ? meeting.speaker : meeting.chosen[kind]);
  const devices = meeting.devices[kind];
  return devices.map(({ id, label }, index) => {
    const name = label === '' ? m.device_unnamed({ number: index + 1 }) : label;
    return {
      id: `use_${kind}_${id}`,
      group: 'media',
      label: () => name,
      hint: (options) => m.use_device({ name }, options),
      icon: signs[kind],
      shortcut: null,
      available: true,
      enabled: true,
      get pressed() {
        // Without a choice the first is what the system uses.
        const known = devices.some((device) => device.id === chosen());
        return known ? chosen() === id : index === 0;
      },
      run: () => meeting.useDevice(kind, id),
    };
  });
}
