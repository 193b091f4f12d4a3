// Where rows are, what is drawn of them, and what holds them in their place.
import { expect, test } from 'vitest';

import { anchorAt, drawn, Layout, scrollOf } from './layout';

const rowsOf = (...keys: string[]) => keys.map((key) => ({ key }));
const rows = rowsOf('a', 'b', 'c', 'd');
const layout = new Layout(rows, (index) => (index + 1) * 10);

test('rows begin where those before them end', () => {
  expect([0, 1, 2, 3].map((index) => layout.offset(index))).toEqual([0, 10, 30, 60]);
  expect(layout.total).toBe(100);
  expect([-5, 0, 9, 10, 59, 60, 500].map((y) => layout.at(y))).toEqual([0, 0, 0, 1, 2, 3, 3]);
});

test('a list is held by the first row that is seen whole', () => {
  expect(anchorAt(layout, rows, { y: 0, height: 50 })).toEqual({ key: 'a', delta: 0 });
  expect(anchorAt(layout, rows, { y: 12, height: 50 })).toEqual({ key: 'c', delta: 18 });
  expect(anchorAt(layout, rows, { y: 62, height: 30 })).toEqual({ key: 'd', delta: -2 });
});

test('what moves with others holds nothing', () => {
  const fixed = ({ key }: { key: string }) => key !== 'a';
  expect(anchorAt(layout, rows, { y: 0, height: 50 }, fixed)).toEqual({ key: 'b', delta: 10 });
});

test('what comes in above, or changes its height there, leaves the anchor where it is', () => {
  const anchor = anchorAt(layout, rows, { y: 12, height: 50 });
  const more = rowsOf('x', 'y', 'a', 'b', 'c', 'd');
  const after = new Layout(more, () => 40);
  const y = scrollOf(after, anchor) ?? 0;
  expect(after.offset(4) - y).toBe(layout.offset(2) - 12);
});

test('an anchor that is gone tells so', () => {
  expect(scrollOf(layout, { key: 'z', delta: 0 })).toBeNull();
});

test('what is seen is drawn, a little beyond it, and what has to be there in any case', () => {
  expect(drawn(layout, { y: 12, height: 10, beyond: 0 }, [null, 'd', 'z'], 4)).toEqual([1, 3]);
  expect(drawn(layout, { y: 12, height: 10, beyond: 10 }, [], 4)).toEqual([0, 1, 2]);
  expect(drawn(new Layout([], () => 0), { y: 0, height: 10, beyond: 10 }, [], 0)).toEqual([]);
});

test('a hundred thousand rows are laid out in a moment', () => {
  const many = Array.from({ length: 100_000 }, (_, index) => ({ key: String(index) }));
  const before_ms = performance.now();
  const long = new Layout(many, () => 40);
  expect(long.at(2_000_000)).toBe(50_000);
  expect(performance.now() - before_ms).toBeLessThan(1_000);
});
