// The test function of this folder: browsers that live as long as the worker, and per test a
// program of its own and people, whose pages are held to good behaviour in the end.
import { expect, test as base, type Browser, type Page } from '@playwright/test';

import { launch, type BrowserName, type BrowserWish } from './browsers.ts';
import { Gallery } from './gallery.ts';
import { Person, type ProfileSettings } from './person.ts';
import { Program } from './program.ts';

type PersonWish = BrowserWish & ProfileSettings;

/** Opens an empty page for a room of the gallery. */
export type Stage = (browser: BrowserName, settings?: StageSettings) => Promise<Page>;

interface StageSettings extends Pick<ProfileSettings, 'locale' | 'dark' | 'viewport'> {
  /** Touched by fingers. */
  phone?: boolean;
}

interface Fixtures {
  /** Flags of the program; set by `test.use`. */
  flags: string[];
  program: Program;
  /** Opens a browser profile for somebody. */
  person: (browser: BrowserName, name: string, wish?: PersonWish) => Promise<Person>;
  stage: Stage;
}

interface WorkerFixtures {
  /** The page with made-up people, built at its first use. */
  gallery: Gallery;
  /** Starts a browser at its first use and keeps it for later tests. */
  browserLike: (name: BrowserName, wish: BrowserWish) => Promise<Browser>;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  browserLike: [
    async ({}, use) => {
      const started = new Map<string, Promise<Browser>>();
      await use((name, wish) => {
        const key = JSON.stringify([name, wish.devices, wish.window, wish.dark]);
        const browser = started.get(key) ?? launch(name, wish);
        started.set(key, browser);
        return browser;
      });
      for (const browser of started.values()) await (await browser).close();
    },
    { scope: 'worker' },
  ],

  gallery: [
    async ({}, use) => {
      const gallery = await Gallery.start();
      await use(gallery);
      await gallery.close();
    },
    { scope: 'worker' },
  ],

  stage: async ({ browserLike }, use, info) => {
    const pages: Page[] = [];
    const errors = new Set<string>();
    await use(async (browser, settings = {}) => {
      const { locale = 'en-US', viewport = { width: 1280, height: 800 } } = settings;
      const { dark = false, phone = false } = settings;
      const wish = browser === 'firefox' ? { dark } : {};
      const started = await browserLike(browser, wish);
      const context = await started.newContext({
        locale,
        viewport,
        timezoneId: 'UTC',
        reducedMotion: 'reduce',
        hasTouch: phone,
        ...(browser === 'chromium' && { isMobile: phone }),
        ...(browser === 'chromium' && { colorScheme: dark ? ('dark' as const) : 'light' }),
      });
      const page = await context.newPage();
      page.on('pageerror', ({ stack, message }) => errors.add(stack ?? message));
      pages.push(page);
      return page;
    });
    for (const [index, page] of pages.entries()) {
      if (info.status !== info.expectedStatus) {
        const path = info.outputPath(`stage-${index}.png`);
        await page.screenshot({ path, timeout: 5_000 }).catch(() => undefined);
      }
      await page.context().close();
    }
    expect([...errors], 'what the page threw').toEqual([]);
  },

  flags: [[], { option: true }],

  program: async ({ flags }, use, info) => {
    const program = await Program.start(flags);
    await use(program);
    if (info.status !== info.expectedStatus) {
      await info.attach('zoom.log', { body: program.log, contentType: 'text/plain' });
    }
    await program.dispose();
  },

  person: async ({ browserLike, program }, use, info) => {
    const people: Person[] = [];
    await use(async (browser, name, { devices, window, ...settings } = {}) => {
      const started = await browserLike(browser, { devices, window });
      const person = await Person.open(started, program, name, settings);
      people.push(person);
      return person;
    });
    const passed = info.status === info.expectedStatus;
    for (const [index, person] of people.entries()) {
      if (!passed) {
        const path = info.outputPath(`${index}-${person.name}.png`);
        // A page that a failed test left behind may be closed already.
        await person.page.screenshot({ path, timeout: 5_000 }).catch(() => undefined);
      }
    }
    try {
      if (passed) for (const person of people) await person.expectClean();
    } finally {
      for (const person of people) await person.page.context().close();
    }
  },
});

export { expect } from '@playwright/test';
export type { Person } from './person.ts';
