// The conversation in groups: who, when, and what is still on its way.
import { expect, test } from 'vitest';

import { entry } from '../call/testing/server';
import { groupsOf } from './conversation';

const minute = 60_000;
const noon = new Date(2026, 10, 22, 12).getTime();
const person = (participant: string) => ({
  participant,
  author: participant,
  name: participant,
  ordinal: 1,
});
const at = (number: number, minutes: number, who: string) =>
  entry(number, { time_ms: noon + minutes * minute, sender: person(who) });
const chat = (entries: ReturnType<typeof entry>[]) => ({
  entries,
  outgoing: [],
});

test('what one person writes in one go stands under one name', () => {
  const groups = groupsOf(
    chat([at(1, 0, 'a'), at(2, 1, 'a'), at(3, 2, 'b'), at(4, 3, 'a')]),
    null,
    0,
  );
  expect(groups.map(({ lines }) => lines.length)).toEqual([2, 1, 1]);
});

test('after a while the name and time are said again', () => {
  const groups = groupsOf(chat([at(1, 0, 'a'), at(2, 6, 'a')]), null, 0);
  expect(groups).toHaveLength(2);
});

test('each day is opened once', () => {
  const groups = groupsOf(chat([at(1, 0, 'a'), at(2, 10, 'b'), at(3, 24 * 60, 'b')]), null, 0);
  expect(groups.map(({ opensDay }) => opensDay)).toEqual([true, false, true]);
});

test('one’s own messages on their way come last', () => {
  const outgoing = [
    { client_id: 'x', text: 'Hi', time_ms: noon, state: 'pending' as const, reason: null },
  ];
  const groups = groupsOf({ ...chat([at(1, 0, 'b')]), outgoing }, person('a'), noon + minute);
  expect(groups.at(-1)?.lines).toMatchObject([{ text: 'Hi', state: 'pending', number: null }]);
});
