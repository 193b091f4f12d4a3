// Pictures of every screen, in every size, and a sheet of them for each.
import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Browser } from '@playwright/test';

import { Gallery, settled } from '../support/gallery.ts';
import { launch } from '../support/browsers.ts';
import { Program } from '../support/program.ts';
import { texts } from '../support/texts.ts';
import { test as base } from '@playwright/test';
import { screens, type Screen } from './screens.ts';

/** Where the pictures go. */
const folder =
  process.env['ZOOM_GALLERY'] ?? new URL('../gallery-pictures/', import.meta.url).pathname;

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
  { width: 844, height: 390 },
] as const;

interface Look {
  language: 'en' | 'ko';
  theme: 'light' | 'dark';
}

/** Each language and each theme once; all four pairs when asked for. */
const looks: Look[] = [
  { language: 'en', theme: 'light' },
  { language: 'ko', theme: 'dark' },
  ...(process.env['ZOOM_GALLERY_ALL'] === undefined
    ? []
    : [{ language: 'en', theme: 'dark' } as const, { language: 'ko', theme: 'light' } as const]),
];

interface Fixtures {
  browser: Browser;
  gallery: Gallery;
  program: Program;
}

const test = base.extend<object, Fixtures>({
  browser: [
    async ({}, use) => {
      const browser = await launch('chromium');
      await use(browser);
      await browser.close();
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
  program: [
    async ({}, use) => {
      const program = await Program.start();
      await use(program);
      await program.dispose();
    },
    { scope: 'worker' },
  ],
});

for (const screen of screens) {
  if (screen.path !== undefined) {
    const { path } = screen;
    test(screen.name, async ({ browser, program }) => {
      await picture(browser, screen, (page) => page.goto(program.base + path));
    });
  } else {
    test(screen.name, async ({ browser, gallery }) => {
      await picture(browser, screen, async (page, language) => {
        const world = { ...screen.world, language };
        if (screen.inside) await gallery.enter(page, world);
        else await gallery.open(page, world);
      });
    });
  }
}

type Page = Awaited<ReturnType<Browser['newPage']>>;

/** Takes one screen in all sizes and looks. */
async function picture(
  browser: Browser,
  screen: Screen,
  open: (page: Page, language: Look['language']) => Promise<unknown>,
): Promise<void> {
  const own = `${folder}/${screen.name}`;
  mkdirSync(own, { recursive: true });
  const files: { name: string; width: number; height: number }[] = [];
  for (const { language, theme } of looks) {
    for (const { width, height } of sizes) {
      const phone = Math.min(width, height) < 500;
      const context = await browser.newContext({
        viewport: { width, height },
        locale: language === 'ko' ? 'ko-KR' : 'en-US',
        colorScheme: theme,
        reducedMotion: 'reduce',
        timezoneId: 'UTC',
        hasTouch: phone,
        isMobile: phone,
      });
      const page = await context.newPage();
      await open(page, language);
      if (screen.act !== undefined) {
        await settled(page);
        await screen.act(page, texts(language));
      }
      await settled(page);
      const name = `${width}x${height}-${language}-${theme}.png`;
      await page.screenshot({ path: `${own}/${name}`, animations: 'disabled' });
      files.push({ name, width, height });
      await context.close();
    }
  }
  await sheet(browser, screen.name, files);
}

/** One picture of all pictures of a screen. */
async function sheet(
  browser: Browser,
  name: string,
  files: { name: string; width: number; height: number }[],
): Promise<void> {
  const scaled = files.map((file) => ({ ...file, scale: file.width > 1000 ? 0.5 : 0.65 }));
  const figures = scaled.map(
    (file) =>
      `<img src="${name}/${file.name}" alt="${file.name}" title="${file.name}" width="${file.width * file.scale}">`,
  );
  const html = `<!doctype html><meta charset="utf-8"><title>${name}</title><style>
    body { margin: 8px; background: #8a8f98; display: flex; flex-wrap: wrap; gap: 8px; align-items: flex-start; }
    </style>${figures.join('\n')}`;
  writeFileSync(`${folder}/${name}.html`, html);
  const page = await browser.newPage({ viewport: { width: 2100, height: 500 } });
  await page.goto(pathToFileURL(`${folder}/${name}.html`).href);
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  await page.close();
}
