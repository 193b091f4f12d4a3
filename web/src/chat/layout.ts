/** Where the rows of a list are, below each other, of which only those around the visible part are drawn. */
export class Layout {
  /** Where each row begins, in pixels, and behind the last where the list ends. */
  readonly #offsets: Float64Array;
  readonly #places: ReadonlyMap<string, number>;

  constructor(rows: readonly { key: string }[], heightOf: (index: number) => number) {
    this.#offsets = new Float64Array(rows.length + 1);
    const places = new Map<string, number>();
    for (const [index, { key }] of rows.entries()) {
      places.set(key, index);
      this.#offsets[index + 1] = (this.#offsets[index] ?? 0) + heightOf(index);
    }
    this.#places = places;
  }

  /** The height of all of it. */
  get total(): number {
    return this.#offsets.at(-1) ?? 0;
  }

  /** Where a row begins. */
  offset(index: number): number {
    return this.#offsets[index] ?? this.total;
  }

  /** Which row has this key. */
  place(key: string): number | null {
    return this.#places.get(key) ?? null;
  }

  /** Which row is at this height; the first or the last beyond them. */
  at(y: number): number {
    let low = 0;
    let high = this.#offsets.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#offsets[middle] ?? 0) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** What holds a list in its place: this row's begin is so many pixels below the upper edge. */
export interface Anchor {
  key: string;
  delta: number;
}

/**
 * The anchor of a list that is scrolled to `y`: the first row that is seen whole, so that what is cut off above may
 * change its height; the one that fills the view, where none is. Only what is `fixed` holds: a date, say, is wherever
 * its first message is.
 */
export function anchorAt<Row extends { key: string }>(
  layout: Layout,
  rows: readonly Row[],
  { y, height }: { y: number; height: number },
  fixed: (row: Row) => boolean = () => true,
): Anchor {
  const first = layout.at(y);
  const begins = rows.findIndex(
    (row, index) => index >= first && layout.offset(index) >= y && fixed(row),
  );
  const index = begins >= 0 && layout.offset(begins) < y + height ? begins : first;
  return { key: rows[index]?.key ?? '', delta: layout.offset(index) - y };
}

/** Where a list is scrolled to by its anchor; null where that row is not there any more. */
export function scrollOf(layout: Layout, { key, delta }: Anchor): number | null {
  const index = layout.place(key);
  return index === null ? null : layout.offset(index) - delta;
}

/** The rows to draw: those from `y` on for `height`, and those that have to be there in any case, ascending. */
export function drawn(
  layout: Layout,
  view: { y: number; height: number; beyond: number },
  kept: readonly (string | null)[],
  count: number,
): number[] {
  if (count === 0) return [];
  const first = layout.at(view.y - view.beyond);
  const last = layout.at(view.y + view.height + view.beyond);
  const all = new Set<number>();
  for (let index = first; index <= last; index += 1) all.add(index);
  for (const key of kept) {
    const place = key === null ? null : layout.place(key);
    if (place !== null) all.add(place);
  }
  return [...all].sort((a, b) => a - b);
}
