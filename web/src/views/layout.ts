/** A place on the screen, in CSS pixels from the corner of the whole. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Size {
  width: number;
  height: number;
}

/** What is to be laid out. */
export interface Scene {
  /** What is large: a shared screen, a person, or nothing, and all are alike. */
  large: 'screen' | 'person' | null;
  /** How many tiles there are beside it, on all pages. */
  tiles: number;
  /** The tiles get a strip, or about as much as what is large. */
  beside: 'strip' | 'half';
  /** The shape of what is large, width by height, where it is known and none that a camera has. */
  shape?: number | undefined;
}

/** Where everything of a page lies. */
export interface Layout {
  large: Rect | null;
  /** The tiles of this page. */
  tiles: Rect[];
  /** The number of the first of them among all, from 0, and how many a full page has. */
  first: number;
  perPage: number;
  /** The page that this is, from 0, and how many there are. */
  page: number;
  pages: number;
  /** The place of the arrows; null where everybody is on one page. */
  pager: Rect | null;
}

/** The corners in which one's own picture can lie over another's. */
export const corners = ['top-start', 'top-end', 'bottom-start', 'bottom-end'] as const;
export type Corner = (typeof corners)[number];

/** The most people at once: as many pictures as a browser receives here (`person_slots`). */
export const mostTiles = 25;

/** The widest shape of a tile: a camera's own. */
export const widest = 16 / 9;

/** The widest shape that something shared is given: two screens beside each other. */
const widestShared = 32 / 9;

/** The narrowest shapes, width by height. */
export const narrowest = {
  /** Of somebody large: an upright phone's own camera. */
  large: 9 / 16,
  /** Of something shared, however narrow it is. */
  shared: 9 / 16,
  tall: 4 / 5,
  wide: 9 / 10,
  /** In a strip below what is large, and beside it. */
  below: 1,
  beside: 4 / 3,
};

/** Smaller tiles show nobody that one would know; there are more pages instead. */
const smallest = { grid: { width: 160, height: 100 }, strip: { width: 112, height: 72 } };

/** The space of the arrows: a finger's width and a half of a step. */
const pagerSize = 36;

interface Tiling {
  narrow: number;
  smallest: Size;
  most: number;
}

/**
 * Lays out a page of a meeting in `area`: all alike in as large tiles as they fit, or something large with tiles
 * beside or below it. A pure function of sizes and counts.
 */
export function layOut(area: Size, scene: Scene, page: number, gap: number): Layout {
  // Whole pixels throughout, so that edges are sharp and tiles of one size.
  const whole = { x: 0, y: 0, width: Math.floor(area.width), height: Math.floor(area.height) };
  if (area.width < 1 || area.height < 1) return empty;
  if (scene.large === null) {
    const narrow = area.height > area.width ? narrowest.tall : narrowest.wide;
    const tiling = { narrow, smallest: smallest.grid, most: mostTiles };
    return { large: null, ...paged(whole, scene.tiles, page, gap, tiling) };
  }
  if (scene.tiles === 0) return { ...empty, large: fitted(whole, scene) };
  const [stage, rest] = split(whole, scene, gap);
  const below = rest.y > 0;
  const tiling = {
    narrow: below ? narrowest.below : narrowest.beside,
    smallest: scene.beside === 'half' ? smallest.grid : smallest.strip,
    most: mostTiles - 1,
  };
  return {
    large: fitted(stage, scene),
    ...paged(rest, scene.tiles, page, gap, tiling),
  };
}

/** Where one's own picture lies in a corner of somebody's who is large. */
export function cornerOf(area: Size, corner: Corner, margin: number): Rect {
  const upright = area.height > area.width;
  const width = Math.round(Math.min(160, Math.max(72, area.width * (upright ? 0.28 : 0.2))));
  const height = Math.round(width / (upright ? 3 / 4 : 4 / 3));
  return {
    x: corner.endsWith('start') ? margin : area.width - width - margin,
    y: corner.startsWith('top') ? margin : area.height - height - margin,
    width,
    height,
  };
}

/** The corner nearest to a point. */
export function nearestCorner(area: Size, point: { x: number; y: number }): Corner {
  const line = point.y < area.height / 2 ? 'top' : 'bottom';
  return `${line}-${point.x < area.width / 2 ? 'start' : 'end'}`;
}

const onePage = { tiles: [], first: 0, perPage: mostTiles, page: 0, pages: 1, pager: null };
const empty: Layout = { large: null, ...onePage };

/** A shared screen has its own shape, and all of the room until that is known; a person only a bearable one. */
function fitted(room: Rect, { large, shape: known }: Scene): Rect {
  if (large === 'screen' && known === undefined) return room;
  const own = known ?? widest;
  const { width, height } =
    large === 'screen'
      ? {
          width: Math.round(Math.min(room.width, room.height * own)),
          height: Math.round(Math.min(room.height, room.width / own)),
        }
      : shape(room, narrowest.large);
  return {
    x: room.x + Math.floor((room.width - width) / 2),
    y: room.y + Math.floor((room.height - height) / 2),
    width,
    height,
  };
}

function split(area: Rect, scene: Scene, gap: number): [Rect, Rect] {
  if (scene.beside === 'half') {
    if (area.width > area.height) return cutRight(area, area.width * 0.38, gap);
    return cutBelow(area, Math.max(area.height * 0.45, area.height - area.width / widest), gap);
  }
  const shape = Math.min(widestShared, Math.max(narrowest.shared, scene.shape ?? widest));
  // Whichever leaves what is large larger.
  const splits = [strip(area, scene.tiles, gap), row(area, scene.tiles, gap)] as const;
  const [one, other] = splits.map(([stage]) => seen(stage, shape));
  const [stage] = splits[(one ?? 0) >= (other ?? 0) ? 0 : 1];
  // What a picture of that shape does not fill is of more use to the people.
  if (stage.width === area.width) {
    const height = Math.min(stage.height, Math.ceil(stage.width / shape));
    return cutBelow(area, area.height - height - gap, gap);
  }
  const width = Math.min(stage.width, Math.ceil(stage.height * shape));
  return cutRight(area, area.width - width - gap, gap);
}

function cutRight(area: Rect, width: number, gap: number): [Rect, Rect] {
  const stage = { ...area, width: Math.max(1, Math.round(area.width - width - gap)) };
  const x = area.x + stage.width + gap;
  return [stage, { ...area, x, width: Math.max(0, area.x + area.width - x) }];
}

function cutBelow(area: Rect, height: number, gap: number): [Rect, Rect] {
  const stage = { ...area, height: Math.max(1, Math.round(area.height - height - gap)) };
  const y = area.y + stage.height + gap;
  return [stage, { ...area, y, height: Math.max(0, area.y + area.height - y) }];
}

/** A column of tiles beside the stage. */
function strip(area: Rect, tiles: number, gap: number): [Rect, Rect] {
  // A second column where one would make the tiles too small to know anybody.
  const columns = tiles * smallest.strip.height * 1.5 > area.height ? 2 : 1;
  const wanted = columns === 1 ? Math.max(224, area.width * 0.16) : Math.max(312, area.width * 0.2);
  return cutRight(area, Math.min(area.width * 0.3, wanted), gap);
}

/** A row of tiles below the stage. */
function row(area: Rect, tiles: number, gap: number): [Rect, Rect] {
  const rows = tiles * smallest.strip.width * 1.25 > area.width ? 2 : 1;
  const wanted = rows === 1 ? Math.max(136, area.height * 0.16) : Math.max(208, area.height * 0.22);
  return cutBelow(area, Math.min(area.height * 0.4, wanted), gap);
}

/** How much a picture of a shape fills of a place. */
function seen({ width, height }: Size, shape: number): number {
  const least = Math.min(width, height * shape);
  return (least * least) / shape;
}

function paged(
  area: Rect,
  count: number,
  wanted: number,
  gap: number,
  tiling: Tiling,
): Omit<Layout, 'large'> {
  if (count <= capacity(area, gap, tiling)) {
    return { ...onePage, tiles: grid(area, count, count, gap, tiling.narrow) };
  }
  const [rest, pager] = withPager(area, gap);
  const pages = Math.ceil(count / capacity(rest, gap, tiling));
  // Evenly: a last page with one person on it would make that one important.
  const perPage = Math.ceil(count / pages);
  const needed = Math.ceil(count / perPage);
  const page = Math.min(needed - 1, Math.max(0, wanted));
  const first = page * perPage;
  const shown = Math.min(perPage, count - first);
  const tiles = grid(rest, shown, perPage, gap, tiling.narrow);
  return { tiles, first, perPage, page, pages: needed, pager };
}

/** The place of the arrows: below the tiles, and at the end of a low row. */
function withPager(area: Rect, gap: number): [Rect, Rect] {
  if (area.width > area.height * 3) {
    const size = Math.min(pagerSize, Math.floor(area.width / 3));
    const width = Math.max(1, area.width - size - gap);
    return [
      { ...area, width },
      { ...area, x: area.x + area.width - size, width: size },
    ];
  }
  const size = Math.min(pagerSize, Math.floor(area.height / 3));
  const height = Math.max(1, area.height - size - gap / 2);
  return [
    { ...area, height },
    { ...area, y: area.y + area.height - size, height: size },
  ];
}

/** How many tiles fit without becoming too small: at least one. */
function capacity(area: Size, gap: number, { smallest, most }: Tiling): number {
  const columns = Math.max(1, Math.floor((area.width + gap) / (smallest.width + gap)));
  const rows = Math.max(1, Math.floor((area.height + gap) / (smallest.height + gap)));
  return Math.min(most, columns * rows);
}

/**
 * `count` equal cells in rows, the last row in the middle, the whole in the middle of the area, each as large as if
 * there were `places`. Cells are no narrower than `narrow`, width by height, and no wider than a camera's picture.
 */
function grid(area: Rect, count: number, places: number, gap: number, narrow: number): Rect[] {
  let best = { columns: 1, cell: { width: 0, height: 0 }, worth: -1 };
  for (let columns = 1; columns <= places; columns += 1) {
    const rows = Math.ceil(places / columns);
    const room = {
      width: (area.width - gap * (columns - 1)) / columns,
      height: (area.height - gap * (rows - 1)) / rows,
    };
    if (room.width <= 0 || room.height <= 0) continue;
    const cell = shape(room, narrow);
    const worth = worthOf(cell);
    if (worth > best.worth) best = { columns, cell, worth };
  }
  return cells(area, count, gap, best);
}

function cells(
  area: Rect,
  count: number,
  gap: number,
  { columns, cell }: { columns: number; cell: Size },
): Rect[] {
  const rows = Math.ceil(count / columns);
  const top = area.y + Math.floor((area.height - (rows * (cell.height + gap) - gap)) / 2);
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = area.x + Math.floor((area.width - (inRow * (cell.width + gap) - gap)) / 2);
    return {
      x: left + (index % columns) * (cell.width + gap),
      y: top + row * (cell.height + gap),
      ...cell,
    };
  });
}

/** The largest tile of a bearable shape within a place, in whole pixels. */
function shape({ width, height }: Size, narrow: number): Size {
  return {
    width: Math.floor(Math.min(width, height * widest)),
    height: Math.floor(Math.min(height, width / narrow)),
  };
}

/**
 * What a tile is worth: its area, less for what it cuts off a camera's picture. Only a little less, because what is
 * cut off at the sides is mostly wall.
 */
function worthOf({ width, height }: Size): number {
  const seenShare = Math.min(1, width / height / widest);
  return width * height * seenShare ** 0.25;
}
