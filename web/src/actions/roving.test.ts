// How keys move through a menu.
import { expect, test } from 'vitest';

import { nextItem } from './roving';

const labels = ['Grid', 'Speaker', 'Side by side', '전체 화면'];

test('arrows go around, Home and End to the ends', () => {
  expect(nextItem('ArrowDown', 0, labels, 'list')).toBe(1);
  expect(nextItem('ArrowDown', 3, labels, 'list')).toBe(0);
  expect(nextItem('ArrowUp', 0, labels, 'list')).toBe(3);
  expect(nextItem('ArrowUp', -1, labels, 'list')).toBe(3);
  expect(nextItem('Home', 2, labels, 'list')).toBe(0);
  expect(nextItem('End', 0, labels, 'list')).toBe(3);
});

test('a row is walked sideways, a list is not', () => {
  expect(nextItem('ArrowRight', 0, labels, 'row')).toBe(1);
  expect(nextItem('ArrowLeft', 0, labels, 'row')).toBe(3);
  expect(nextItem('ArrowRight', 0, labels, 'list')).toBeNull();
});

test('a letter goes to the next item that begins with it', () => {
  expect(nextItem('s', 0, labels, 'list')).toBe(1);
  expect(nextItem('s', 1, labels, 'list')).toBe(2);
  expect(nextItem('전', 0, labels, 'list')).toBe(3);
  expect(nextItem('x', 0, labels, 'list')).toBeNull();
  expect(nextItem('Tab', 0, labels, 'list')).toBeNull();
});

test('a menu without items goes nowhere', () => {
  expect(nextItem('ArrowDown', -1, [], 'list')).toBeNull();
});
