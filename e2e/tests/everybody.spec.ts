// Every screen is for everybody: names, contrast, order; something to press is large enough; text may be large.
import {
  expectAccessible,
  expectLargeTargets,
  expectRoomForLargeText,
} from '../support/accessible.ts';
import { settled } from '../support/gallery.ts';
import { everyScreen } from '../support/screens.ts';
import { test } from '../support/test.ts';

/** The screens that differ in what is on them, rather than in how many there are of it. */
const kinds = [
  ...['entrance', 'entrance-denied', 'entrance-name-missing', 'room-1', 'room-names'],
  ...['room-states', 'share-3', 'share-own', 'chat-long', 'settings', 'palette', 'help'],
  ...['menu-more', 'menu-person', 'reconnecting', 'media-blocked', 'sound-blocked', 'left'],
];

/** The same without those that only add a sentence to another. */
const fewer = kinds.filter(
  (name) =>
    !['entrance-name-missing', 'room-1', 'reconnecting', 'media-blocked', 'sound-blocked'].includes(
      name,
    ),
);

test('axe finds nothing on any screen, in the light and in the dark (chromium)', async ({
  gallery,
  stage,
}) => {
  const page = await stage('chromium');
  await everyScreen(gallery, page, kinds, async (_, what) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await settled(page);
      await expectAccessible(page, `${what}, ${colorScheme}`);
    }
  });
});

for (const dark of [false, true]) {
  test(`axe finds nothing on any screen, in the ${dark ? 'dark' : 'light'} (firefox)`, async ({
    gallery,
    stage,
  }) => {
    await everyScreen(gallery, await stage('firefox', { dark }), kinds, expectAccessible);
  });
}

test('whatever one presses is large enough for a finger, on any screen of a phone', async ({
  gallery,
  stage,
}) => {
  const page = await stage('chromium', { viewport: { width: 390, height: 844 } });
  await everyScreen(gallery, page, fewer, expectLargeTargets);
});

test('text of twice the size fits every screen', async ({ gallery, stage }) => {
  const page = await stage('chromium');
  await everyScreen(gallery, page, fewer, expectRoomForLargeText);
});
