// The meeting in a small window above others, and on the whole screen.
import type { Page } from '@playwright/test';

import { settled } from '../support/gallery.ts';
import { expect, test } from '../support/test.ts';

async function openMore(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click();
}

const item = (page: Page, name: string) =>
  page.getByRole('menuitemcheckbox', { name, exact: true });

/** What is in the small window: how many moving pictures, and the names of what one can press. */
async function smallWindow(page: Page): Promise<{ pictures: number; buttons: string[] } | null> {
  return page.evaluate(() => {
    const { documentPictureInPicture } = window as {
      documentPictureInPicture?: { window: Window | null };
    };
    const inside = documentPictureInPicture?.window?.document;
    if (inside === undefined) return null;
    const videos = [...inside.querySelectorAll('video')];
    return {
      pictures: videos.filter(({ videoWidth, paused }) => videoWidth > 0 && !paused).length,
      buttons: [...inside.querySelectorAll('button')].map(
        (button) => button.getAttribute('aria-label') ?? '',
      ),
    };
  });
}

for (const browser of ['chromium', 'firefox'] as const) {
  test(`the meeting goes on in a small window, with one’s switches, and comes back (${browser})`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    const kim = await person('chromium', 'Kim');
    await kim.enter('small', { camera: true });
    await ann.enter('small', { camera: true });
    await ann.expectParticipants(['Ann', 'Kim']);
    await openMore(ann.page);
    await item(ann.page, 'Small window').click();
    // The other, and oneself.
    await expect.poll(async () => (await smallWindow(ann.page))?.pictures).toBe(2);
    expect((await smallWindow(ann.page))?.buttons).toEqual([
      'Microphone',
      'Camera',
      'Back to the meeting',
      'Leave',
    ]);
    // Styled like the page, of which it is a part.
    const [shape, language] = await ann.page.evaluate(() => {
      const { documentPictureInPicture } = window as unknown as {
        documentPictureInPicture: { window: Window };
      };
      const { document: inside } = documentPictureInPicture.window;
      const button = inside.querySelector('button .sign');
      return [button && getComputedStyle(button).borderRadius, inside.documentElement.lang];
    });
    expect(shape).not.toBe('0px');
    expect(language).toBe('en');
    await openMore(ann.page);
    await item(ann.page, 'Small window').click();
    await expect.poll(() => smallWindow(ann.page)).toBeNull();
    await expect(ann.button('Leave')).toBeVisible();
  });
}

test('leaving the tab opens the small window by itself', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  // A browser that is steered never hides a page: what it tells one that is left is told here.
  await ann.page.addInitScript(() => {
    const session = navigator.mediaSession;
    const set = session.setActionHandler.bind(session);
    session.setActionHandler = (action, handler) => {
      if ((action as string) === 'enterpictureinpicture') Object.assign(window, { leave: handler });
      set(action, handler);
    };
  });
  await ann.enter('tab', { camera: true });
  await ann.page.keyboard.press('Shift');
  await ann.page.evaluate(() => (window as unknown as { leave: () => void }).leave());
  await expect.poll(async () => (await smallWindow(ann.page))?.buttons).toContain('Leave');
});

for (const browser of ['chromium', 'firefox'] as const) {
  test(`the meeting fills the screen, and gives it back (${browser})`, async ({
    gallery,
    stage,
  }) => {
    const page = await stage(browser);
    await gallery.enter(page, { people: 3 });
    const filled = () => page.evaluate(() => document.fullscreenElement !== null);
    await openMore(page);
    await item(page, 'Full screen').click();
    await expect.poll(filled).toBe(true);
    await settled(page);
    await openMore(page);
    await expect(item(page, 'Full screen')).toHaveAttribute('aria-checked', 'true');
    await item(page, 'Full screen').click();
    await expect.poll(filled).toBe(false);
  });
}
