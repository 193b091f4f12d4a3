// Whether a machine keeps up with an effect.
import { expect, test, vi } from 'vitest';

import { Pace } from './pace';

function after(durations: readonly number[]): number {
  const onslow = vi.fn();
  const pace = new Pace(100, onslow);
  for (const duration of durations) pace.took(duration);
  return onslow.mock.calls.length;
}

test('a machine that takes too long for the usual picture is slow', () => {
  expect(after(Array<number>(30).fill(150))).toBe(1);
});

test('a machine that keeps up is not, however long the first pictures take', () => {
  expect(after([900, 500, 500, 400, 300, 300, ...Array<number>(96).fill(40)])).toBe(0);
});

test('a moment of something else is no slow machine', () => {
  const pictures = Array.from({ length: 54 }, (_, at) => (at % 5 === 0 ? 400 : 30));
  expect(after(pictures)).toBe(0);
});
