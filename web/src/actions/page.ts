import Keyboard from '@lucide/svelte/icons/keyboard';
import Link from '@lucide/svelte/icons/link';
import PhoneOff from '@lucide/svelte/icons/phone-off';
import Search from '@lucide/svelte/icons/search';
import Settings from '@lucide/svelte/icons/settings';

import type { Meeting } from '../state/meeting.svelte';
import { m } from '../../paraglide/messages.js';
import { named } from './action';
import type { Place } from './place';
import { alt, command } from './shortcut';

/** The room as such, and this page. */
export function pageActions({ meeting, face }: Pick<Place, 'meeting' | 'face'>) {
  return named({
    invite: {
      id: 'invite',
      group: 'room',
      label: (options) => m.invite({}, options),
      hint: (options) => m.invite_hint({}, options),
      icon: Link,
      shortcut: alt('I'),
      available: true,
      enabled: true,
      pressed: null,
      run: () => copyLink(meeting),
    },
    leave: {
      id: 'leave',
      group: 'room',
      label: (options) => m.leave({}, options),
      hint: (options) => m.leave_hint({}, options),
      icon: PhoneOff,
      shortcut: alt('Q', 'shift'),
      available: true,
      enabled: true,
      pressed: null,
      run: () => meeting.leave(),
    },
    palette: {
      id: 'palette',
      group: 'page',
      label: (options) => m.palette({}, options),
      hint: (options) => m.palette_hint({}, options),
      icon: Search,
      shortcut: command('K'),
      available: true,
      enabled: true,
      pressed: null,
      run: () => {
        face.paletteOpen = true;
      },
    },
    help: {
      id: 'help',
      group: 'page',
      label: (options) => m.help({}, options),
      hint: (options) => m.help_hint({}, options),
      icon: Keyboard,
      shortcut: alt('K'),
      available: true,
      enabled: true,
      pressed: null,
      run: () => {
        face.helpOpen = true;
      },
    },
    settings: {
      id: 'settings',
      group: 'page',
      label: (options) => m.settings({}, options),
      hint: (options) => m.settings_hint({}, options),
      icon: Settings,
      shortcut: alt('O', 'shift'),
      available: true,
      enabled: true,
      pressed: null,
      run: () => {
        face.settingsOpen = true;
      },
    },
  });
}

async function copyLink({ notices }: Pick<Meeting, 'notices'>): Promise<void> {
  const link = location.origin + location.pathname;
  try {
    await navigator.clipboard.writeText(link);
    notices.say(m.invited());
  } catch {
    // Some browsers forbid it, and pages over plain HTTP have no clipboard.
    notices.say(m.invite_failed({ link }));
  }
}
