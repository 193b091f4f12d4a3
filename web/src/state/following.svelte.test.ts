// What a room says aloud, and what it counts as not read.
import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Entry } from '../protocol/messages';
import { m } from '../../paraglide/messages.js';
import { entry, participant } from '../call/testing/server';
import { followAloud, followReading } from './following.svelte';
import { Interface } from './interface.svelte';
import { Meeting } from './meeting.svelte';

let meeting: Meeting;
let face: Interface;
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  meeting = new Meeting({ room: 'garden', language: 'en' });
  face = new Interface();
  end = $effect.root(() => {
    followAloud(meeting);
    followReading(meeting, face);
  });
  flushSync();
});

afterEach(() => {
  end();
  vi.useRealTimers();
});

const said = () => meeting.notices.announced.map(({ text }) => text);

function chat(...entries: Entry[]): void {
  meeting.chat = { ...meeting.chat, entries };
  flushSync();
}

function people(...participants: ReturnType<typeof participant>[]): void {
  meeting.people = { participants, speakers: [], typing: [] };
  flushSync();
  vi.advanceTimersByTime(1_000);
}

test('messages that come are read out, those that were there are not', () => {
  end();
  chat(entry(1), entry(2));
  end = $effect.root(() => {
    followAloud(meeting);
  });
  flushSync();
  expect(said()).toEqual([]);
  chat(entry(1), entry(2), entry(3));
  expect(said()).toHaveLength(1);
});

test('many messages at once are counted instead', () => {
  chat(...[1, 2, 3, 4].map((number) => entry(number)));
  expect(said()).toEqual([m.announce_messages({ count: 4 })]);
});

test('hands and shares of others are said', () => {
  const on = { microphone: false, camera: false, screen: true, screen_audio: false };
  people(participant('a', { name: 'Ada' }));
  people(participant('a', { name: 'Ada', hand: 1, sources: on }));
  expect(said()).toEqual([m.announce_share({ name: 'Ada' }), m.announce_hand_up({ name: 'Ada' })]);
});

test("one's own switches are said, unless the switch itself says it", () => {
  const on = { microphone: true, camera: false, screen: false, screen_audio: false };
  meeting.on = on;
  flushSync();
  expect(said()).toEqual([m.announce_microphone_on()]);
  const button = document.body.appendChild(document.createElement('button'));
  button.setAttribute('aria-pressed', 'true');
  button.focus();
  meeting.on = { ...on, microphone: false };
  flushSync();
  expect(said()).toHaveLength(1);
  button.remove();
});

test('what comes while the panel is closed is counted, in the title too, until it is opened', () => {
  chat(entry(1));
  expect(face.unread).toBe(1);
  expect(document.title).toBe(m.page_title_unread({ count: 1, room: 'garden' }));
  face.panelOpen = true;
  flushSync();
  expect(face.unread).toBe(0);
  expect(document.title).toBe(m.page_title({ room: 'garden' }));
});
