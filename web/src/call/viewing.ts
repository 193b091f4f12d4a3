import type { Tile } from '../protocol/messages';

/** Milliseconds over which changes of what is shown are gathered: a window being resized changes every frame. */
const gather_ms = 120;
/** Milliseconds before a refused view is told again. */
const again_ms = 1_000;
/** What is told of a screen without tiles. */
const nothing = '[]';

/**
 * Tells the server what the screen shows, when it changed, and while the page is hidden only what is seen beside it,
 * in a small window: what nobody sees is not sent.
 */
export class Viewing {
  readonly #tell: (tiles: Tile[]) => Promise<unknown>;
  readonly #mostTiles: () => number;
  #tiles: Tile[] = [];
  #besidePage: Tile[] = [];
  #told: string | null = null;
  #up = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: { tell: (tiles: Tile[]) => Promise<unknown>; mostTiles: () => number }) {
    this.#tell = options.tell;
    this.#mostTiles = options.mostTiles;
    document.addEventListener('visibilitychange', this.#visibilityChanged);
  }

  /** These tiles are shown, the most important first, and `besidePage` even while the page is hidden. */
  show(tiles: readonly Tile[], besidePage: readonly Tile[] = []): void {
    this.#tiles = tiles.map(inPixels);
    this.#besidePage = besidePage.map(inPixels);
    // The first tiles after entering wait for nothing: somebody wants to see who is there.
    if (this.#up && this.#told === nothing) this.#tellNow();
    else this.#timer ??= setTimeout(this.#tellNow, gather_ms);
  }

  /** The server has no view of this participant yet. */
  enter(): void {
    this.#up = true;
    this.#told = null;
    this.#tellNow();
  }

  /** The line broke. */
  pause(): void {
    this.#up = false;
  }

  close(): void {
    this.#up = false;
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#visibilityChanged);
  }

  readonly #visibilityChanged = (): void => {
    // Timers of a hidden page run late; the server should stop sending at once.
    this.#tellNow();
  };

  readonly #tellNow = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#up) return;
    const hidden = document.visibilityState === 'hidden';
    const tiles = (hidden ? this.#besidePage : this.#tiles).slice(0, this.#mostTiles());
    const text = JSON.stringify(tiles);
    if (text === this.#told) return;
    this.#told = text;
    this.#tell(tiles).catch(() => {
      if (this.#told !== text) return;
      // Refused just then, or lost with the line, on which the next connection tells it again.
      this.#told = null;
      if (this.#up) this.#timer ??= setTimeout(this.#tellNow, again_ms);
    });
  };
}

function inPixels(tile: Tile): Tile {
  return { ...tile, width: pixels(tile.width), height: pixels(tile.height) };
}

/** A size as it goes over the wire: 16 bits, and at least one pixel. */
function pixels(size: number): number {
  return Math.min(0xffff, Math.max(1, Math.round(size)));
}
