// The test function for bad networks: browsers at the ends of links.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { launch, type BrowserName } from '../browsers.ts';
import { Person } from '../person.ts';
import { test as base } from '../test.ts';
import { writeCamera } from './camera.ts';
import { Link } from './link.ts';
import { writeVoice } from './voice.ts';

/** A browser and the link between it and the program. */
export interface Place {
  link: Link;
  /** Opens a profile of the browser for somebody who looks. */
  person: (name: string) => Promise<Person>;
  /** The same for somebody who is only looked at. */
  publisher: (name: string) => Promise<Person>;
}

/** Wide enough that the page wishes for the best layer of one person's picture. */
const wide = { width: 1600, height: 900 };
/** For those who are only looked at: painting a large page costs half a processor. */
const small = { width: 800, height: 600 };

interface Fixtures {
  /** Lays a link and starts a browser at its end. */
  place: (browser: BrowserName) => Promise<Place>;
}

interface WorkerFixtures {
  /** Files that Chromium takes for a camera and a microphone. */
  pretended: { camera: string; voice: string };
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  pretended: [
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'zoom-devices-'));
      const files = { camera: join(folder, 'camera.y4m'), voice: join(folder, 'voice.wav') };
      await writeCamera(files.camera);
      await writeVoice(files.voice);
      await use(files);
      await rm(folder, { recursive: true });
    },
    { scope: 'worker' },
  ],

  place: async ({ program, pretended }, use) => {
    const removals: (() => Promise<void>)[] = [];
    await use(async (name) => {
      const link = await Link.lay(removals.length + 1);
      removals.unshift(() => link.remove());
      await link.offer(Number(new URL(program.base).port));
      const browser = await launch(name, pretended, link.farEnd);
      removals.unshift(() => browser.close());
      const open = (viewport: typeof wide) => (called: string) =>
        Person.open(browser, program, called, { viewport });
      return { link, person: open(wide), publisher: open(small) };
    });
    for (const remove of removals) await remove();
  },
});

export { expect } from '@playwright/test';
