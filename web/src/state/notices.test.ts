// What is said in passing: nothing is lost, and a crowd is told of at once.
import { beforeEach, expect, test, vi } from 'vitest';

import { m } from '../../paraglide/messages.js';
import { participant } from '../call/testing/server';
import { Notices } from './notices.svelte';

let notices: Notices;

beforeEach(() => {
  vi.useFakeTimers();
  notices = new Notices();
  return () => {
    vi.useRealTimers();
  };
});

const announced = () => notices.announced.map(({ text }) => text);
const come = (...names: string[]) => {
  for (const name of names) {
    notices.passage({ participant: participant(name, { name }), came: true });
  }
  vi.advanceTimersByTime(1_000);
};

test('two announcements at once are both said, and the same words twice are said twice', () => {
  notices.announce('a');
  notices.announce('b');
  notices.announce('b');
  expect(announced()).toEqual(['a', 'b', 'b']);
});

test('an announcement does not stay where it would be read again', () => {
  notices.announce('a');
  vi.advanceTimersByTime(10_000);
  expect(announced()).toEqual([]);
});

test('one who comes is named, a few are named together, of a crowd the number is told', () => {
  come('Ada');
  come('Bo', 'Cy');
  come('D', 'E', 'F', 'G');
  expect(announced()).toEqual([
    m.announce_came({ name: 'Ada' }),
    m.announce_came_several({ names: 'Bo, Cy' }),
    m.announce_came_count({ count: 4 }),
  ]);
});

test('those who come are told of a second after the first, however many follow', () => {
  notices.passage({ participant: participant('a'), came: false });
  vi.advanceTimersByTime(900);
  notices.passage({ participant: participant('b'), came: false });
  vi.advanceTimersByTime(100);
  expect(announced()).toHaveLength(1);
});

test('a reaction says whose it is, applause how many', () => {
  notices.reacted('Ada', '👍');
  vi.advanceTimersByTime(1_500);
  for (const name of ['a', 'b', 'c']) notices.reacted(name, '👏');
  notices.reacted('d', '🎉');
  vi.advanceTimersByTime(1_500);
  expect(announced()).toEqual([
    m.announce_reaction({ name: 'Ada', reaction: '👍' }),
    m.announce_reactions({ reactions: '👏 3, 🎉 1' }),
  ]);
});

test('hands that go up together are counted', () => {
  notices.handRaised('Ada');
  vi.advanceTimersByTime(1_000);
  notices.handRaised('Bo');
  notices.handRaised('Cy');
  vi.advanceTimersByTime(1_000);
  expect(announced()).toEqual([
    m.announce_hand_up({ name: 'Ada' }),
    m.announce_hands_up({ count: 2 }),
  ]);
});

test('a notice goes by itself, one with a remedy stays longer', () => {
  notices.say('plain');
  notices.say('with', { text: 'do', run: () => undefined });
  vi.advanceTimersByTime(8_000);
  expect(notices.shown.map(({ text }) => text)).toEqual(['with']);
  vi.advanceTimersByTime(7_000);
  expect(notices.shown).toEqual([]);
});
