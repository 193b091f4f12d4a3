// The layout of tiles: everybody has a place, no two overlap, the space is well used.
import { describe, expect, test } from 'vitest';

import type { Rect, Size } from './layout';
import { chooseShown, layOut, mostTiles } from './layout';

const gap = 8;
const areas: Record<string, Size> = {
  'a large screen': { width: 1060, height: 760 },
  'a small screen': { width: 680, height: 600 },
  'a phone': { width: 374, height: 690 },
  'a phone on its side': { width: 790, height: 230 },
};

const size = ({ width, height }: Size) => width * height;
const overlap = (a: Rect, b: Rect) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe.each(Object.entries(areas))('on %s', (_, area) => {
  const counts = Array.from({ length: 25 }, (_, index) => index + 1);

  test.each(counts)('%i people lie within the area and apart from each other', (people) => {
    for (const screens of [0, 1, 2]) {
      const { people: tiles, screens: stages, more } = layOut(area, { people, screens }, gap);
      const all = [...tiles, ...stages, ...(more === null ? [] : [more])];
      expect(stages).toHaveLength(screens);
      for (const rect of all) {
        expect(rect.x).toBeGreaterThanOrEqual(0);
        expect(rect.y).toBeGreaterThanOrEqual(0);
        expect(rect.x + rect.width).toBeLessThanOrEqual(area.width + 1);
        expect(rect.y + rect.height).toBeLessThanOrEqual(area.height + 1);
        expect(size(rect)).toBeGreaterThan(0);
      }
      all.forEach((one, index) => {
        for (const other of all.slice(index + 1)) expect(overlap(one, other)).toBe(false);
      });
    }
  });

  test('tiles of people have a bearable shape', () => {
    for (const people of counts) {
      for (const { width, height } of layOut(area, { people, screens: 0 }, gap).people) {
        expect(width / height).toBeGreaterThan(0.78);
        expect(width / height).toBeLessThan(1.8);
      }
    }
  });

  test('a shared screen is as large as the place allows, but for a strip of people', () => {
    const [stage] = layOut(area, { people: 4, screens: 1 }, gap).screens;
    if (stage === undefined) throw new Error('no stage');
    const most = Math.min(area.width, (area.height * 16) / 9);
    expect(Math.min(stage.width, (stage.height * 16) / 9)).toBeGreaterThan(most * 0.69);
  });
});

test('the space of a large screen is well used from 1 to 25 people', () => {
  const area = { width: 1060, height: 760 };
  for (let people = 1; people <= 25; people += 1) {
    const { people: tiles } = layOut(area, { people, screens: 0 }, gap);
    expect(tiles).toHaveLength(people);
    const used = tiles.reduce((sum, tile) => sum + size(tile), 0) / size(area);
    expect(used, `${String(people)} people`).toBeGreaterThan(0.6);
  }
});

test('two people are side by side on a wide screen and one above the other on a phone', () => {
  const [left, right] = layOut({ width: 1400, height: 700 }, { people: 2, screens: 0 }, gap).people;
  expect(left?.y).toBe(right?.y);
  const [upper, lower] = layOut({ width: 374, height: 690 }, { people: 2, screens: 0 }, gap).people;
  expect(upper?.x).toBe(lower?.x);
});

test('people stand beside a screen on a wide area and below it on a tall one', () => {
  const wide = layOut({ width: 1400, height: 700 }, { people: 3, screens: 1 }, gap);
  expect(wide.people[0]?.x).toBeGreaterThan(wide.screens[0]?.width ?? Infinity);
  const tall = layOut({ width: 374, height: 690 }, { people: 3, screens: 1 }, gap);
  expect(tall.people[0]?.y).toBeGreaterThan(tall.screens[0]?.height ?? Infinity);
});

test('more people than tiles leave a place for their number', () => {
  const { people, more } = layOut({ width: 1060, height: 760 }, { people: 80, screens: 0 }, gap);
  expect(people).toHaveLength(mostTiles - 1);
  expect(more).not.toBeNull();
});

test('an area that is not measured yet has a place for nobody, and does not fail', () => {
  const { people } = layOut({ width: 0, height: 0 }, { people: 3, screens: 1 }, gap);
  expect(people.length).toBeLessThanOrEqual(3);
});

test('where not everybody fits, who speaks takes the place of who does not', () => {
  const order = ['me', 'a', 'b', 'c', 'd'];
  expect(chooseShown(order, [], 3)).toEqual(['me', 'a', 'b']);
  expect(chooseShown(order, ['d'], 3)).toEqual(['me', 'a', 'd']);
  expect(chooseShown(order, ['d', 'c'], 3)).toEqual(['me', 'c', 'd']);
  expect(chooseShown(order, ['d', 'a'], 9)).toEqual(order);
});
