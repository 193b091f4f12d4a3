// The entrance comes with the page: one types and presses before the app is there, and nothing of it is lost.
import type { Page } from '@playwright/test';

import { expect, test } from '../support/test.ts';

/** Holds the app's script back until it is let go. */
async function holdApp(page: Page): Promise<() => void> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/public/room-*.js', async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

for (const browser of ['chromium', 'firefox'] as const) {
  test(`a name typed and Join pressed before the app is there lead in (${browser})`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    const warnings: string[] = [];
    ann.page.on('console', (message) => {
      if (/hydration/i.test(message.text())) warnings.push(message.text());
    });
    const release = await holdApp(ann.page);
    await ann.page.goto(`${ann.program.base}/r/early`, { waitUntil: 'commit' });
    const field = ann.page.getByRole('textbox', { name: 'Your name' });
    await field.fill('Ann');
    await ann.join.click();
    await expect(ann.button('Joining…')).toBeDisabled();
    release();
    await expect(ann.button('Leave')).toBeVisible();
    await ann.expectParticipants(['Ann']);
    expect(warnings).toEqual([]);
  });

  test(`the app takes over what is there, and nothing moves (${browser})`, async ({ person }) => {
    const ann = await person(browser, 'Ann');
    const release = await holdApp(ann.page);
    await ann.page.goto(`${ann.program.base}/r/early`, { waitUntil: 'commit' });
    const field = ann.page.getByRole('textbox', { name: 'Your name' });
    await field.fill('An');
    const parts = [field, ann.join, ann.button('Camera'), ann.page.getByRole('heading')];
    const before = await Promise.all(parts.map((part) => part.boundingBox()));
    const [node] = await Promise.all(parts.map((part) => part.elementHandle()));
    release();
    await ann.devicesAnswered();
    await ann.page.locator('video').waitFor();
    expect(await Promise.all(parts.map((part) => part.boundingBox()))).toEqual(before);
    // The same field, with the caret where it was.
    await expect(field).toBeFocused();
    await field.press('n');
    expect(await node?.evaluate((element) => (element as HTMLInputElement).value)).toBe('Ann');
  });
}

test('without scripts the entrance says what is missing', async ({ browserLike, program }) => {
  const browser = await browserLike('chromium', {});
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'ko-KR' });
  const page = await context.newPage();
  await page.goto(`${program.base}/r/회의`);
  await expect(page.getByRole('heading', { name: '회의' })).toBeVisible();
  await expect(page.locator('body')).toContainText('JavaScript', { useInnerText: true });
  await context.close();
});
