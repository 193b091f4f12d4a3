// Hands are told until they are as wanted; reactions keep to the limits and are never sent twice.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { defaultLimits } from '../protocol/messages';
import { LineError } from './errors';
import { Gestures } from './gestures';
import { participant, settle } from './testing/server';

const request = vi.fn<(request: object, answer: string) => Promise<never>>();
const line = { state: 'online' as const, request: request as never };
let gestures: Gestures;

beforeEach(() => {
  vi.useFakeTimers();
  request.mockReset();
  request.mockImplementation(() => Promise.resolve(undefined as never));
  gestures = new Gestures({ line, limits: () => defaultLimits });
});

afterEach(() => {
  vi.useRealTimers();
});

function asked(): object[] {
  return request.mock.calls.map(([asked]) => asked);
}

test('a hand is told when it changes, and not again', () => {
  gestures.enter(participant('a'));
  gestures.raise(true);
  gestures.raise(true);
  gestures.raise(false);
  expect(asked()).toEqual([
    { type: 'hand', raised: true },
    { type: 'hand', raised: false },
  ]);
});

test('a hand that is raised while the line is broken is told when it is back', () => {
  gestures.raise(true);
  expect(asked()).toEqual([]);
  gestures.enter(participant('a'));
  expect(asked()).toEqual([{ type: 'hand', raised: true }]);
});

test('a hand that the server still knows is left as it is, and one that it forgot goes up again', () => {
  gestures.enter(participant('a'));
  gestures.raise(true);
  gestures.pause();
  gestures.enter(participant('a', { hand: 3 }));
  expect(asked()).toHaveLength(1);
  gestures.pause();
  gestures.enter(participant('a'));
  expect(asked()).toHaveLength(2);
});

test('a hand that was not taken is told again a little later', async () => {
  gestures.enter(participant('a'));
  request.mockRejectedValueOnce(new LineError('no answer'));
  gestures.raise(true);
  await settle();
  expect(asked()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked()).toEqual([
    { type: 'hand', raised: true },
    { type: 'hand', raised: true },
  ]);
});

test('reactions keep to what the server takes', () => {
  gestures.enter(participant('a'));
  const sent = () => Array.from({ length: 20 }, () => gestures.react('👏')).filter(Boolean).length;
  expect(sent()).toBe(defaultLimits.reactions_burst);
  vi.advanceTimersByTime(1_100);
  expect(sent()).toBe(defaultLimits.reactions_per_second);
});

test('a reaction without a room comes to nothing, also later', () => {
  expect(gestures.react('👏')).toBe(false);
  gestures.enter(participant('a'));
  expect(asked()).toEqual([]);
});
