// What a room says aloud, and what it counts as not read.
import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Entry } from '../protocol/messages';
import { m } from '../../paraglide/messages.js';
import { entry, participant } from '../call/testing/server';
import { followAloud, followReading } from './following.svelte';
import { Interface } from './interface.svelte';
import { Meeting } from './meeting.svelte';
import { Talk } from './talk.svelte';

let meeting: Meeting;
let face: Interface;
let talk: Talk;
let write: (...entries: Entry[]) => Promise<void>;
let end: () => void;

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
  meeting = new Meeting({ room: 'garden', language: 'en' });
  face = new Interface();
  talk = new Talk(meeting, face);
  let tell: ((entry: Entry) => void) | undefined;
  vi.spyOn(meeting, 'onSaid').mockImplementation((listener) => {
    tell = listener;
    return () => undefined;
  });
  write = async (...entries) => {
    for (const entry of entries) tell?.(entry);
    await Promise.resolve();
  };
  end = $effect.root(() => {
    followAloud(meeting);
    followReading(meeting, face, talk);
  });
  flushSync();
});

afterEach(() => {
  end();
  vi.useRealTimers();
});

const said = () => meeting.notices.announced.map(({ text }) => text);

function chat(...entries: Entry[]): void {
  meeting.chat = { ...meeting.chat, known: true, entries, newest: entries };
  flushSync();
}

function people(...participants: ReturnType<typeof participant>[]): void {
  meeting.people = { participants, speakers: [], typing: [] };
  flushSync();
  vi.advanceTimersByTime(1_000);
}

test('messages that come are read out, those that were there are not', async () => {
  chat(entry(1), entry(2));
  expect(said()).toEqual([]);
  await write(entry(3));
  expect(said()).toEqual([m.announce_message({ name: 'Bo', text: 'Message 3' })]);
});

test('what is private or in a thread is read out as such', async () => {
  const { sender } = entry(1);
  await write(entry(3, { to: sender }), entry(4, { thread: 1 }));
  expect(said()).toEqual([
    m.announce_private({ name: 'Bo', text: 'Message 3' }),
    m.announce_reply({ name: 'Bo', text: 'Message 4' }),
  ]);
});

test('many messages at once are counted instead', async () => {
  await write(...[1, 2, 3, 4].map((number) => entry(number)));
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
  expect(face.unread).toBe(0);
  chat(entry(1), entry(2));
  expect(face.unread).toBe(1);
  expect(document.title).toBe(m.page_title_unread({ count: 1, room: 'garden' }));
  face.panelOpen = true;
  flushSync();
  expect(face.unread).toBe(0);
  expect(document.title).toBe(m.page_title({ room: 'garden' }));
});
