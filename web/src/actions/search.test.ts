// Finding an action by a few letters, in both languages, and by the first consonants of Korean syllables.
import { expect, test } from 'vitest';

import { fit, search } from './search';

test('the beginning of a text fits best, then a word of it, then its inside', () => {
  const fits = ['cam', 'screen', 'amer'].map((typed) =>
    fit(typed, typed === 'screen' ? 'Share screen' : 'Camera'),
  );
  expect(fits).toEqual([...fits].sort((a, b) => b - a));
  expect(fits.every((it) => it > 0)).toBe(true);
  expect(fit('xyz', 'Camera')).toBe(0);
});

test('the first letters of words are enough', () => {
  expect(fit('ss', 'Share screen')).toBeGreaterThan(0);
  expect(fit('shscr', 'Share screen')).toBeGreaterThan(0);
  expect(fit('pip', 'Pin')).toBe(0);
});

test('letters that lie about anywhere are not', () => {
  expect(fit('sae', 'Share screen')).toBe(0);
});

test('Korean is found by its first consonants', () => {
  expect(fit('ㅎㅁㄱㅇ', '화면 공유')).toBe(110);
  expect(fit('ㅁㅇㅋ', '마이크')).toBe(110);
  expect(fit('ㅅㄷㄱ', '손들기')).toBe(110);
  expect(fit('ㄱㅇ', '화면 공유')).toBe(80);
  expect(fit('ㅋㅁ', '마이크')).toBe(0);
});

test('a syllable that is still being composed is found, too', () => {
  expect(fit('화며', '화면 공유')).toBe(100);
  expect(fit('마잌', '마이크')).toBe(0);
  expect(fit('화면ㄱ', '화면 공유')).toBe(100);
  // A finished syllable is itself.
  expect(fit('면', '며칠')).toBe(0);
});

test('capitals and spaces do not matter', () => {
  expect(fit('SHARE  scr', 'Share screen')).toBe(100);
  expect(fit('화면공유', '화면 공유')).toBe(110);
});

test('names count for more than descriptions, and order decides between equals', () => {
  const things = [
    { name: 'Settings', about: 'camera and more' },
    { name: 'Camera', about: 'switch it on' },
    { name: 'Cameras', about: '' },
  ];
  const words = (thing: (typeof things)[number]) => ({
    names: [thing.name],
    descriptions: [thing.about],
  });
  expect(search('camera', things, words).map(({ name }) => name)).toEqual([
    'Camera',
    'Cameras',
    'Settings',
  ]);
  expect(search('', things, words)).toEqual(things);
});
