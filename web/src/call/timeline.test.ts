// The timeline: one run of entries without a gap, whatever comes in which order.
import { expect, test } from 'vitest';

import { entry } from './testing/server';
import { Timeline } from './timeline';

const page = (from: number, to: number, more_before = from > 1) => ({
  entries: Array.from({ length: to - from + 1 }, (_, index) => entry(from + index)),
  more_before,
  more_after: false,
});
const numbers = (timeline: Timeline) => timeline.entries.map(({ number }) => number);

test('entries that are just written go to the end', () => {
  const timeline = new Timeline();
  timeline.merge(page(3, 4));
  timeline.add(entry(5));
  expect(numbers(timeline)).toEqual([3, 4, 5]);
  expect(timeline.last).toBe(5);
  expect(timeline.moreBefore).toBe(true);
});

test('the same entry twice is one entry', () => {
  const timeline = new Timeline();
  timeline.merge(page(1, 3));
  timeline.add(entry(3));
  timeline.merge(page(2, 4));
  expect(numbers(timeline)).toEqual([1, 2, 3, 4]);
});

test('an older page goes to the front and says whether there is more', () => {
  const timeline = new Timeline();
  timeline.merge(page(6, 9));
  timeline.merge(page(3, 5));
  expect(numbers(timeline)).toEqual([3, 4, 5, 6, 7, 8, 9]);
  expect(timeline.moreBefore).toBe(true);
  timeline.merge(page(1, 2));
  expect(timeline.moreBefore).toBe(false);
});

test('what comes beyond a gap waits until the gap is closed', () => {
  const timeline = new Timeline();
  timeline.merge(page(1, 3));
  timeline.merge(page(8, 10));
  expect(numbers(timeline)).toEqual([1, 2, 3]);
  expect(timeline.gap).toBe(8);
  timeline.add(entry(11));
  timeline.merge(page(6, 7));
  expect(timeline.gap).toBe(6);
  timeline.merge(page(4, 5));
  expect(timeline.gap).toBeNull();
  expect(numbers(timeline)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test('a gap that is skipped leaves the newest entries and what is before them to read', () => {
  const timeline = new Timeline();
  timeline.merge(page(1, 3));
  timeline.merge(page(500, 502));
  timeline.skipGap();
  expect(numbers(timeline)).toEqual([500, 501, 502]);
  expect(timeline.moreBefore).toBe(true);
});

test('a page that touches nothing that is held is not kept', () => {
  const timeline = new Timeline();
  timeline.merge(page(50, 52));
  timeline.merge(page(1, 3));
  expect(numbers(timeline)).toEqual([50, 51, 52]);
});

test('an empty room has nothing before its first entry', () => {
  const timeline = new Timeline();
  timeline.merge({ entries: [], more_before: false, more_after: false });
  expect(timeline.moreBefore).toBe(false);
  expect(timeline.last).toBe(0);
});
