// The main screens look as they did; the people on them are drawn, and hold still.
import { screens } from '../pictures/screens.ts';
import { settled } from '../support/gallery.ts';
import { expect, test } from '../support/test.ts';

/** What the second browser draws by itself is text and fields. */
const kinds = {
  chromium: ['entrance', 'room-5', 'share-1', 'settings'],
  firefox: ['entrance', 'settings'],
};

for (const browser of ['chromium', 'firefox'] as const) {
  test(`the main screens look as they did (${browser})`, async ({ gallery, stage }) => {
    const page = await stage(browser, { viewport: { width: 1024, height: 640 } });
    for (const name of kinds[browser]) {
      const screen = screens.find((it) => it.name === name);
      if (screen === undefined) throw new Error(`no screen ${name}`);
      await test.step(name, async () => {
        await gallery.show(page, screen);
        await settled(page);
        await expect.soft(page).toHaveScreenshot(`${name}-${browser}.png`, {
          // Another version of a font moves its edges, a fault moves what they are around.
          maxDiffPixelRatio: 0.02,
        });
      });
    }
  });
}
