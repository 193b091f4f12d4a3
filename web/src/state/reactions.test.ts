// Reactions float by: each for its time, and never more than one can look at.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { reaction_ms, Reactions } from './reactions.svelte';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('each reaction goes after its time, equal ones too', () => {
  const reactions = new Reactions();
  reactions.show({ participant: 'a', reaction: '👏' });
  vi.advanceTimersByTime(reaction_ms / 2);
  reactions.show({ participant: 'a', reaction: '👏' });
  expect(new Set(reactions.floating.map(({ id }) => id)).size).toBe(2);
  vi.advanceTimersByTime(reaction_ms / 2);
  expect(reactions.floating).toHaveLength(1);
  vi.advanceTimersByTime(reaction_ms / 2);
  expect(reactions.floating).toEqual([]);
});

test('when the room roars the oldest make room', () => {
  const reactions = new Reactions();
  for (let turn = 0; turn < 100; turn += 1) {
    reactions.show({ participant: String(turn), reaction: '🎉' });
  }
  expect(reactions.floating).toHaveLength(40);
  expect(reactions.floating.at(-1)?.participant).toBe('99');
});
