// How loud somebody is received, as the receiver tells it.
import { expect, test } from 'vitest';

import { ReceivedLevels } from './levels';

const receiver = (told: { timestamp: number; audioLevel?: number }[]) => ({
  getSynchronizationSources: () => told.map((it) => ({ source: 1, rtpTimestamp: 0, ...it })),
});

test('a level is on the scale on which people hear', () => {
  const levels = new ReceivedLevels();
  expect(levels.read(receiver([{ timestamp: 1, audioLevel: 1 }]))).toBe(1);
  // 30 decibels below full scale, of 60 that count.
  expect(levels.read(receiver([{ timestamp: 1, audioLevel: 0.0316 }]))).toBeCloseTo(0.5, 2);
  expect(levels.read(receiver([{ timestamp: 1, audioLevel: 0 }]))).toBe(0);
});

test('nothing that came is silence, and so is what came before', () => {
  const levels = new ReceivedLevels();
  const told = [{ timestamp: 1, audioLevel: 1 }];
  const one = receiver(told);
  expect(levels.read(receiver([]))).toBe(0);
  expect(levels.read(one)).toBe(1);
  expect(levels.read(one)).toBe(0);
  told.push({ timestamp: 2, audioLevel: 1 });
  expect(levels.read(one)).toBe(1);
});

test('a browser that tells no level tells silence', () => {
  expect(new ReceivedLevels().read(receiver([{ timestamp: 1 }]))).toBe(0);
});
