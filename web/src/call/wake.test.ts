// A machine that slept is noticed by its clock.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { watchWaking } from './wake';

let woke: ReturnType<typeof vi.fn<() => void>>;
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  woke = vi.fn<() => void>();
  end = watchWaking(woke);
});

afterEach(() => {
  end();
  vi.useRealTimers();
});

test('a clock that goes on as it should is no waking', () => {
  vi.advanceTimersByTime(600_000);
  expect(woke).not.toHaveBeenCalled();
});

test('a clock that jumps is one', () => {
  vi.setSystemTime(Date.now() + 60_000);
  vi.advanceTimersByTime(2_000);
  expect(woke).toHaveBeenCalledOnce();
});

test('a page that shows again tells at once', () => {
  vi.setSystemTime(Date.now() + 60_000);
  document.dispatchEvent(new Event('visibilitychange'));
  expect(woke).toHaveBeenCalledOnce();
});

test('after its end nothing is told', () => {
  end();
  vi.setSystemTime(Date.now() + 60_000);
  vi.advanceTimersByTime(10_000);
  expect(woke).not.toHaveBeenCalled();
});
