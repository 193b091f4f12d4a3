// The page with a made-up server and made-up people (web/gallery): any state of it, cheaply and always the same.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';

import { worldQuery, type World } from '../../web/gallery/world.ts';
import type { Screen } from '../pictures/screens.ts';
import { png, wav, type MadeFile } from './drawn.ts';
import { texts } from './texts.ts';

const web = new URL('../../web/', import.meta.url).pathname;

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** A file of a message: a picture of the size that its hash says, or silence. */
function madeFile(pathname: string): MadeFile | null {
  const [, hash, name = ''] = /^\/api\/rooms\/[^/]+\/files\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
  if (hash === undefined) return null;
  const size = /^(\d+)x(\d+)$/.exec(hash);
  return size === null ? wav(name) : png(name, Number(size[1]), Number(size[2]));
}

/** What the gallery's page lets one do from outside; web/gallery/main.ts says it in full. */
export interface GalleryHandle {
  server: {
    lastView: readonly { participant: string; source: string }[];
    vanish(): void;
    comeBack(): void;
    change(place: number, changes: object): void;
    come(place: number): void;
    go(place: number): void;
    react(place: number, reaction: string): void;
    say(place: number, text: string): void;
    edit(number: number, text: string): void;
    mark(place: number, number: number, reaction: string, on: boolean): void;
    event(event: object): void;
  };
  breakMedia(): void;
}

declare global {
  interface Window {
    gallery: GalleryHandle;
  }
}

/** The gallery's page, built and served for as long as a worker lives. */
export class Gallery {
  private constructor(
    private readonly folder: string,
    private readonly server: Server,
    readonly base: string,
  ) {}

  static async start(): Promise<Gallery> {
    const folder = await mkdtemp(join(tmpdir(), 'zoom-gallery-'));
    const settings = ['--config', 'gallery/vite.config.ts', '--logLevel', 'error'];
    const build = ['build', ...settings, '--outDir', folder, '--emptyOutDir'];
    await promisify(execFile)('node_modules/.bin/vite', build, { cwd: web });
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://gallery');
      const made = madeFile(pathname);
      if (made !== null) {
        response.setHeader('Content-Type', made.mimeType).end(made.buffer);
        return;
      }
      const name = pathname === '/' ? 'index.html' : pathname.slice(1);
      readFile(join(folder, name)).then(
        (body) => response.setHeader('Content-Type', types[extname(name)] ?? '').end(body),
        () => response.writeHead(404).end(),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new Gallery(folder, server, `http://127.0.0.1:${port}`);
  }

  async close(): Promise<void> {
    this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Opens the entrance of a made-up room. */
  async open(page: Page, world: Partial<World>): Promise<void> {
    await page.goto(`${this.base}/${worldQuery(world)}`);
    await page.locator('input[name="name"]').waitFor();
  }

  /** Opens a made-up room and goes in. */
  async enter(page: Page, world: Partial<World>): Promise<void> {
    const words = texts(world.language ?? 'en');
    await this.open(page, world);
    await page.getByRole('button', { name: words('join'), exact: true }).click();
    await page.getByRole('button', { name: words('leave'), exact: true }).waitFor();
  }

  /** Shows a screen of the list. */
  async show(page: Page, screen: Screen, changes: Partial<World> = {}): Promise<void> {
    const world = { ...screen.world, ...changes };
    if (screen.inside) await this.enter(page, world);
    else await this.open(page, world);
    // Nobody points at anything.
    await page.mouse.move(0, 0);
    if (screen.act === undefined) return;
    await settled(page);
    await screen.act(page, texts(world.language ?? 'en'));
  }
}

/** Runs something on the gallery's page, with what it lets one do. */
export async function onGallery<Argument>(
  page: Page,
  run: (gallery: GalleryHandle, argument: Argument) => void,
  argument: Argument,
): Promise<void> {
  const source = `(${run.toString()})(window.gallery, ${JSON.stringify(argument)})`;
  await page.evaluate(source);
}

/** Waits until every picture that is on its way is seen, and nothing moves any more. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    const look = () => {
      const videos = [...document.querySelectorAll('video')];
      const ready = videos.every((video) => {
        const stream = video.srcObject as MediaStream | null;
        return (stream?.getVideoTracks().length ?? 0) === 0 || video.readyState >= 2;
      });
      const shapes = [...document.querySelectorAll('body *')].map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return [x, y, width, height, element.className, getComputedStyle(element).visibility];
      });
      return ready ? JSON.stringify([shapes, document.body.innerText]) : '';
    };
    // What never rests is taken as it is.
    let same = 0;
    let before = '';
    for (let looks = 0; looks < 60 && same < 6; looks += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const after = look();
      same = after !== '' && after === before ? same + 1 : 0;
      before = after;
    }
  });
}
