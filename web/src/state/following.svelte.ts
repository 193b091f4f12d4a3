import { untrack } from 'svelte';

import type { Participant, Sources } from '../protocol/messages';
import { m } from '../../paraglide/messages.js';
import type { Change } from './changes';
import { changesOf, ownSwitches } from './changes';
import type { Interface } from './interface.svelte';
import type { Meeting } from './meeting.svelte';
import { textOf } from './conversation';
import { nameOf } from './names';

/** Messages that come at once and are read out; of more, their number is. */
const most_read_out = 3;

/** Counts what was not read yet, in the panel's sign and in the tab's title. Called while a view is made. */
export function followReading(meeting: Meeting, face: Interface): void {
  let lastRead = $state(0);
  let visible = $state(document.visibilityState === 'visible');
  const lastNumber = $derived(meeting.chat.entries.at(-1)?.number ?? 0);

  $effect(() => {
    const changed = () => (visible = document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', changed);
    return () => {
      document.removeEventListener('visibilitychange', changed);
    };
  });

  // What was there on entering is history, not news.
  let begun = false;
  $effect(() => {
    if (!begun || (face.panelOpen && visible)) lastRead = lastNumber;
    begun = true;
  });

  $effect(() => {
    const { self } = meeting;
    const { length: count } = meeting.chat.entries.filter(
      ({ number, sender }) => number > lastRead && sender.participant !== self?.participant,
    );
    face.unread = count;
    document.title =
      count > 0
        ? m.page_title_unread({ count, room: meeting.room })
        : m.page_title({ room: meeting.room });
  });
}

/** Says to those who listen what others see: messages, hands, shares, reactions, and one's own switches. */
export function followAloud(meeting: Meeting): void {
  followMessages(meeting);
  followPeople(meeting);
  followReactions(meeting);
  followSwitches(meeting);
}

function followMessages(meeting: Meeting): void {
  let until: number | null = null;
  $effect(() => {
    const { entries } = meeting.chat;
    const { self, notices } = meeting;
    const after = until;
    until = entries.at(-1)?.number ?? 0;
    if (after === null) return;
    const fresh = entries.filter(
      ({ number, sender }) => number > after && sender.participant !== self?.participant,
    );
    untrack(() => {
      // After a broken line there may be pages of them.
      if (fresh.length > most_read_out) {
        notices.announce(m.announce_messages({ count: fresh.length }));
        return;
      }
      for (const { sender, body } of fresh)
        notices.announce(m.announce_message({ name: nameOf(sender), text: textOf(body) }));
    });
  });
}

function followPeople(meeting: Meeting): void {
  let before: readonly Participant[] | null = null;
  $effect(() => {
    const { participants } = meeting.people;
    const earlier = before;
    before = participants;
    if (earlier === null) return;
    untrack(() => {
      for (const change of changesOf(earlier, participants, meeting.self?.participant))
        sayChange(meeting, change);
    });
  });
}

function sayChange({ notices }: Pick<Meeting, 'notices'>, change: Change): void {
  switch (change.change) {
    case 'hand_up':
      return notices.handRaised(nameOf(change.person));
    case 'hand_down':
      return notices.announce(m.announce_hand_down({ name: nameOf(change.person) }));
    case 'share':
      return notices.announce(m.announce_share({ name: nameOf(change.person) }));
    case 'share_end':
      return notices.announce(m.announce_share_end({ name: nameOf(change.person) }));
    case 'own_hand_up':
      return notices.announce(m.announce_own_hand({ place: change.place }));
    case 'own_hand_down':
      return notices.announce(m.announce_own_hand_down());
  }
}

function followReactions(meeting: Meeting): void {
  let last = 0;
  $effect(() => {
    const { reactions } = meeting;
    untrack(() => {
      for (const { id, participant, reaction } of reactions) {
        if (id <= last) continue;
        last = id;
        const person = meeting.people.participants.find((it) => it.participant === participant);
        // One knows of one's own.
        if (person === undefined || participant === meeting.self?.participant) continue;
        meeting.notices.reacted(nameOf(person), reaction);
      }
    });
  });
}

function followSwitches(meeting: Meeting): void {
  let before: Sources | null = null;
  $effect(() => {
    const { on } = meeting;
    const earlier = before;
    before = on;
    // A switch that has the focus says itself what it is.
    if (earlier === null || document.activeElement?.hasAttribute('aria-pressed')) return;
    untrack(() => {
      for (const change of ownSwitches(earlier, on)) meeting.notices.announce(switchText(change));
    });
  });
}

function switchText({ source, on }: ReturnType<typeof ownSwitches>[number]): string {
  switch (source) {
    case 'microphone':
      return on ? m.announce_microphone_on() : m.announce_microphone_off();
    case 'camera':
      return on ? m.announce_camera_on() : m.announce_camera_off();
    case 'screen':
      return on ? m.sharing() : m.announce_sharing_end();
  }
}
