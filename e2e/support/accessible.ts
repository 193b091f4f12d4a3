// What everybody needs of a page, measured.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

import { settled } from './gallery.ts';

/** Fails where axe finds something against WCAG 2.2 AA. */
export async function expectAccessible(page: Page, what = ''): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
  expect.soft(found, `what axe finds ${what}`).toEqual([]);
}

/** Waits until a screen reader would have said this. */
export async function expectAnnounced(page: Page, text: string): Promise<void> {
  const spoken = page.locator('[aria-live="polite"], [role="status"]').filter({ hasText: text });
  await expect(spoken).toHaveCount(1);
}

/** Pixels that a finger hits (WCAG 2.2, 2.5.8). */
const target_px = 24;

/** Fails where something to press is smaller than a finger hits; links within sentences are as large as their text. */
export async function expectLargeTargets(page: Page, what = ''): Promise<void> {
  const small = await page.evaluate((least) => {
    const pressable =
      'button, a[href], input, select, textarea, summary, [role="slider"], [tabindex="0"]';
    return [...document.querySelectorAll<HTMLElement>(pressable)].flatMap((element) => {
      if (!element.checkVisibility({ visibilityProperty: true }) || element.closest('[inert]')) {
        return [];
      }
      if (element.tagName === 'A' && getComputedStyle(element).display === 'inline') return [];
      // A label is pressed in place of its box.
      const pressed = element.closest('label') ?? element;
      const { width, height } = pressed.getBoundingClientRect();
      // What only the keyboard brings up is not there for a finger.
      if (width <= 1 || height <= 1) return [];
      const fits = Math.round(width) >= least && Math.round(height) >= least;
      return fits ? [] : [`${width}x${height} ${element.outerHTML.slice(0, 120)}`];
    });
  }, target_px);
  expect.soft(small, `what a finger misses ${what}`).toEqual([]);
}

/** Fails where text of double size runs out of the page, or is cut off within what holds it. */
export async function expectRoomForLargeText(page: Page, what = ''): Promise<void> {
  await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
  await settled(page);
  const cut = await page.evaluate(() => {
    const beyond = document.documentElement.scrollWidth - window.innerWidth;
    const controls = document.querySelectorAll<HTMLElement>('button, a[href], h1, h2, label');
    const outside = [...controls].filter((element) => {
      if (!element.checkVisibility({ visibilityProperty: true })) return false;
      if (element.closest('[inert]') || element.clientWidth <= 1) return false;
      const { right, left } = element.getBoundingClientRect();
      return left < -1 || right > window.innerWidth + 1;
    });
    return [
      ...(beyond > 0 ? [`the page is ${beyond} px too wide`] : []),
      ...outside.map((element) => element.outerHTML.slice(0, 120)),
    ];
  });
  expect.soft(cut, `what is cut off at 200 % ${what}`).toEqual([]);
  await page.evaluate(() => (document.documentElement.style.fontSize = ''));
}
