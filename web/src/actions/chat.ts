import ArrowDown from '@lucide/svelte/icons/arrow-down';
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import CalendarSearch from '@lucide/svelte/icons/calendar-search';
import TextSearch from '@lucide/svelte/icons/text-search';

import { m } from '../../paraglide/messages.js';
import { named } from './action';
import type { Place } from './place';
import { alt } from './shortcut';

/** Where one can go in the conversation. */
export function chatActions({ face, talk }: Pick<Place, 'face' | 'talk'>) {
  return named({
    find: {
      id: 'find',
      group: 'chat',
      label: (options) => m.find({}, options),
      hint: (options) => m.find_hint({}, options),
      icon: TextSearch,
      shortcut: alt('L', 'shift'),
      available: true,
      enabled: true,
      pressed: null,
      run: () => {
        face.panelOpen = true;
        talk.searchWanted = true;
      },
    },
    toUnread: {
      id: 'to_unread',
      group: 'chat',
      label: (options) => m.to_unread({}, options),
      hint: (options) => m.to_unread_hint({}, options),
      icon: ArrowUp,
      shortcut: alt('U', 'shift'),
      available: true,
      get enabled() {
        return talk.unread.lineAfter !== null || talk.unread.count > 0;
      },
      pressed: null,
      run: () => {
        face.panelOpen = true;
        void talk.toUnread();
      },
    },
    toNewest: {
      id: 'to_newest',
      group: 'chat',
      label: (options) => m.messages_newest({}, options),
      hint: (options) => m.to_newest_hint({}, options),
      icon: ArrowDown,
      shortcut: alt('N', 'shift'),
      available: true,
      enabled: true,
      pressed: null,
      run: () => {
        face.panelOpen = true;
        talk.toNewest();
      },
    },
    toDate: {
      id: 'to_date',
      group: 'chat',
      label: (options) => m.to_date({}, options),
      hint: (options) => m.to_date_hint({}, options),
      icon: CalendarSearch,
      shortcut: alt('D', 'shift'),
      available: true,
      enabled: true,
      pressed: null,
      run: () => {
        face.panelOpen = true;
        talk.choosingDate = true;
      },
    },
  });
}
