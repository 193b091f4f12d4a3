// Somebody who speaks while muted is told so, and not again and again.
import { expect, test } from 'vitest';

import { MutedSpeech } from './mutedSpeech';

/** Milliseconds between two readings, about as `measureLevel` takes them. */
const reading_ms = 60;

/** When it is said, in milliseconds, where these levels are heard one after the other. */
function said(levels: readonly number[], speech = new MutedSpeech()): number[] {
  return levels.flatMap((level, index) =>
    speech.hear(level, index * reading_ms) ? [index * reading_ms] : [],
  );
}
const lasting = (ms: number, level: number) =>
  Array.from({ length: Math.ceil(ms / reading_ms) }, () => level);

test('speech is noticed within a second', () => {
  const [first] = said(lasting(2_000, 0.6));
  expect(first).toBeLessThan(1_000);
});

test('a cough, a key or the room are not', () => {
  expect(said([...lasting(400, 0.8), ...lasting(2_000, 0)])).toEqual([]);
  const typing = Array.from({ length: 200 }, (_, index) => (index % 5 === 0 ? 0.7 : 0.1));
  expect(said(typing)).toEqual([]);
  expect(said(lasting(60_000, 0.3))).toEqual([]);
});

test('it is said once in half a minute, however long one goes on', () => {
  const times = said(lasting(70_000, 0.6));
  expect(times).toHaveLength(3);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(30_000);
});

test('what was said before one was heard again does not count', () => {
  const speech = new MutedSpeech();
  expect(said(lasting(480, 0.6), speech)).toEqual([]);
  speech.reset();
  expect(said(lasting(480, 0.6), speech)).toEqual([]);
});
