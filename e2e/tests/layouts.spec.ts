// Where people and screens are on the screen, and that they stay there.
import type { Page } from '@playwright/test';

import { onGallery, settled } from '../support/gallery.ts';
import { expect, test } from '../support/test.ts';

/** Somebody's tile. */
const tile = (page: Page, name: string) =>
  page.getByRole('group', { name: 'People' }).getByRole('group', { name, exact: true });

/** Every tile of a person, by name, with its place. */
async function places(
  page: Page,
): Promise<Record<string, { x: number; y: number; width: number }>> {
  await settled(page);
  const tiles = page.getByRole('group', { name: 'People' }).getByRole('group');
  return tiles.evaluateAll((all) =>
    Object.fromEntries(
      all.map((one) => {
        const { x, y, width } = one.getBoundingClientRect();
        return [one.getAttribute('aria-label') ?? '', { x, y, width }];
      }),
    ),
  );
}

async function speak(page: Page, ...people: number[]): Promise<void> {
  await onGallery(
    page,
    (gallery, participants) => {
      gallery.server.event({ type: 'speakers', participants });
    },
    people.map((place) => `p-${place}`),
  );
}

async function choose(
  page: Page,
  name: string,
  role: 'menuitemcheckbox' | 'menuitemradio' = 'menuitemcheckbox',
): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole(role, { name, exact: true }).click();
}

for (const browser of ['chromium', 'firefox'] as const) {
  test(`sixty people take pages, and only those of the page are asked for (${browser})`, async ({
    gallery,
    stage,
  }) => {
    const page = await stage(browser);
    await gallery.enter(page, { people: 60 });
    const first = Object.keys(await places(page));
    await page.getByRole('button', { name: 'Next page' }).click();
    await expect(page.getByRole('button', { name: 'Previous page' })).toBeEnabled();
    const second = Object.keys(await places(page));
    expect(second.filter((name) => first.includes(name) && !name.endsWith('(you)'))).toEqual([]);
    const asked = await page.evaluate(() => window.gallery.server.lastView);
    expect(asked.length).toBeLessThanOrEqual(second.length);
    // The whole meeting is within reach.
    const seen = new Set([...first, ...second]);
    const next = page.getByRole('button', { name: 'Next page' });
    while (await next.isEnabled()) {
      await next.click();
      for (const name of Object.keys(await places(page))) seen.add(name);
    }
    expect(seen.size).toBe(60);
  });

  test(`tiles stay where they are when somebody speaks, comes or shares (${browser})`, async ({
    gallery,
    stage,
  }) => {
    const page = await stage(browser);
    await gallery.enter(page, { people: 9 });
    const before = await places(page);
    await speak(page, 5, 7);
    await expect(tile(page, 'Emre')).toHaveClass(/speaking/);
    expect(await places(page)).toEqual(before);
  });
}

test('whoever is pinned stays large while somebody else speaks', async ({ gallery, stage }) => {
  const page = await stage('chromium');
  await gallery.enter(page, { people: 5 });
  await tile(page, 'Carla').hover();
  await tile(page, 'Carla').getByRole('button', { name: 'More about Carla' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Pin', exact: true }).click();
  await speak(page, 1);
  await expect(tile(page, 'Bo')).toHaveClass(/speaking/);
  const { Carla, ...others } = await places(page);
  for (const { width } of Object.values(others)) expect(Carla!.width).toBeGreaterThan(2 * width);
});

test('the speaker is large in the layout for that, and the strip does not follow every word', async ({
  gallery,
  stage,
}) => {
  const page = await stage('chromium');
  await gallery.enter(page, { people: 5, speaking: [2] });
  await choose(page, 'Speaker', 'menuitemradio');
  const { 지민: large, ...strip } = await places(page);
  for (const { width } of Object.values(strip)) expect(large!.width).toBeGreaterThan(2 * width);
});

for (const browser of ['chromium', 'firefox'] as const) {
  test(`of the layouts exactly one is on, and the menu says which (${browser})`, async ({
    gallery,
    stage,
  }) => {
    const page = await stage(browser);
    await gallery.enter(page, { people: 5 });
    const more = page.getByRole('button', { name: 'More', exact: true });
    for (const name of ['Grid', 'Side by side', 'Speaker', 'Automatic layout']) {
      await choose(page, name, 'menuitemradio');
      await more.click();
      const layouts = page.getByRole('group', { name: 'Layout' }).getByRole('menuitemradio');
      await expect(layouts).toHaveCount(4);
      await expect(layouts.and(page.locator('[aria-checked="true"]'))).toHaveAccessibleName(name);
      await page.keyboard.press('Escape');
    }
  });
}

test('one’s own picture can be hidden from oneself, and comes back', async ({ gallery, stage }) => {
  const page = await stage('chromium');
  await gallery.enter(page, { people: 3 });
  await expect(tile(page, 'Ann (you)')).toBeVisible();
  await choose(page, 'Hide my picture');
  await expect(tile(page, 'Ann (you)')).toBeHidden();
  // The others still see it, and the next visit remembers.
  await expect(page.getByRole('button', { name: 'Camera', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await gallery.enter(page, { people: 3 });
  await page.getByRole('button', { name: 'Show my picture' }).click();
  await expect(tile(page, 'Ann (you)')).toBeVisible();
});

test('of several shared screens one is large, and another can be chosen', async ({
  gallery,
  stage,
}) => {
  const page = await stage('chromium');
  await gallery.enter(page, { people: 6, screens: [1, 2] });
  await settled(page);
  const widths = async () => {
    const { 'Screen of Bo': bo, 'Screen of 지민': jimin } = await places(page);
    return [bo!.width, jimin!.width] as const;
  };
  const [bo, jimin] = await widths();
  const small = bo < jimin ? 'Bo' : '지민';
  expect(Math.max(bo, jimin)).toBeGreaterThan(2 * Math.min(bo, jimin));
  await page.getByRole('button', { name: `Show the screen of ${small}` }).click();
  const [boAfter, jiminAfter] = await widths();
  expect(boAfter < jiminAfter).toBe(bo > jimin);
});

test('a shared screen is zoomed and shown whole again by keys', async ({ gallery, stage }) => {
  const page = await stage('chromium');
  await gallery.enter(page, { people: 3, screens: [1] });
  const share = tile(page, 'Screen of Bo');
  await share.focus();
  const scale = () =>
    share.evaluate((it) => new DOMMatrix(getComputedStyle(it.firstElementChild!).transform).a);
  await page.keyboard.press('+');
  await expect.poll(scale).toBeGreaterThan(1);
  await page.keyboard.press('0');
  await expect.poll(scale).toBe(1);
});
