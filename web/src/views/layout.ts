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

/** Where everything of a meeting lies. */
export interface Layout {
  screens: Rect[];
  people: Rect[];
  /** The place of the sign that says how many more people there are; null where everybody is shown. */
  more: Rect | null;
}

/** The most tiles of people at once. */
export const mostTiles = 25;

/** The widest shape of a tile: a camera's own. */
const widest = 16 / 9;

/** The narrowest: upright on an upright phone, hardly on a wide screen, and lying beside a shared one. */
const narrowest = { tall: 4 / 5, wide: 9 / 10, below: 1, beside: 4 / 3 };

/** Smaller tiles show nobody; the rest of the people are counted instead. */
const smallest: Size = { width: 88, height: 66 };

/**
 * Lays out a meeting in `area`: shared screens large with people beside or below them, or people alone in as large
 * tiles as they fit. A pure function of sizes and counts.
 */
export function layOut(area: Size, counts: Counts, gap: number): Layout {
  const whole = { x: 0, y: 0, ...area };
  if (counts.screens === 0) {
    const shape = area.height > area.width ? narrowest.tall : narrowest.wide;
    return { screens: [], ...placePeople(whole, counts.people, gap, shape) };
  }
  if (counts.people === 0) {
    return { screens: grid(whole, counts.screens, gap, null), people: [], more: null };
  }
  const [stage, strip] = split(whole, counts, gap);
  return {
    screens: grid(stage, counts.screens, gap, null),
    ...placePeople(strip, counts.people, gap, strip.y > 0 ? narrowest.below : narrowest.beside),
  };
}

interface Counts {
  people: number;
  screens: number;
}

/** The stage, and the strip for people: beside it or below it, whichever leaves what is shared larger. */
function split(area: Rect, counts: Counts, gap: number): [Rect, Rect] {
  const splits = [beside(area, counts.people, gap), below(area, counts.people, gap)] as const;
  const [one, other] = splits.map(([stage]) => shared(stage, counts.screens, gap));
  const [stage, strip] = splits[(one ?? 0) >= (other ?? 0) ? 0 : 1];
  if (counts.screens > 1) return [stage, strip];
  // What a single screen does not fill is of more use to the people.
  const height = Math.min(stage.height, Math.ceil(stage.width / widest));
  const width = Math.min(stage.width, Math.ceil(stage.height * widest));
  if (strip.y > area.y) return [{ ...stage, height }, extended(area, { y: area.y + height + gap })];
  return [{ ...stage, width }, extended(area, { x: area.x + width + gap })];
}

/** The area from a corner on. */
function extended(area: Rect, { x = area.x, y = area.y }: { x?: number; y?: number }): Rect {
  return { x, y, width: area.x + area.width - x, height: area.y + area.height - y };
}

function beside(area: Rect, people: number, gap: number): [Rect, Rect] {
  // A second column where one would make the tiles too small to know anybody.
  const columns = people * smallest.height * 1.5 > area.height ? 2 : 1;
  const width = Math.round(Math.min(area.width * 0.3, (columns === 1 ? 224 : 312) + gap));
  const stage = { ...area, width: area.width - width - gap };
  return [stage, { ...area, x: area.x + stage.width + gap, width }];
}

function below(area: Rect, people: number, gap: number): [Rect, Rect] {
  const rows = people * smallest.width * 1.25 > area.width ? 2 : 1;
  const height = Math.round(Math.min(area.height * 0.4, rows === 1 ? 136 : 208));
  const stage = { ...area, height: area.height - height - gap };
  return [stage, { ...area, y: area.y + stage.height + gap, height }];
}

/** How much of the stage shared screens of the usual shape fill. */
function shared(stage: Rect, screens: number, gap: number): number {
  const [cell] = grid(stage, screens, gap, null);
  if (cell === undefined) return 0;
  const width = Math.min(cell.width, cell.height * widest);
  return (width * width) / widest;
}

function placePeople(
  area: Rect,
  count: number,
  gap: number,
  narrow: number,
): Pick<Layout, 'people' | 'more'> {
  const places = Math.min(count, capacity(area, gap));
  const rects = grid(area, places, gap, narrow);
  if (places === count) return { people: rects, more: null };
  return { people: rects.slice(0, -1), more: rects.at(-1) ?? null };
}

/** How many tiles fit without becoming too small. */
function capacity(area: Size, gap: number): number {
  const columns = Math.floor((area.width + gap) / (smallest.width + gap));
  const rows = Math.floor((area.height + gap) / (smallest.height + gap));
  return Math.min(mostTiles, Math.max(1, columns * rows));
}

/**
 * Equal cells in rows, the last row in the middle, the whole in the middle of the area. Cells are no narrower than
 * `narrow`, width by height, and no wider than a camera's picture; with null they take any shape.
 */
function grid(area: Rect, count: number, gap: number, narrow: number | null): Rect[] {
  if (count === 0) return [];
  let best = { columns: 1, rows: count, cell: { width: 0, height: 0 }, worth: -1 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const room = {
      width: (area.width - gap * (columns - 1)) / columns,
      height: (area.height - gap * (rows - 1)) / rows,
    };
    if (room.width <= 0 || room.height <= 0) continue;
    const cell = narrow === null ? room : shape(room, narrow);
    const worth = worthOf(cell);
    if (worth > best.worth) best = { columns, rows, cell, worth };
  }
  return cells(area, count, gap, best);
}

function cells(
  area: Rect,
  count: number,
  gap: number,
  { columns, rows, cell }: { columns: number; rows: number; cell: Size },
): Rect[] {
  const top = area.y + (area.height - (rows * (cell.height + gap) - gap)) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = area.x + (area.width - (inRow * (cell.width + gap) - gap)) / 2;
    return {
      x: Math.round(left + (index % columns) * (cell.width + gap)),
      y: Math.round(top + row * (cell.height + gap)),
      width: Math.floor(cell.width),
      height: Math.floor(cell.height),
    };
  });
}

/** The largest tile of a bearable shape within a cell. */
function shape({ width, height }: Size, narrow: number): Size {
  if (width > height * widest) return { width: height * widest, height };
  if (width < height * narrow) return { width, height: width / narrow };
  return { width, height };
}

/**
 * What a tile is worth: its area, less for what it cuts off a camera's picture. Only a little less, because what is
 * cut off at the sides is mostly wall.
 */
function worthOf({ width, height }: Size): number {
  const seen = Math.min(1, width / height / widest);
  return width * height * seen ** 0.25;
}

/**
 * Who gets a tile where not everybody does: those who share a screen or speak (the latest first) take places from
 * those who do not; everybody else keeps the order of entering, so that tiles do not wander.
 */
export function chooseShown<Id>(
  order: readonly Id[],
  important: readonly Id[],
  places: number,
): Id[] {
  if (order.length <= places) return [...order];
  const shown = new Set(order.slice(0, places));
  for (const id of important.slice(0, places)) {
    if (shown.has(id) || !order.includes(id)) continue;
    const leaving = [...shown].reverse().find((it) => !important.includes(it) && it !== order[0]);
    if (leaving === undefined) break;
    shown.delete(leaving);
    shown.add(id);
  }
  return order.filter((id) => shown.has(id));
}
