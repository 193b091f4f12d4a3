// What stands below each other: days, the line before what is new, who wrote, and what is on its way.
import { expect, test } from 'vitest';

import { entry } from '../call/testing/server';
import type { Entry, Person } from '../protocol/messages';
import type { Row } from './rows';
import { estimateOf, keyOf, rowsOf } from './rows';

const minute = 60_000;
const noon = new Date(2026, 10, 22, 12).getTime();
const person = (participant: string): Person => ({
  participant,
  author: participant,
  name: participant,
  ordinal: 1,
});
const at = (number: number, minutes: number, who: string, more: Partial<Entry> = {}) =>
  entry(number, { time_ms: noon + minutes * minute, sender: person(who), ...more });
const options = { outgoing: [], self: null, unreadAfter: null, begin: false };
const kinds = (rows: Row[]) =>
  rows.map((row) => ('opens' in row ? `${row.kind}${row.opens ? '+' : ''}` : row.kind));

test('what one person writes in one go stands under one name', () => {
  const entries = [at(1, 0, 'a'), at(2, 1, 'a'), at(3, 2, 'b'), at(4, 3, 'a')];
  expect(kinds(rowsOf({ ...options, entries }))).toEqual([
    ...['day', 'entry+', 'entry', 'entry+', 'entry+'],
  ]);
});

test('after a while the name and time are said again, however often somebody writes', () => {
  const entries = [0, 2, 4, 6, 8].map((minutes, index) => at(index + 1, minutes, 'a'));
  expect(kinds(rowsOf({ ...options, entries }))).toEqual([
    ...['day', 'entry+', 'entry', 'entry', 'entry+', 'entry'],
  ]);
});

test('each day is opened once', () => {
  const entries = [at(1, 0, 'a'), at(2, 10, 'b'), at(3, 24 * 60, 'b')];
  expect(kinds(rowsOf({ ...options, entries }))).toEqual([
    ...['day', 'entry+', 'entry+', 'day', 'entry+'],
  ]);
});

test('the line stands before the first message that is new', () => {
  const entries = [at(1, 0, 'a'), at(5, 1, 'a'), at(9, 2, 'a')];
  expect(kinds(rowsOf({ ...options, entries, unreadAfter: 3 }))).toEqual([
    ...['day', 'entry+', 'unread', 'entry+', 'entry'],
  ]);
  expect(kinds(rowsOf({ ...options, entries, unreadAfter: 9 }))).not.toContain('unread');
});

test('a private message and a call stand for themselves', () => {
  const record = { type: 'call' as const, people: [], count: 2 };
  const entries = [
    at(1, 0, 'a'),
    at(2, 1, 'a', { to: person('b') }),
    at(3, 1, 'a'),
    at(4, 1, 'a', { body: record }),
    at(5, 1, 'a'),
  ];
  expect(kinds(rowsOf({ ...options, entries }))).toEqual([
    ...['day', 'entry+', 'entry+', 'entry+', 'entry+', 'entry+'],
  ]);
});

test('what is on its way comes last, and keeps its row when it is written down', () => {
  const message = { text: 'Hi', client_id: 'x', time_ms: noon + minute };
  const outgoing = [{ ...message, state: 'pending' as const, reason: null }];
  const entries = [at(1, 0, 'a')];
  const before = rowsOf({ ...options, entries, outgoing, self: person('a') });
  expect(kinds(before)).toEqual(['day', 'entry+', 'outgoing']);
  expect(before.at(-1)?.key).toBe(keyOf(at(2, 1, 'a', { client_id: 'x' })));
});

test('longer texts are thought to be higher', () => {
  const [, short, long] = rowsOf({
    ...options,
    entries: [
      at(1, 0, 'a'),
      at(2, 9, 'a', { body: { type: 'message', text: 'long '.repeat(200) } }),
    ],
  });
  if (short === undefined || long === undefined) throw new Error('no rows');
  expect(estimateOf(long, 360)).toBeGreaterThan(estimateOf(short, 360) + 200);
});
