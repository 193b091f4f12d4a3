// Where a menu or a tooltip goes: beside its opener, and never beyond the window.
import { expect, test } from 'vitest';

import { placeBeside } from './placement';

const window = { width: 400, height: 300 };
const size = { width: 100, height: 80 };

test('it is above its opener, in the middle', () => {
  const opener = { x: 180, y: 250, width: 40, height: 40 };
  expect(placeBeside(opener, size, window, 4)).toEqual({ x: 150, y: 166 });
});

test('it is below where there is no room above', () => {
  const opener = { x: 180, y: 10, width: 40, height: 40 };
  expect(placeBeside(opener, size, window, 4)).toEqual({ x: 150, y: 54 });
});

test('at an edge it stays within the window', () => {
  expect(placeBeside({ x: 0, y: 250, width: 40, height: 40 }, size, window, 4).x).toBe(8);
  expect(placeBeside({ x: 360, y: 250, width: 40, height: 40 }, size, window, 4).x).toBe(292);
});

test('what is taller than the window begins at its top', () => {
  const opener = { x: 180, y: 140, width: 40, height: 40 };
  expect(placeBeside(opener, { width: 100, height: 500 }, window, 4).y).toBe(8);
});
