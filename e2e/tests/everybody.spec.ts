// Every screen is for everybody: names, contrast, order; something to press is large enough; text may be large.
import { screens } from '../pictures/screens.ts';
import {
  expectAccessible,
  expectLargeTargets,
  expectRoomForLargeText,
} from '../support/accessible.ts';
import { settled, type Gallery } from '../support/gallery.ts';
import { test } from '../support/test.ts';
import type { Page } from '@playwright/test';

/** The screens that differ in what is on them, rather than in how many there are of it. */
const kinds = [
  ...['entrance', 'entrance-denied', 'entrance-name-missing', 'room-1', 'room-names'],
  ...[
    'room-states',
    'share-3',
    'share-own',
    'chat-long',
    'settings',
    'palette',
    'help',
    'menu-more',
    'reconnecting',
  ],
  ...['sound-blocked', 'left'],
];

/** Shows each kind of screen in turn, and says something of each. */
async function everyScreen(
  gallery: Gallery,
  page: Page,
  check: (page: Page, what: string) => Promise<void>,
): Promise<void> {
  for (const name of kinds) {
    const screen = screens.find((it) => it.name === name);
    if (screen === undefined) throw new Error(`no screen ${name}`);
    await test.step(name, async () => {
      await gallery.show(page, screen);
      await settled(page);
      await check(page, `on ${name}`);
    });
  }
}

for (const browser of ['chromium', 'firefox'] as const) {
  for (const dark of [false, true]) {
    test(`axe finds nothing on any screen ${dark ? 'in the dark' : 'in the light'} (${browser})`, async ({
      gallery,
      stage,
    }) => {
      await everyScreen(gallery, await stage(browser, { dark }), expectAccessible);
    });
  }
}

test('whatever one presses is large enough for a finger, on any screen of a phone', async ({
  gallery,
  stage,
}) => {
  const page = await stage('chromium', { viewport: { width: 390, height: 844 } });
  await everyScreen(gallery, page, expectLargeTargets);
});

test('text of twice the size fits every screen', async ({ gallery, stage }) => {
  const page = await stage('chromium');
  await everyScreen(gallery, page, expectRoomForLargeText);
});
