// What was not read: counted, with a line before it, in threads too, and remembered.
import { beforeEach, expect, test } from 'vitest';

import { silence } from '../call';
import { entry } from '../call/testing/server';
import type { Entry } from '../protocol/messages';
import { readMarkOf } from './readMarks';
import { Unread } from './unread.svelte';

const chat = (...newest: Entry[]) => ({ ...silence, known: true, entries: newest, newest });
const own = { ...entry(1).sender, participant: 'me', author: 'me' };
let unread: Unread;

beforeEach(() => {
  localStorage.clear();
  unread = new Unread('garden');
});

test('what was there at the first visit is history', () => {
  unread.follow(chat(entry(1), entry(2)), 'me', false);
  expect(unread).toMatchObject({ count: 0, lineAfter: null });
});

test('what comes while one looks elsewhere is counted, and the line stays when it is read', () => {
  unread.follow(chat(entry(1)), 'me', false);
  unread.follow(chat(entry(1), entry(3), entry(4, { sender: own })), 'me', false);
  expect(unread.count).toBe(1);
  unread.follow(chat(entry(1), entry(3)), 'me', true);
  expect(unread.count).toBe(0);
});

test('whoever reads along sees no line, whoever comes in does', () => {
  unread.follow(chat(entry(1)), 'me', true);
  unread.follow(chat(entry(1), entry(2)), 'me', true);
  expect(unread.lineAfter).toBeNull();
  const later = new Unread('garden');
  later.follow(chat(entry(1), entry(2), entry(3)), 'me', true);
  expect(later).toMatchObject({ count: 0, lineAfter: 2 });
});

test('the line is before the first of them, and goes when all is said to be read', () => {
  unread.follow(chat(entry(1)), 'me', false);
  unread.follow(chat(entry(1), entry(3)), 'me', false);
  unread.follow(chat(entry(1), entry(3), entry(6)), 'me', true);
  expect(unread.lineAfter).toBe(1);
  unread.clear(chat(entry(1), entry(3), entry(6)));
  expect(unread.lineAfter).toBeNull();
});

test('how far one read is remembered for the next visit', () => {
  unread.follow(chat(entry(1)), 'me', true);
  unread.follow(chat(entry(1), entry(2)), 'me', true);
  const later = new Unread('garden');
  later.follow(chat(entry(1), entry(2), entry(5)), 'me', false);
  expect(later).toMatchObject({ count: 1, lineAfter: 2, more: false });
});

test('where more is unread than is held, it is told as so many or more', () => {
  unread.follow(chat(entry(1)), 'me', true);
  unread.follow(chat(entry(1), entry(2)), 'me', true);
  const later = new Unread('garden');
  later.follow(chat(entry(50), entry(51)), 'me', false);
  expect(later).toMatchObject({ count: 2, more: true });
});

test('a thread has something new for whoever began it or looked into it', () => {
  unread.follow(chat(entry(1)), 'me', true);
  const of = (last_ms: number, sender = own) =>
    entry(1, { sender, replies: { count: 1, last_ms } });
  const soon_ms = Date.now() + 1_000;
  expect(unread.inThread(of(soon_ms), 'me')).toBe(true);
  expect(unread.inThread(of(soon_ms, entry(1).sender), 'me')).toBe(false);
  unread.readThread(1, soon_ms);
  expect(unread.inThread(of(soon_ms), 'me')).toBe(false);
  expect(unread.inThread(of(soon_ms + 1, entry(1).sender), 'me')).toBe(true);
});

test('what cannot be read is forgotten', () => {
  localStorage.setItem('zoom.read', '{"garden": {"last": "x"}}');
  expect(readMarkOf('garden')).toBeNull();
});
