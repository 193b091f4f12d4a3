import Hand from '@lucide/svelte/icons/hand';
import MessageSquare from '@lucide/svelte/icons/message-square';
import Users from '@lucide/svelte/icons/users';

import { m } from '../../paraglide/messages.js';
import type { Action, Text } from './action';
import { named } from './action';
import type { Place } from './place';
import { alt } from './shortcut';

/** The reactions that are offered, in the order in which they are: any emoji of others is shown. */
export const reactions: readonly { id: string; emoji: string; name: Text; key: string }[] = [
  { id: 'thumb', emoji: '👍', name: (options) => m.react_thumb({}, options), key: '1' },
  { id: 'clap', emoji: '👏', name: (options) => m.react_clap({}, options), key: '2' },
  { id: 'heart', emoji: '❤️', name: (options) => m.react_heart({}, options), key: '3' },
  { id: 'laugh', emoji: '😂', name: (options) => m.react_laugh({}, options), key: '4' },
  { id: 'wow', emoji: '😮', name: (options) => m.react_wow({}, options), key: '5' },
  { id: 'party', emoji: '🎉', name: (options) => m.react_party({}, options), key: '6' },
];

/** What one does with the others. */
export function togetherActions({ meeting, face }: Pick<Place, 'meeting' | 'face'>) {
  return named({
    hand: {
      id: 'hand',
      group: 'together',
      label: (options) => m.hand({}, options),
      hint: (options) =>
        meeting.handRaised ? m.hand_on_hint({}, options) : m.hand_off_hint({}, options),
      icon: Hand,
      shortcut: alt('R'),
      available: true,
      enabled: true,
      get pressed() {
        return meeting.handRaised;
      },
      run: () => meeting.raiseHand(!meeting.handRaised),
    },
    chat: {
      id: 'chat',
      group: 'together',
      label: (options) => m.chat({}, options),
      hint: (options) =>
        face.panelOpen ? m.chat_on_hint({}, options) : m.chat_off_hint({}, options),
      icon: MessageSquare,
      shortcut: alt('W'),
      available: true,
      enabled: true,
      get pressed() {
        return face.panelOpen;
      },
      opens: true,
      run: () => {
        face.togglePanel();
      },
    },
    participants: {
      id: 'participants',
      group: 'together',
      label: (options) => m.participants({}, options),
      hint: (options) =>
        face.panelOpen && face.peopleOpen
          ? m.participants_on_hint({}, options)
          : m.participants_off_hint({}, options),
      icon: Users,
      shortcut: alt('U'),
      available: true,
      enabled: true,
      get pressed() {
        return face.panelOpen && face.peopleOpen;
      },
      opens: true,
      run: () => {
        face.togglePeople();
      },
    },
  });
}

/** One action for each reaction. */
export function reactionActions({ meeting }: Pick<Place, 'meeting'>): Action[] {
  return reactions.map(({ id, emoji, name, key }) => ({
    id: `react_${id}`,
    group: 'together',
    label: name,
    hint: (options) => m.react_hint({ reaction: emoji, name: name(options) }, options),
    icon: emoji,
    shortcut: alt(key, 'shift'),
    available: true,
    enabled: true,
    pressed: null,
    run: () => meeting.react(emoji),
  }));
}
