// The pictures in README.md and README.ko.md.
import { settled } from '../support/gallery.ts';
import { test } from '../support/test.ts';
import { threadOpened, type Screen } from './screens.ts';

const docs = new URL('../../docs/', import.meta.url).pathname;

interface Picture extends Screen {
  viewport: { width: number; height: number };
  dark?: boolean;
}

const pictures: Picture[] = [
  {
    name: 'room',
    viewport: { width: 1280, height: 760 },
    inside: true,
    world: { people: 5, muted: [1, 4], dark: [3], speaking: [2], hands: [4] },
  },
  {
    name: 'entrance',
    viewport: { width: 1024, height: 640 },
    world: { people: 4 },
  },
  {
    name: 'share',
    viewport: { width: 1280, height: 760 },
    dark: true,
    inside: true,
    world: { people: 7, muted: [2, 5], screens: [3], speaking: [3], fair: [4] },
  },
  {
    name: 'chat',
    viewport: { width: 1280, height: 760 },
    inside: true,
    world: { people: 3, talk: 'lively', muted: [2] },
    act: threadOpened,
  },
  {
    name: 'phone',
    viewport: { width: 390, height: 844 },
    inside: true,
    world: { people: 4, muted: [1], speaking: [3] },
  },
];

for (const language of ['en', 'ko'] as const) {
  for (const picture of pictures) {
    const { name, viewport, dark = false } = picture;
    const file = language === 'en' ? `${name}.png` : `${name}.${language}.png`;
    test(file, async ({ gallery, stage }) => {
      const page = await stage('chromium', { viewport, dark, phone: viewport.width < 500 });
      await gallery.show(page, picture, { language });
      // Whoever reads it points at nothing.
      await page.mouse.move(0, 0);
      await settled(page);
      await page.screenshot({ path: docs + file, animations: 'disabled' });
    });
  }
}
