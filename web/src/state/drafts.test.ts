// What was written and not sent is kept for each room and thread, and for whom it was meant with it.
import { beforeEach, expect, test, vi } from 'vitest';

import { keepDraft, nothing, readDraft } from './drafts';

const kim = { participant: '2', author: 'kim', name: 'Kim', ordinal: 1 };

beforeEach(() => {
  localStorage.clear();
});

test('rooms and threads are kept apart, and a room is the same however it is written', () => {
  keepDraft('Otter', null, { ...nothing, text: 'room' });
  keepDraft('otter', 7, { ...nothing, text: 'thread' });
  expect(readDraft('otter', null).text).toBe('room');
  expect(readDraft('OTTER', 7).text).toBe('thread');
  expect(readDraft('otter', 8)).toEqual(nothing);
});

test('whom it mentions and who reads it alone is kept with it', () => {
  const draft = { text: '@Kim', mentions: [{ author: 'kim', name: 'Kim' }], to: kim };
  keepDraft('otter', null, draft);
  expect(readDraft('otter', null)).toEqual(draft);
});

test('an empty one is forgotten', () => {
  keepDraft('otter', null, { ...nothing, text: 'x' });
  keepDraft('otter', null, { ...nothing, text: ' ' });
  expect(localStorage.length).toBe(0);
});

test('the oldest go when there are many', () => {
  vi.useFakeTimers();
  for (let number = 1; number <= 60; number += 1) {
    vi.setSystemTime(number * 1_000);
    keepDraft('otter', number, { ...nothing, text: 'x' });
  }
  vi.useRealTimers();
  expect(localStorage.length).toBe(50);
  expect(readDraft('otter', 10)).toEqual(nothing);
  expect(readDraft('otter', 60).text).toBe('x');
});

test.each(['{', '[]', '"x"', '{"text":1}', '{"text":"x","mentions":[],"to":{"name":"Kim"}}'])(
  'what cannot be read is none: %s',
  (stored) => {
    localStorage.setItem('zoom.draft.otter', stored);
    expect(readDraft('otter', null)).toEqual(nothing);
  },
);
