// The layout of tiles: everybody has a place, no two overlap, shapes are bearable, the space is well used.
import { describe, expect, test } from 'vitest';

import type { Layout, Rect, Scene, Size } from './layout';
import { cornerOf, corners, layOut, mostTiles, narrowest, nearestCorner, widest } from './layout';

const gap = 8;
const areas: Record<string, Size> = {
  'a large screen': { width: 1420, height: 760 },
  'a window with the chat beside it': { width: 1060, height: 760 },
  'a small screen': { width: 680, height: 600 },
  'a phone': { width: 374, height: 640 },
  'a phone on its side': { width: 720, height: 330 },
};
const scenes: Record<string, Omit<Scene, 'tiles'>> = {
  'all alike': { large: null, beside: 'strip' },
  'a screen and a strip': { large: 'screen', beside: 'strip' },
  'a person and a strip': { large: 'person', beside: 'strip' },
  'a screen and half': { large: 'screen', beside: 'half' },
  'a person and half': { large: 'person', beside: 'half' },
};

const size = ({ width, height }: Size) => width * height;
const overlap = (a: Rect, b: Rect) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const allOf = ({ large, tiles, pager }: Layout) =>
  [large, ...tiles, pager].filter((rect) => rect !== null);

/** The same numbers from 0 to 1 in every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Areas from a watch to a wall, and every number of people. */
function* situations(): Generator<{ area: Size; scene: Scene; layout: Layout; page: number }> {
  const random = numbers(7);
  const from = (least: number, most: number) => least + random.next().value * (most - least);
  for (let round = 0; round < 12; round += 1) {
    for (let tiles = 1; tiles <= 60; tiles += 1) {
      for (const kind of Object.values(scenes)) {
        const area = { width: from(120, 2600), height: from(120, 1500) };
        const scene = { ...kind, tiles };
        const { pages } = layOut(area, scene, 0, gap);
        const page = Math.floor(from(0, pages));
        yield { area, scene, page, layout: layOut(area, scene, page, gap) };
      }
    }
  }
}

test('on any screen everything lies within it, and nothing on anything else', () => {
  for (const { area, scene, layout } of situations()) {
    const all = allOf(layout);
    const said = JSON.stringify({ area, scene, layout });
    for (const rect of all) {
      if (rect.x < 0 || rect.y < 0) expect.fail(said);
      if (rect.x + rect.width > area.width || rect.y + rect.height > area.height) expect.fail(said);
      if (size(rect) <= 0) expect.fail(said);
    }
    all.forEach((one, index) => {
      if (all.slice(index + 1).some((other) => overlap(one, other))) expect.fail(said);
    });
  }
});

test('tiles have a bearable shape, whatever the screen is', () => {
  for (const { area, scene, layout } of situations()) {
    for (const { width, height } of layout.tiles) {
      // Whole pixels: up to one less in each direction.
      const said = JSON.stringify({ area, scene, layout });
      if (width - 1 > (height + 1) * widest) expect.fail(said);
      if (width + 1 < (height - 1) * narrowest.tall) expect.fail(said);
    }
    const { large } = layout;
    if (scene.large !== 'person' || large === null) continue;
    expect(large.width - 1).toBeLessThanOrEqual((large.height + 1) * widest);
    expect(large.width + 1).toBeGreaterThanOrEqual((large.height - 1) * narrowest.large);
  }
});

test('every tile is on exactly one page, and pages are evenly filled', () => {
  for (const { area, scene, layout } of situations()) {
    const all = Array.from({ length: layout.pages }, (_, page) => layOut(area, scene, page, gap));
    const places = all.flatMap(({ first, tiles }) => tiles.map((_, index) => first + index));
    expect(places).toEqual(Array.from({ length: scene.tiles }, (_, index) => index));
    const [first, last] = [all[0]?.tiles.length ?? 0, all.at(-1)?.tiles.length ?? 0];
    expect(first).toBeLessThanOrEqual(mostTiles);
    expect(last, JSON.stringify({ area, scene })).toBeGreaterThan(0);
    expect(layout.pager === null).toBe(layout.pages === 1);
  }
});

test('tiles keep their size from page to page', () => {
  const area = { width: 1060, height: 760 };
  const scene: Scene = { large: null, tiles: 60, beside: 'strip' };
  const sizes = [0, 1, 2].map((page) => {
    const [tile] = layOut(area, scene, page, gap).tiles;
    return [tile?.width, tile?.height];
  });
  expect(sizes[1]).toEqual(sizes[0]);
  expect(sizes[2]).toEqual(sizes[0]);
});

test('a page that is no more shows the last that is', () => {
  const scene: Scene = { large: null, tiles: 30, beside: 'strip' };
  expect(layOut({ width: 1060, height: 760 }, scene, 9, gap).page).toBe(1);
  expect(layOut({ width: 1060, height: 760 }, scene, -1, gap).page).toBe(0);
});

describe.each(Object.entries(areas))('on %s', (_, area) => {
  test('what is shared is as large as the place allows, but for a strip of people', () => {
    const { large } = layOut(area, { large: 'screen', tiles: 4, beside: 'strip' }, 0, gap);
    if (large === null) throw new Error('no stage');
    const most = Math.min(area.width, area.height * widest);
    expect(Math.min(large.width, large.height * widest)).toBeGreaterThan(most * 0.6);
  });

  test('side by side, the people have at least a third of it', () => {
    const { tiles } = layOut(area, { large: 'screen', tiles: 4, beside: 'half' }, 0, gap);
    const right = Math.max(...tiles.map(({ x, width }) => x + width));
    const left = Math.min(...tiles.map(({ x }) => x));
    const bottom = Math.max(...tiles.map(({ y, height }) => y + height));
    const top = Math.min(...tiles.map(({ y }) => y));
    expect(Math.max((right - left) / area.width, (bottom - top) / area.height)).toBeGreaterThan(
      0.33,
    );
  });

  test('no tile is too small to know somebody', () => {
    for (const tiles of [1, 3, 9, 16, 25, 60]) {
      const { tiles: shown } = layOut(area, { large: null, tiles, beside: 'strip' }, 0, gap);
      for (const tile of shown) {
        expect(tile.width).toBeGreaterThanOrEqual(140);
        expect(tile.height).toBeGreaterThanOrEqual(90);
      }
    }
  });
});

test('the space of a large screen is well used from 1 to 25 people', () => {
  const area = { width: 1060, height: 760 };
  for (let tiles = 1; tiles <= 25; tiles += 1) {
    const layout = layOut(area, { large: null, tiles, beside: 'strip' }, 0, gap);
    expect(layout.tiles).toHaveLength(tiles);
    const used = layout.tiles.reduce((sum, tile) => sum + size(tile), 0) / size(area);
    expect(used, `${String(tiles)} people`).toBeGreaterThan(0.6);
  }
});

test('two people are side by side on a wide screen and one above the other on a tall one', () => {
  const scene: Scene = { large: null, tiles: 2, beside: 'strip' };
  const [left, right] = layOut({ width: 1400, height: 700 }, scene, 0, gap).tiles;
  expect(left?.y).toBe(right?.y);
  const [upper, lower] = layOut({ width: 600, height: 1000 }, scene, 0, gap).tiles;
  expect(upper?.x).toBe(lower?.x);
});

test('people stand beside a screen on a wide area and below it on a tall one', () => {
  const scene: Scene = { large: 'screen', tiles: 3, beside: 'strip' };
  const wide = layOut({ width: 1400, height: 700 }, scene, 0, gap);
  expect(wide.tiles[0]?.x).toBeGreaterThan(wide.large?.width ?? Infinity);
  const tall = layOut({ width: 374, height: 690 }, scene, 0, gap);
  expect(tall.tiles[0]?.y).toBeGreaterThan(tall.large?.height ?? Infinity);
});

test.each([0.75, 4 / 3, 1.6, 16 / 9, 21 / 9])(
  'what is shared in the shape %f is as large as a strip of people allows, without bars',
  (shape) => {
    const area = { width: 1060, height: 760 };
    const { large, tiles } = layOut(
      area,
      { large: 'screen', tiles: 4, beside: 'strip', shape },
      0,
      gap,
    );
    if (large === null) throw new Error('no stage');
    expect(Math.abs(large.width / large.height / shape - 1)).toBeLessThan(0.01);
    const most = Math.min(area.width, area.height * shape);
    expect(large.width).toBeGreaterThan(most * 0.75);
    expect(tiles).toHaveLength(4);
    for (const tile of tiles) expect(tile.height).toBeGreaterThan(72);
  },
);

test('an area that is not measured yet has a place for nobody, and does not fail', () => {
  const scene: Scene = { large: 'screen', tiles: 3, beside: 'strip' };
  expect(layOut({ width: 0, height: 0 }, scene, 0, gap)).toMatchObject({ tiles: [], large: null });
});

test.each(corners)('a picture in the corner %s lies within the one that it covers', (corner) => {
  for (const area of [...Object.values(areas), { width: 240, height: 200 }]) {
    const rect = cornerOf(area, corner, gap);
    expect(rect.x).toBeGreaterThanOrEqual(gap);
    expect(rect.y).toBeGreaterThanOrEqual(gap);
    expect(rect.x + rect.width).toBeLessThanOrEqual(area.width - gap);
    expect(rect.y + rect.height).toBeLessThanOrEqual(area.height - gap);
    const middle = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
    expect(nearestCorner(area, middle)).toBe(corner);
  }
});
