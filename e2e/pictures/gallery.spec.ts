// Pictures of every screen, in every size, and a sheet of them for each.
import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from '@playwright/test';

import { settled } from '../support/gallery.ts';
import { test, type Stage } from '../support/test.ts';
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

for (const screen of screens) {
  // The pages that the program renders need the program, and the others do without.
  if (screen.path !== undefined) {
    const { path } = screen;
    test(screen.name, async ({ stage, program, browserLike }) => {
      const files = await pictures(screen, stage, (page) => page.goto(program.base + path));
      await sheet(await browserLike('chromium', {}), screen.name, files);
    });
  } else {
    test(screen.name, async ({ stage, gallery, browserLike }) => {
      const files = await pictures(screen, stage, (page, { language }) =>
        gallery.show(page, screen, { language }),
      );
      await sheet(await browserLike('chromium', {}), screen.name, files);
    });
  }
}

interface File {
  name: string;
  width: number;
  height: number;
}

/** Takes one screen in all sizes and looks. */
async function pictures(
  screen: Screen,
  stage: Stage,
  open: (page: Page, look: Look) => Promise<unknown>,
): Promise<File[]> {
  mkdirSync(`${folder}/${screen.name}`, { recursive: true });
  const files: File[] = [];
  for (const look of looks) {
    for (const { width, height } of sizes) {
      const { language, theme } = look;
      const page = await stage('chromium', {
        viewport: { width, height },
        locale: language === 'ko' ? 'ko-KR' : 'en-US',
        dark: theme === 'dark',
        phone: Math.min(width, height) < 500,
      });
      await open(page, look);
      await settled(page);
      const name = `${width}x${height}-${language}-${theme}.png`;
      const path = `${folder}/${screen.name}/${name}`;
      await page.screenshot({ path, animations: 'disabled' });
      files.push({ name, width, height });
      await page.context().close();
    }
  }
  return files;
}

/** One picture of all pictures of a screen. */
async function sheet(browser: Browser, name: string, files: File[]): Promise<void> {
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
