import Bell from '@lucide/svelte/icons/bell';
import BellOff from '@lucide/svelte/icons/bell-off';
import AtSign from '@lucide/svelte/icons/at-sign';
import Volume2 from '@lucide/svelte/icons/volume-2';

import type { Choice } from '../chat/notify/worth';
import { m } from '../../paraglide/messages.js';
import type { Action, Sign, Text } from './action';
import { named } from './action';
import type { Place } from './place';

/** Of which messages one is told where the page is not seen, and whether they are heard. */
export function notifyingActions({ meeting, talk }: Pick<Place, 'meeting' | 'talk'>) {
  const { notifying } = talk;
  const of = (choice: Choice, label: Text, hint: Text, icon: Sign): Action => ({
    id: `notify_${choice}`,
    group: 'chat',
    label,
    hint,
    icon,
    shortcut: null,
    get available() {
      return notifying.available;
    },
    enabled: true,
    oneOfSeveral: true,
    get pressed() {
      return notifying.choice === choice;
    },
    run: async () => {
      const outcome = await notifying.choose(choice);
      if (outcome === 'denied') meeting.notices.say(m.notify_denied());
    },
  });
  return named({
    notifyAll: of(
      'all',
      (options) => m.notify_all({}, options),
      (options) => m.notify_all_hint({}, options),
      Bell,
    ),
    notifyMentions: of(
      'mentions',
      (options) => m.notify_mentions({}, options),
      (options) => m.notify_mentions_hint({}, options),
      AtSign,
    ),
    notifyNone: of(
      'none',
      (options) => m.notify_none({}, options),
      (options) => m.notify_none_hint({}, options),
      BellOff,
    ),
    sounds: {
      id: 'message_sounds',
      group: 'chat',
      label: (options) => m.message_sounds({}, options),
      hint: (options) =>
        notifying.sounds
          ? m.message_sounds_on_hint({}, options)
          : m.message_sounds_off_hint({}, options),
      icon: Volume2,
      shortcut: null,
      available: true,
      enabled: true,
      get pressed() {
        return notifying.sounds;
      },
      run: () => {
        notifying.sounds = !notifying.sounds;
      },
    },
  });
}
