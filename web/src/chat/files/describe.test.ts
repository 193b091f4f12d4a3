// What is said of a file: its kind, its size in the language's form, a name whose end is always seen.
import { expect, test } from 'vitest';

import {
  addressOf,
  extensionOf,
  fitted,
  kindOf,
  nameParts,
  percentOf,
  shapeOf,
  sizeOf,
} from './describe';

const file = (media_type: string, more: object = {}) => ({
  hash: 'h',
  name: 'n',
  bytes: 1,
  media_type,
  ...more,
});

test('only what the server looked into is shown as a picture', () => {
  const picture = { width: 4, height: 3 };
  expect(shapeOf(file('image/png', { picture }))).toBe('picture');
  expect(shapeOf(file('image/svg+xml'))).toBe('card');
  expect(shapeOf(file('text/html'))).toBe('card');
  expect(shapeOf(file('application/pdf'))).toBe('card');
});

test('sound and films that browsers play are played', () => {
  expect(shapeOf(file('audio/mpeg'))).toBe('audio');
  expect(shapeOf(file('video/mp4'))).toBe('video');
  expect(shapeOf(file('video/x-msvideo'))).toBe('card');
});

test('an address says any name in any script', () => {
  expect(addressOf('파란 수달', { hash: 'ab', name: '산/강?.jpg' })).toBe(
    `/api/rooms/${encodeURIComponent('파란 수달')}/files/ab/${encodeURIComponent('산/강?.jpg')}`,
  );
});

test('the kind comes from the name, else from the content', () => {
  expect(kindOf('보고서.HWP')).toBe('text');
  expect(kindOf('a.tar.gz')).toBe('archive');
  expect(kindOf('voice', 'audio/ogg')).toBe('audio');
  expect(kindOf('.profile')).toBe('other');
  expect(extensionOf('.profile')).toBe('');
});

test('a name keeps its end, in whole characters', () => {
  expect(nameParts('a.pdf')).toEqual(['', 'a.pdf']);
  expect(nameParts('minutes of the meeting in autumn.pdf')).toEqual([
    'minutes of the meeting in ',
    'autumn.pdf',
  ]);
  const family = '👩‍👩‍👧';
  expect(nameParts(family.repeat(9))).toEqual([family.repeat(3), family.repeat(6)]);
});

test('sizes are in the form of the language', () => {
  expect(sizeOf(1, 'en')).toBe('1 byte');
  expect(sizeOf(512, 'en')).toBe('512 bytes');
  expect(sizeOf(512, 'ko')).toBe('512바이트');
  expect(sizeOf(999_600, 'en')).toBe('1 MB');
  expect(sizeOf(2_140_000, 'en')).toBe('2.1 MB');
  expect(sizeOf(2_140_000, 'ko')).toBe('2.1MB');
  expect(sizeOf(5_000_000_000_000, 'en')).toBe('5,000 GB');
});

test('per cent are whole, and a hundred only when all is there', () => {
  expect(percentOf(999, 1000, 'en')).toBe('99%');
  expect(percentOf(1000, 1000, 'en')).toBe('100%');
  expect(percentOf(0, 0, 'en')).toBe('100%');
});

test('a picture is no larger than its place nor than itself, and keeps its shape', () => {
  const place = { width: 360, height: 300 };
  expect(fitted({ width: 40, height: 30 }, place)).toEqual({ width: 40, height: 30 });
  expect(fitted({ width: 4000, height: 3000 }, place)).toEqual({ width: 360, height: 270 });
  expect(fitted({ width: 3000, height: 4000 }, place)).toEqual({ width: 225, height: 300 });
});

test('a picture that is a mere line is shown in part', () => {
  expect(fitted({ width: 10_000, height: 10 }, { width: 360, height: 300 })).toEqual({
    width: 360,
    height: 120,
  });
});
