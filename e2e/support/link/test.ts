// The test function for bad networks: browsers at the ends of links.
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { launch, type BrowserName } from '../browsers.ts';
import { Person } from '../person.ts';
import { test as base } from '../test.ts';
import { writeCamera } from './camera.ts';
import { Link } from './link.ts';

/** A browser and the link between it and the program. */
export interface Place {
  link: Link;
  /** Opens a profile of the browser for somebody. */
  person: (name: string) => Promise<Person>;
}

/** Wide enough that the page wishes for the best layer of one person's picture. */
const viewport = { width: 1600, height: 900 };

interface Fixtures {
  /** Lays a link and starts a browser at its end. */
  place: (browser: BrowserName) => Promise<Place>;
}

interface WorkerFixtures {
  /** A file that Chromium takes for a camera. */
  camera: string;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  camera: [
    async ({}, use) => {
      const path = join(tmpdir(), `zoom-camera-${process.pid}.y4m`);
      await writeCamera(path);
      await use(path);
      await rm(path);
    },
    { scope: 'worker' },
  ],

  place: async ({ program, camera }, use) => {
    const removals: (() => Promise<void>)[] = [];
    await use(async (name) => {
      const link = await Link.lay(removals.length + 1);
      removals.unshift(() => link.remove());
      await link.offer(Number(new URL(program.base).port));
      const browser = await launch(name, { camera }, link.farEnd);
      removals.unshift(() => browser.close());
      return { link, person: (called) => Person.open(browser, program, called, { viewport }) };
    });
    for (const remove of removals) await remove();
  },
});

export { expect } from '@playwright/test';
