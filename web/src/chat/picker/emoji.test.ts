// Emoji are found by their names in both languages, whole or begun.
import { expect, test } from 'vitest';

import { findEmoji, groupNames, loadEmoji } from './emoji';

const korean = await loadEmoji('ko');
const english = await loadEmoji('en');
const found = (typed: string, groups = korean) => findEmoji(typed, groups).map((it) => it.emoji);

test('all groups are there, with the names of the language', () => {
  expect(korean.map(({ name }) => name)).toEqual(groupNames);
  expect(korean[0]?.emoji[0]).toMatchObject({ emoji: '😀', name: '활짝 웃는 얼굴' });
  expect(english[0]?.emoji[0]).toMatchObject({ emoji: '😀', name: 'grinning face' });
});

test('a name or a word of either language finds it', () => {
  expect(found('로켓')).toContain('🚀');
  expect(found('rocket')).toContain('🚀');
  expect(found('로켓', english)).toContain('🚀');
  expect(found('FACE grin')).toContain('😀');
});

test('what is called so comes before what has to do with it', () => {
  expect(found('로켓', english)[0]).toBe('🚀');
  expect(found('rocket')[0]).toBe('🚀');
});

test('a Korean word may be unfinished', () => {
  expect(found('로케')).toContain('🚀');
});

test('what nothing is called finds nothing, and nothing typed neither', () => {
  expect(found('qqqqq')).toEqual([]);
  expect(found('  ')).toEqual([]);
});
