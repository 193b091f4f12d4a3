// Which messages are worth telling of, to whom.
import { expect, test } from 'vitest';

import { entry } from '../../call/testing/server';
import { isWanted, worthOf } from './worth';

const own = { author: 'own', name: '민지' };
const bo = { participant: 'b', author: 'author-b', name: 'Bo', ordinal: 1 };
const message = (more: object = {}) => entry(1, { body: { type: 'message', text: 'x', ...more } });

test('what mentions one, or is for one alone, is personal', () => {
  expect(worthOf(message(), 'own')).toBe('message');
  expect(worthOf(message({ mentions: [own] }), 'own')).toBe('personal');
  expect(worthOf({ ...message(), to: { ...bo, author: 'own' } }, 'own')).toBe('personal');
});

test('one’s own messages and what is no message are worth nothing', () => {
  expect(worthOf(message({ mentions: [own] }), 'author-b')).toBeNull();
  expect(worthOf(entry(1, { body: { type: 'call', people: [bo], count: 1 } }), 'own')).toBeNull();
  expect(worthOf(entry(1, { body: { type: 'deleted', deleted_ms: 1 } }), 'own')).toBeNull();
});

test('one is told of what one chose', () => {
  const told = (['personal', 'message', null] as const).map((worth) =>
    (['all', 'mentions', 'none'] as const).map((choice) => isWanted(worth, choice)),
  );
  expect(told).toEqual([
    [true, true, false],
    [true, false, false],
    [false, false, false],
  ]);
});
