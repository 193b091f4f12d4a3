import { untrack } from 'svelte';

import type { Entry, Participant, Sources } from '../protocol/messages';
import { m } from '../../paraglide/messages.js';
import type { Change } from './changes';
import { changesOf, ownSwitches } from './changes';
import type { Interface } from './interface.svelte';
import type { Meeting } from './meeting.svelte';
import { linkedBy } from './links';
import { nameOf } from './names';
import type { Talk } from './talk.svelte';

/** Messages that come at once and are read out; of more, their number is. */
const most_read_out = 3;

/** Counts what was not read yet, in the panel's sign and in the tab's title. Called while a view is made. */
export function followReading(meeting: Meeting, face: Interface, talk: Talk): void {
  let visible = $state(document.visibilityState === 'visible');

  $effect(() => {
    const changed = () => (visible = document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', changed);
    return () => {
      document.removeEventListener('visibilitychange', changed);
    };
  });

  $effect(() => {
    const { chat, author } = meeting;
    const reads = face.panelOpen && visible && talk.atEnd;
    untrack(() => {
      talk.unread.follow(chat, author, reads);
    });
  });

  $effect(() => {
    const { thread } = meeting.chat;
    if (thread === null || !face.panelOpen || !visible) return;
    const last_ms = thread.moreAfter ? undefined : thread.entries.at(-1)?.time_ms;
    untrack(() => {
      if (last_ms !== undefined) talk.unread.readThread(thread.number, last_ms);
    });
  });

  $effect(() => {
    const { count } = talk.unread;
    face.unread = count;
    document.title =
      count > 0
        ? m.page_title_unread({ count, room: meeting.room })
        : m.page_title({ room: meeting.room });
  });
}

/** Goes to the message that the page's address names: at first, and when the address becomes another. */
export function followLink(meeting: Meeting, talk: Talk): void {
  const go = () => {
    const linked = linkedBy(location.hash);
    if (linked !== null) void talk.jumpTo({ number: linked.number }, linked.thread ?? undefined);
  };
  const known = $derived(meeting.chat.known);
  $effect(() => {
    if (!known) return;
    untrack(go);
    window.addEventListener('hashchange', go);
    return () => {
      window.removeEventListener('hashchange', go);
    };
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
  let fresh: Entry[] = [];
  const tell = () => {
    const { notices } = meeting;
    const told = fresh;
    fresh = [];
    // After a broken line there may be pages of them.
    if (told.length > most_read_out) {
      notices.announce(m.announce_messages({ count: told.length }));
      return;
    }
    for (const entry of told) notices.announce(announcementOf(entry));
  };
  $effect(() =>
    meeting.onSaid((entry) => {
      if (entry.sender.author === meeting.author || entry.body.type !== 'message') return;
      fresh.push(entry);
      // What comes at once is told of together.
      if (fresh.length === 1) queueMicrotask(tell);
    }),
  );
}

function announcementOf({ sender, body, thread, to }: Entry): string {
  const name = nameOf(sender);
  const text = body.type === 'message' ? (body.text ?? m.announce_files()) : '';
  if (to !== undefined) return m.announce_private({ name, text });
  return thread === undefined
    ? m.announce_message({ name, text })
    : m.announce_reply({ name, text });
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
