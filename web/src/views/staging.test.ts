// Who is large, who is in the strip, and that speaking moves nobody who does not have to.
import { expect, test } from 'vitest';

import type { Standing } from './staging';
import { nextLeader, nextStrip, stage } from './staging';

const desktop = { width: 1060, height: 760 };
const phone = { width: 374, height: 640 };
const side = { width: 720, height: 330 };

const people = (count: number) => ['me', 'a', 'b', 'c', 'd', 'e'].slice(0, count);

function staged(changes: Partial<Standing>, area = desktop) {
  return stage(
    {
      mode: 'auto',
      people: people(4),
      self: 'me',
      screens: [],
      pinned: null,
      chosenScreen: null,
      leader: null,
      ...changes,
    },
    area,
  );
}

const names = ({ tiles }: ReturnType<typeof staged>) =>
  tiles.map(({ participant, source }) => (source === 'screen' ? `${participant}'s` : participant));

test('by itself everybody is alike, in the order of entering', () => {
  expect(staged({}).large).toBeNull();
  expect(names(staged({}))).toEqual(['me', 'a', 'b', 'c']);
});

test('whoever is alone has all the space', () => {
  expect(staged({ people: ['me'] })).toMatchObject({ large: { participant: 'me' }, tiles: [] });
  expect(staged({ people: ['a'] })).toMatchObject({ large: { participant: 'a' }, tiles: [] });
});

test('who speaks changes nothing in a grid', () => {
  expect(staged({ leader: 'c' })).toEqual(staged({}));
});

test('a shared screen is large, with everybody beside it', () => {
  const { large, beside } = staged({ screens: ['b'] });
  expect(large).toEqual({ participant: 'b', source: 'screen' });
  expect(beside).toBe('strip');
  expect(names(staged({ screens: ['b'] }))).toEqual(['me', 'a', 'b', 'c']);
});

test('of several screens the newest is large until one chooses, and the others come first in the strip', () => {
  expect(staged({ screens: ['a', 'b'] }).large?.participant).toBe('b');
  const chosen = staged({ screens: ['a', 'b'], chosenScreen: 'a' });
  expect(chosen.large).toEqual({ participant: 'a', source: 'screen' });
  expect(names(chosen)).toEqual(["b's", 'me', 'a', 'b', 'c']);
});

test('a choice of a screen that is no longer shared is none', () => {
  expect(staged({ screens: ['a'], chosenScreen: 'b' }).large?.participant).toBe('a');
});

test('who is pinned is large in every mode, and a shared screen waits in the strip', () => {
  for (const mode of ['auto', 'grid', 'speaker', 'side'] as const) {
    const pinned = staged({ mode, pinned: 'c', screens: ['a'], leader: 'b' });
    expect(pinned.large).toEqual({ participant: 'c', source: 'camera' });
    expect(names(pinned)).toEqual(["a's", 'me', 'a', 'b']);
  }
});

test('a pin of somebody who left pins nobody', () => {
  expect(staged({ pinned: 'gone' }).large).toBeNull();
});

test('in a grid screens are tiles among the others', () => {
  const grid = staged({ mode: 'grid', screens: ['a'] });
  expect(grid.large).toBeNull();
  expect(names(grid)).toEqual(["a's", 'me', 'a', 'b', 'c']);
});

test('the leader is large where one asks for the speaker, somebody else before oneself otherwise', () => {
  expect(staged({ mode: 'speaker', leader: 'b' }).large?.participant).toBe('b');
  expect(staged({ mode: 'speaker' }).large?.participant).toBe('a');
  expect(staged({ mode: 'speaker', people: ['me'] }).large?.participant).toBe('me');
  expect(staged({ mode: 'side', leader: 'b' }).beside).toBe('half');
});

test('of two on an upright phone oneself is in the corner', () => {
  expect(staged({ people: people(2) }, phone)).toEqual({
    large: { participant: 'a', source: 'camera' },
    tiles: [],
    corner: 'me',
    beside: 'strip',
  });
  expect(staged({ people: people(2) }, side).corner).toBeNull();
  expect(staged({ people: people(2) }, desktop).corner).toBeNull();
  expect(staged({ people: people(3) }, phone).corner).toBeNull();
  expect(staged({ people: people(2), mode: 'grid' }, phone).corner).toBeNull();
  expect(staged({ people: people(2), screens: ['a'] }, phone).corner).toBeNull();
  expect(staged({ people: people(2), pinned: 'me' }, phone).corner).toBeNull();
});

test('one who hid their own picture is nowhere', () => {
  expect(names(staged({ people: ['a', 'b'] }))).toEqual(['a', 'b']);
  expect(staged({ people: [] })).toMatchObject({ large: null, tiles: [] });
});

test('who leads goes on leading while they speak, and in silence', () => {
  const others = ['a', 'b', 'c'];
  expect(nextLeader(null, [], others)).toBeNull();
  expect(nextLeader(null, ['b', 'a'], others)).toBe('b');
  expect(nextLeader('a', ['b', 'a'], others)).toBe('a');
  expect(nextLeader('a', [], others)).toBe('a');
  expect(nextLeader('a', ['b'], others)).toBe('b');
  expect(nextLeader('a', ['me'], others)).toBe('a');
  expect(nextLeader('gone', [], others)).toBeNull();
});

test('in a strip who becomes large changes places with who was, and nobody else moves', () => {
  expect(nextStrip(['me', 'b', 'c', 'd'], ['me', 'a', 'b', 'd'])).toEqual(['me', 'b', 'a', 'd']);
  expect(nextStrip(['me', 'b', 'a', 'd'], ['me', 'a', 'b', 'd'])).toEqual(['me', 'b', 'a', 'd']);
});

test('in a strip who comes is last, and who leaves leaves no gap', () => {
  expect(nextStrip(['b', 'a'], ['a', 'b', 'c'])).toEqual(['b', 'a', 'c']);
  expect(nextStrip(['b', 'a', 'c'], ['a', 'c'])).toEqual(['a', 'c']);
  expect(nextStrip([], ['a', 'b'])).toEqual(['a', 'b']);
});
