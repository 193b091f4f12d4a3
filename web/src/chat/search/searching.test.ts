// Searching as one types: what was asked last is shown, and nothing else.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { LineError, RequestError } from '../../call';
import { entry } from '../../call/testing/server';
import type { Found, Search } from '../../protocol/messages';
import { noFilters, queryOf, Searching } from './searching.svelte';

const asked: { search: Search; answer: (found: Found) => void; fail: (error: Error) => void }[] =
  [];
let searching: Searching;

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
  searching = new Searching({
    search: (search) =>
      new Promise((answer, fail) => {
        asked.push({ search, answer, fail });
      }),
  });
});

afterEach(() => {
  vi.useRealTimers();
});

function type(text: string): void {
  searching.text = text;
  searching.typed();
}

const pause = (ms = 300) => vi.advanceTimersByTimeAsync(ms);

async function answer(place: number, numbers: number[], more = false): Promise<void> {
  asked[place]?.answer({ entries: numbers.map((number) => entry(number)), more });
  await vi.advanceTimersByTimeAsync(0);
}

const numbers = () => searching.hits.map(({ number }) => number);

test('what is typed is searched for once the person pauses', async () => {
  type('점');
  type('점심');
  await pause();
  expect(asked.map(({ search }) => search)).toEqual([{ text: '점심' }]);
  await answer(0, [3, 1]);
  expect(searching.state).toBe('done');
  expect(numbers()).toEqual([3, 1]);
});

test('an earlier search that is answered later shows nothing', async () => {
  type('a');
  await pause();
  type('ab');
  await pause();
  await answer(1, [2]);
  await answer(0, [9, 8]);
  expect(numbers()).toEqual([2]);
});

test('without text and filters nothing is asked, and nothing is shown', async () => {
  type('a');
  await pause();
  await answer(0, [1]);
  type('  ');
  await pause();
  expect(asked).toHaveLength(1);
  expect(searching.state).toBe('rest');
  expect(numbers()).toEqual([]);
});

test('filters alone are enough', async () => {
  searching.narrow({ has: 'picture' });
  await pause();
  expect(asked[0]?.search).toEqual({ text: '', has: 'picture' });
  expect(searching.narrowed).toBe(1);
});

test('days are meant as this clock has them, the last one with all its hours', () => {
  const filters = { ...noFilters, sender: ' 김 ', from: '2026-03-01', until: '2026-03-02' };
  expect(queryOf('x', filters)).toEqual({
    text: 'x',
    sender: '김',
    from_ms: new Date(2026, 2, 1).getTime(),
    until_ms: new Date(2026, 2, 3).getTime(),
  });
});

test('the next page comes behind the first', async () => {
  type('a');
  await pause();
  await answer(0, [9, 8], true);
  void searching.loadMore();
  void searching.loadMore();
  expect(asked[1]?.search).toEqual({ text: 'a', before: 8 });
  await answer(1, [7]);
  expect(numbers()).toEqual([9, 8, 7]);
  expect(searching.more).toBe(false);
  expect(asked).toHaveLength(2);
});

test('a server that is busy is asked again', async () => {
  type('a');
  await pause();
  asked[0]?.fail(new RequestError({ code: 'busy', message: 'Busy.' }));
  await pause(1_000);
  await answer(1, [1]);
  expect(numbers()).toEqual([1]);
});

test('a refusal is said in the words of the server, and a broken line by its state', async () => {
  type('a');
  await pause();
  asked[0]?.fail(new RequestError({ code: 'storage_failed', message: 'The disk failed.' }));
  await pause(0);
  expect([searching.state, searching.problem]).toEqual(['failed', 'The disk failed.']);
  searching.again();
  await pause();
  asked[1]?.fail(new LineError('gone'));
  await pause(0);
  expect(searching.state).toBe('offline');
});
