// The scale of loudness.
import { expect, test } from 'vitest';

import { levelOf } from './level';

const tone = (amplitude: number) => new Float32Array(1024).fill(amplitude);

test('silence is 0, full scale is 1, and speech lies between', () => {
  expect(levelOf(tone(0))).toBe(0);
  expect(levelOf(tone(1))).toBe(1);
  expect(levelOf(tone(0.03))).toBeGreaterThan(0.3);
  expect(levelOf(tone(0.03))).toBeLessThan(0.7);
});
