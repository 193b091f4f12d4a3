// Whose loudspeaker gives back one's own voice: levels that follow one's own, and no others.
import { expect, test } from 'vitest';

import { echo_interval_ms, echoIn, EchoWatch } from './echo';

/** From a seed, so that each run is the same. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Levels as speech has them: words of 200 to 700 ms, with gaps. */
function speech(seed: number, readings: number): number[] {
  const random = randomFrom(seed);
  const levels: number[] = [];
  while (levels.length < readings) {
    const loud = 0.5 + 0.3 * random();
    for (let left = 2 + Math.floor(random() * 5); left > 0; left -= 1) {
      levels.push(loud + 0.1 * (random() - 0.5));
    }
    for (let left = 1 + Math.floor(random() * 4); left > 0; left -= 1) levels.push(0.05 * random());
  }
  return levels.slice(0, readings);
}

/** What comes back: later, quieter, and with a room's noise. */
function echoOf(own: readonly number[], steps: number, seed = 9): number[] {
  const random = randomFrom(seed);
  return own.map((_, index) => 0.7 * (own[index - steps] ?? 0) + 0.08 * random());
}

test.each([100, 300, 500, 800])('an echo after %i ms is found, with its lag', (lag_ms) => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const own = speech(seed, 80);
    const found = echoIn(own, echoOf(own, lag_ms / 100), 100);
    expect(found?.lag_ms).toBe(lag_ms);
  }
});

test('two people who talk at the same time are no echo', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    expect(echoIn(speech(seed, 80), speech(seed + 1_000, 80), 100)).toBeNull();
  }
});

test('two people who take turns are no echo', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const turn = (index: number) => Math.floor(index / 20) % 2;
    const own = speech(seed, 80).map((level, index) => (turn(index) === 0 ? level : 0.02));
    const other = speech(seed + 1_000, 80).map((level, index) =>
      turn(index) === 1 ? level : 0.02,
    );
    expect(echoIn(own, other, 100)).toBeNull();
  }
});

test("where it is one's own loudspeaker that gives back the other's voice, the other is not blamed", () => {
  const other = speech(3, 80);
  expect(echoIn(echoOf(other, 3), other, 100)).toBeNull();
});

test('silence is like silence, and says nothing', () => {
  const quiet = Array.from({ length: 80 }, () => 0.01);
  expect(echoIn(quiet, quiet, 100)).toBeNull();
  expect(echoIn(speech(1, 80), quiet, 100)).toBeNull();
  expect(echoIn([], [], 100)).toBeNull();
});

test('a watch names who echoes once it lasts, and only once, and nobody else', () => {
  const watch = new EchoWatch<string>();
  const own = speech(5, 160);
  const echo = echoOf(own, 4);
  const another = speech(6, 160);
  const named = own.flatMap((level, index) =>
    watch.take(
      level,
      new Map([
        ['echoing', echo[index] ?? 0],
        ['another', another[index] ?? 0],
      ]),
    ),
  );
  expect(named).toEqual(['echoing']);
  expect(echo_interval_ms).toBe(100);
});

test('a watch names nobody before it has heard enough, and forgets who is gone', () => {
  const watch = new EchoWatch<string>();
  const own = speech(5, 100);
  const echo = echoOf(own, 4);
  const named = own.flatMap((level, index) => {
    const gone = index === 70;
    return watch.take(level, gone ? new Map() : new Map([['a', echo[index] ?? 0]]));
  });
  expect(named).toEqual([]);
});

test('what was said before one was muted is not compared with what follows', () => {
  const watch = new EchoWatch<string>();
  const own = speech(5, 140);
  const echo = echoOf(own, 4);
  const named = own.flatMap((level, index) => {
    if (index === 70) watch.reset();
    return watch.take(level, new Map([['a', echo[index] ?? 0]]));
  });
  expect(named).toEqual([]);
});
