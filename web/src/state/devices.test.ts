// What keeps a device from working: each reason has its own sentence, which says what to do in this browser.
import { expect, test } from 'vitest';

import type { Obstacle } from '../call';
import type { Place } from './browser';
import { deviceText, problemsOf } from './devices';

const desk: Place = { browser: 'chromium', system: 'windows' };

const textOf = (obstacle: Obstacle, place = desk) =>
  problemsOf({ microphone: obstacle, camera: null }, place)[0]?.text ?? '';

test('each reason has a sentence of its own', () => {
  const reasons: Obstacle[] = ['denied', 'dismissed', 'system', 'missing', 'busy', 'insecure'];
  expect(new Set(reasons.map((reason) => textOf(reason))).size).toBe(reasons.length);
});

test('who said no is told where this browser lets one change it', () => {
  const places: Place[] = [
    { browser: 'chromium', system: 'windows' },
    { browser: 'firefox', system: 'other' },
    { browser: 'safari', system: 'mac' },
    { browser: 'safari', system: 'ios' },
    { browser: 'chromium', system: 'ios' },
    { browser: 'chromium', system: 'android' },
    { browser: 'other', system: 'other' },
  ];
  expect(new Set(places.map((place) => textOf('denied', place))).size).toBe(places.length);
});

test('the same reason for both is said once', () => {
  const problems = problemsOf({ microphone: 'denied', camera: 'denied' }, desk);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.text).toMatch(/camera and microphone/);
});

test('different reasons are said each', () => {
  expect(problemsOf({ microphone: 'busy', camera: 'missing' }, desk)).toHaveLength(2);
});

test('to try again is offered where it may help', () => {
  const again = (obstacle: Obstacle) =>
    problemsOf({ microphone: obstacle, camera: null }, desk)[0]?.again;
  expect((['denied', 'dismissed', 'system', 'busy'] as const).map(again)).not.toContain(false);
  expect((['missing', 'insecure'] as const).map(again)).not.toContain(true);
});

test('what happened to a device is said with its name', () => {
  const instead = 'Built-in';
  const gone = { notice: 'unplugged', kind: 'microphone', label: 'Headset', instead } as const;
  expect(deviceText(gone)).toMatch(/Headset.*Built-in/);
  expect(deviceText({ notice: 'plugged', label: 'Webcam' })).toMatch(/Webcam/);
});

test('a background that cannot be blurred is said to be seen', () => {
  for (const problem of ['slow', 'unsupported'] as const) {
    expect(deviceText({ notice: 'effect', effect: 'blur', problem })).toMatch(/is visible/);
  }
});
