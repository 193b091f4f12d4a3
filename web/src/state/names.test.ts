// Names: told apart, abbreviated, coloured.
import { expect, test } from 'vitest';

import { colourOf, initialsOf, nameOf } from './names';

test('two people of one name are told apart', () => {
  expect(nameOf({ name: 'Kim', ordinal: 1 })).toBe('Kim');
  expect(nameOf({ name: 'Kim', ordinal: 2 })).toBe('Kim (2)');
});

test('a face without a picture shows initials, or the first syllable', () => {
  expect(initialsOf('ada lovelace')).toBe('AL');
  expect(initialsOf('Kim')).toBe('K');
  expect(initialsOf('김 민지')).toBe('김');
  expect(initialsOf('👩‍👩‍👧 family')).toBe('👩‍👩‍👧');
});

test('a name has the same colour everywhere, and names have different ones', () => {
  expect(colourOf('Ada', 8)).toBe(colourOf('Ada', 8));
  const names = ['김민지', '이서준', '박하윤', '최도윤', '정지우', '강시우', 'Ada', 'Grace', 'Kim'];
  expect(new Set(names.map((name) => colourOf(name, 8))).size).toBeGreaterThan(3);
});
