// A conversation of thousands of messages: only a few are drawn, and nothing that one reads ever jumps.
import type { Page } from '@playwright/test';

import { expectAccessible } from '../support/accessible.ts';
import { onGallery } from '../support/gallery.ts';
import { expect, test } from '../support/test.ts';

const list = (page: Page) => page.getByRole('list', { name: 'Messages', exact: true });

/**
 * Scrolls in steps, and after each looks at every frame for a while: what was seen has to be exactly where the step
 * took it. Tells of each message that was elsewhere.
 */
async function scrollThrough(page: Page, steps: number, by: number): Promise<string[]> {
  return list(page).evaluate(
    async (element, { steps, by }) => {
      const place = element.parentElement as HTMLElement;
      // What is painted is what is there when all observers of sizes were told: this one is told last.
      const probe = document.body.appendChild(document.createElement('div'));
      let painted = () => undefined as unknown;
      const last = new ResizeObserver(() => painted());
      last.observe(probe);
      const frame = () =>
        new Promise((resolve) => {
          painted = () => resolve(undefined);
          requestAnimationFrame(
            () => (probe.style.height = probe.style.height === '1px' ? '2px' : '1px'),
          );
        });
      const seen = () => {
        const { top, bottom } = place.getBoundingClientRect();
        const rows = [...place.querySelectorAll<HTMLElement>('[data-key]')];
        return new Map(
          rows
            .map((row) => [row, row.getBoundingClientRect()] as const)
            .filter(([, box]) => box.bottom > top && box.top < bottom)
            .map(([row, box]) => [row.dataset['key'] ?? '', box.top]),
        );
      };
      const jumps: string[] = [];
      for (let step = 0; step < steps; step += 1) {
        const before = seen();
        const from = place.scrollTop;
        place.scrollTop += by;
        const moved = from - place.scrollTop;
        for (let frames = 0; frames < 4; frames += 1) {
          await frame();
          for (const [key, now] of seen()) {
            const was = before.get(key);
            if (was !== undefined && Math.abs(now - was - moved) > 1.5) {
              jumps.push(`step ${step}, frame ${frames}: ${key} by ${now - was - moved}`);
            }
          }
        }
      }
      last.disconnect();
      probe.remove();
      return jumps;
    },
    { steps, by },
  );
}

const first = (page: Page) => page.getByText('This is where the room begins.');
const newest = (page: Page) => page.getByRole('button', { name: 'Newest messages' });

for (const browser of ['chromium', 'firefox'] as const) {
  test(`nothing jumps on the way through thousands of messages (${browser})`, async ({
    gallery,
    stage,
  }) => {
    const page = await stage(browser);
    await gallery.enter(page, { people: 3, talk: 'endless' });
    await expect(list(page).getByRole('listitem').last()).toBeVisible();
    expect(await scrollThrough(page, 90, -350)).toEqual([]);
    expect(await scrollThrough(page, 12, -1_500)).toEqual([]);
    expect(await scrollThrough(page, 36, 420)).toEqual([]);
    // Of all of them as many are drawn as are near.
    expect(await list(page).getByRole('listitem').count()).toBeLessThan(150);
    await newest(page).click();
    await expect(newest(page)).toBeHidden();
  });

  test(`what changes elsewhere moves nothing that one reads (${browser})`, async ({
    gallery,
    stage,
  }) => {
    const page = await stage(browser);
    await gallery.enter(page, { people: 3, talk: 'endless' });
    await scrollThrough(page, 10, -350);
    const seen = () =>
      list(page).evaluate((element) => {
        const place = element.parentElement as HTMLElement;
        const box = place.getBoundingClientRect();
        const rows = [...place.querySelectorAll<HTMLElement>('[data-key][aria-posinset]')];
        const whole = rows.filter((row) => row.getBoundingClientRect().top >= box.top);
        return whole
          .slice(0, 3)
          .map((row) => [row.dataset['key'], row.getBoundingClientRect().top]);
      });
    const before = await seen();
    // A picture above that has no size of its own, an edit above, and a message at the end.
    await list(page).evaluate((element) => {
      const row = element.querySelector('[data-key] article');
      row?.append(Object.assign(document.createElement('div'), { className: 'tall' }));
      const tall = row?.querySelector<HTMLElement>('.tall');
      if (tall) tall.style.height = '300px';
    });
    await onGallery(
      page,
      ({ server }) => {
        server.edit(4_900, 'longer\n\nthan\n\nit\n\nwas\n\nbefore');
        server.say(1, 'something new');
      },
      null,
    );
    await expect(page.getByRole('button', { name: '1 new' })).toBeVisible();
    expect(await seen()).toEqual(before);
    await page.getByRole('button', { name: '1 new' }).click();
    await expect(list(page).getByText('something new')).toBeVisible();
    // Who is at the end follows.
    await onGallery(page, ({ server }) => server.say(2, 'and one more'), null);
    await expect(list(page).getByText('and one more')).toBeInViewport();
  });

  test(`a link leads to its message, and back (${browser})`, async ({ gallery, stage }) => {
    const page = await stage(browser);
    await gallery.enter(page, { people: 3, talk: 'endless' });
    await page.evaluate(() => (location.hash = '#m1234'));
    const message = list(page).getByRole('article').filter({ hasText: '(1234)' });
    await expect(message).toBeInViewport();
    expect(await scrollThrough(page, 20, -400)).toEqual([]);
    expect(await scrollThrough(page, 40, 400)).toEqual([]);
    await newest(page).click();
    await expect(list(page).getByText('I will write down')).toBeInViewport();
  });

  test(`a date and what is not read are found in a long conversation (${browser})`, async ({
    gallery,
    stage,
  }) => {
    const page = await stage(browser);
    // One message a minute: the first of them were said three days before 14 May.
    await gallery.enter(page, { people: 3, talk: 'endless' });
    await page.getByRole('button', { name: 'Conversation' }).click();
    await page.getByRole('menuitem').filter({ hasText: 'Go to a date' }).click();
    const dialog = page.getByRole('dialog', { name: 'Go to a date' });
    await expectAccessible(page, 'of choosing a date');
    await dialog.getByLabel('Date').fill('2026-05-12');
    await dialog.getByLabel('Date').press('Enter');
    await expect(dialog).toBeHidden();
    const begun = list(page).locator('[data-key^="day-"]').filter({ hasText: 'May 12' });
    await expect(begun).toBeInViewport();
    const after = list(page).getByRole('article', { name: /May 12, 2026 at 12:00/ });
    await expect(after).toBeInViewport();

    // More than a page comes while one looks elsewhere.
    await onGallery(
      page,
      ({ server }) => {
        for (let more = 1; more <= 70; more += 1) server.say(1, `news ${more}`);
      },
      null,
    );
    await expect(page.getByRole('button', { name: '70 new' })).toBeVisible();
    await page.keyboard.press('Alt+Shift+U');
    await expect(list(page).locator('[data-key="unread"]')).toBeInViewport();
    await expect(list(page).getByText('news 1', { exact: true })).toBeInViewport();
  });

  test(`messages are walked by keys (${browser})`, async ({ gallery, stage }) => {
    const page = await stage(browser);
    await gallery.enter(page, { people: 3, talk: 'endless' });
    await page.locator('[data-key][tabindex="0"]').focus();
    for (let step = 0; step < 60; step += 1) await page.keyboard.press('ArrowUp');
    const focused = page.locator('[data-key]:focus');
    await expect(focused).toBeInViewport({ ratio: 0.9 });
    await expect(focused).toHaveAttribute('aria-setsize', '-1');
    // What can be done with a message comes next.
    await page.keyboard.press('Tab');
    await expect(focused).toHaveCount(0);
    await expect(page.getByRole('toolbar').locator(':focus')).toHaveCount(1);
    await expectAccessible(page, 'of a conversation');
  });
}

test('from the beginning of a room one gets to its end again', async ({ gallery, stage }) => {
  const page = await stage('chromium');
  await gallery.enter(page, { people: 3, talk: 'long' });
  await scrollThrough(page, 6, -400);
  await expect(first(page)).toBeVisible();
});
