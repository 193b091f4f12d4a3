// Who is in a room is kept fresh at its door, and not asked for by a page that nobody looks at.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Looked } from '../protocol/messages';
import { RequestError } from './errors';
import { Looking } from './looking';
import { settle } from './testing/server';

const kim: Looked = {
  people: [{ participant: 'a', author: 'author-a', name: 'Kim', ordinal: 1 }],
  count: 1,
  call: true,
};
const ask = vi.fn<() => Promise<Looked>>();
let seen: (Looked | null)[];
let looking: Looking;

function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}

beforeEach(() => {
  vi.useFakeTimers();
  ask.mockReset();
  ask.mockImplementation(() => Promise.resolve(kim));
  seen = [];
  looking = new Looking({ ask, changed: (present) => seen.push(present) });
});

afterEach(() => {
  looking.close();
  setHidden(false);
  vi.useRealTimers();
});

test('it asks at once and again every few seconds', async () => {
  looking.open();
  looking.open();
  await settle();
  expect(seen).toEqual([kim]);
  await vi.advanceTimersByTimeAsync(8_000);
  expect(ask).toHaveBeenCalledTimes(3);
});

test('a page that is hidden does not ask, and asks at once when it is seen again', async () => {
  looking.open();
  await settle();
  setHidden(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).toHaveBeenCalledTimes(1);
  setHidden(false);
  expect(ask).toHaveBeenCalledTimes(2);
});

test('what was refused is asked for again, and what is known stays', async () => {
  looking.open();
  await settle();
  ask.mockRejectedValueOnce(new RequestError({ code: 'too_fast', message: 'Slow down.' }));
  await vi.advanceTimersByTimeAsync(8_000);
  expect(ask).toHaveBeenCalledTimes(3);
  expect(seen).toEqual([kim, kim]);
});

test('after the door nothing is known, and a late answer is of no use', async () => {
  let answer: (looked: Looked) => void = () => undefined;
  ask.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
  looking.open();
  looking.close();
  answer(kim);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(seen).toEqual([null]);
  expect(ask).toHaveBeenCalledTimes(1);
});
