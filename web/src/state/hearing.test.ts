// How loud one hears each person.
import { expect, test } from 'vitest';

import { Hearing } from './hearing.svelte';

test('everybody is heard in full until one says otherwise', () => {
  const hearing = new Hearing();
  expect(hearing.volumeOf('a')).toBe(1);
  expect(hearing.isMutedForMe('a')).toBe(false);
  hearing.setVolume('a', 0.4);
  expect([hearing.volumeOf('a'), hearing.volumeOf('b')]).toEqual([0.4, 1]);
});

test('a volume stays between silence and full', () => {
  const hearing = new Hearing();
  hearing.setVolume('a', 3);
  hearing.setVolume('b', -1);
  expect([hearing.volumeOf('a'), hearing.volumeOf('b')]).toEqual([1, 0]);
});

test('who is heard again is as loud as before', () => {
  const hearing = new Hearing();
  hearing.setVolume('a', 0.4);
  hearing.setMutedForMe('a', true);
  expect(hearing.isMutedForMe('a')).toBe(true);
  expect(hearing.loudnessOf('a')).toBe(0);
  hearing.setMutedForMe('a', false);
  expect([hearing.volumeOf('a'), hearing.loudnessOf('a')]).toEqual([0.4, 0.4]);
});
