// The waits between attempts: doubling, bounded, spread.
import { expect, test } from 'vitest';

import { Backoff } from './backoff';

test('waits double up to the bound, and begin anew after a success', () => {
  const backoff = new Backoff({ first_ms: 400, most_ms: 2_000, random: () => 1 });
  expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([400, 800, 1_600, 2_000, 2_000]);
  backoff.reset();
  expect(backoff.failures).toBe(0);
  expect(backoff.next()).toBe(400);
});

test('waits are spread over the upper half of their range', () => {
  const waits = [0, 0.5, 0.999].map((drawn) =>
    new Backoff({ first_ms: 1_000, most_ms: 9_000, random: () => drawn }).next(),
  );
  expect(waits).toEqual([500, 750, 1_000]);
});
