// A walk through the gallery's screens.
import type { Page } from '@playwright/test';

import { screens } from '../pictures/screens.ts';
import { settled, type Gallery } from './gallery.ts';
import { test } from './test.ts';

/** Shows screens one after another, and says something of each. */
export async function everyScreen(
  gallery: Gallery,
  page: Page,
  names: readonly string[],
  check: (page: Page, what: string) => Promise<void>,
): Promise<void> {
  for (const name of names) {
    const screen = screens.find((it) => it.name === name);
    if (screen === undefined) throw new Error(`no screen ${name}`);
    await test.step(name, async () => {
      await gallery.show(page, screen);
      await settled(page);
      await check(page, `on ${name}`);
    });
  }
}
