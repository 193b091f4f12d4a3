// What was searched for is seen in what was found, as the server compares it.
import { expect, test } from 'vitest';

import { excerptOf, marked, patternOf } from './highlight';

const found = (text: string, query: string) =>
  marked(text, patternOf(query))
    .filter((run) => run.found)
    .map((run) => run.text);
const whole = (text: string, query: string) =>
  marked(text, patternOf(query))
    .map((run) => run.text)
    .join('');

test('every part of a query is found, in any case and within words', () => {
  expect(found('The Garden, gardens and seeds', 'garden SEED')).toEqual([
    'Garden',
    'garden',
    'seed',
  ]);
});

test('Korean words are found with particles and endings behind them', () => {
  expect(found('점심을 먹으러 갈까요? 점심시간!', '점심')).toEqual(['점심', '점심']);
});

test('a syllable that is being typed is left out, and what is before it found', () => {
  expect(found('점심 먹자', '점심ㅁ')).toEqual(['점심']);
  expect(patternOf('ㅁ')).toBeNull();
});

test('other forms of the same letters are found, and shown as they are', () => {
  expect(found('ＺＯＯＭ 회의', 'zoom')).toEqual(['ＺＯＯＭ']);
  const decomposed = '한글 문서'.normalize('NFD');
  expect(found(decomposed, '한글')).toEqual(['한글'.normalize('NFD')]);
  expect(found('5㎏ of seeds', 'kg')).toEqual(['㎏']);
  expect(found('Straße', 'strasse')).toEqual(['Straße']);
});

test('words of a part may have other signs between them', () => {
  expect(found('see seeds.csv', 'seeds-csv')).toEqual(['seeds.csv']);
});

test('signs of patterns are text', () => {
  expect(found('a.b (c) [d]*', '(c)')).toEqual(['c']);
  expect(patternOf('.*')).toBeNull();
});

test('nothing of a text is lost or written twice', () => {
  for (const text of ['㎏㎏ a', '👩‍👩‍👧 ok', 'ab', '', '한글'.normalize('NFD')]) {
    expect(whole(text, 'kg a ab b ok 글')).toBe(text);
  }
});

test('an excerpt has what was found, and cuts no word or character', () => {
  const long = `${'word '.repeat(100)}needle ${'more '.repeat(100)}`;
  const excerpt = excerptOf(long, patternOf('needle'));
  expect(excerpt).toMatch(/^…word .*needle.* more…$/);
  expect(excerpt.length).toBeLessThan(210);
  expect(excerptOf('a\n\nb', null)).toBe('a b');
  const family = '👩‍👩‍👧';
  const cut = excerptOf(family.repeat(60), null).replace('…', '');
  expect(cut.length % family.length).toBe(0);
});
