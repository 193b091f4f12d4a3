// What others see change is said to those who do not see it.
import { expect, test } from 'vitest';

import type { Participant } from '../protocol/messages';
import { participant } from '../call/testing/server';
import { changesOf, ownSwitches } from './changes';

const quiet = { microphone: false, camera: false, screen: false, screen_audio: false };
const person = (id: string, changes: Partial<Participant> = {}) => participant(id, changes);
const raised = (id: string, hand: number) => person(id, { hand });
const sharing = (id: string) => person(id, { sources: { ...quiet, screen: true } });

test("others' hands and shares are told, up and down", () => {
  const [a, b] = [person('a'), person('b')];
  expect(changesOf([a, b], [raised('a', 1), sharing('b')], 'me')).toMatchObject([
    { change: 'hand_up', person: { participant: 'a' } },
    { change: 'share', person: { participant: 'b' } },
  ]);
  expect(changesOf([raised('a', 1), sharing('b')], [a, b], 'me')).toMatchObject([
    { change: 'hand_down' },
    { change: 'share_end' },
  ]);
});

test("one's own hand is told with its place in the order", () => {
  const others = [raised('a', 3), raised('b', 9)];
  expect(changesOf([...others, person('me')], [...others, raised('me', 7)], 'me')).toEqual([
    { change: 'own_hand_up', place: 2 },
  ]);
  expect(changesOf([raised('me', 7)], [person('me')], 'me')).toEqual([{ change: 'own_hand_down' }]);
});

test('who comes with a hand up, or goes, is not told here', () => {
  expect(changesOf([], [raised('a', 1)], 'me')).toEqual([]);
  expect(changesOf([raised('a', 1)], [], 'me')).toEqual([]);
});

test('nothing is told where nothing changed that is seen', () => {
  expect(changesOf([raised('a', 1)], [person('a', { hand: 1, connected: false })], 'me')).toEqual(
    [],
  );
});

test("one's own switches are told one by one", () => {
  expect(
    ownSwitches(quiet, { ...quiet, microphone: true, screen: true, screen_audio: true }),
  ).toEqual([
    { source: 'microphone', on: true },
    { source: 'screen', on: true },
  ]);
  expect(ownSwitches(quiet, quiet)).toEqual([]);
});
