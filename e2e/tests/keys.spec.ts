// Keys: talking while the space bar is held, the palette, the help; and none of it while one types.
import type { Page } from '@playwright/test';

import { expectAnnounced } from '../support/accessible.ts';
import { onGallery } from '../support/gallery.ts';
import { expect, test } from '../support/test.ts';

const microphone = (page: Page) => page.getByRole('button', { name: 'Microphone', exact: true });

for (const browser of ['chromium', 'firefox'] as const) {
  test(`the microphone is on for as long as the space bar is held (${browser})`, async ({
    gallery,
    stage,
  }) => {
    const page = await stage(browser);
    await gallery.enter(page, { people: 2 });
    await microphone(page).click();
    await expect(microphone(page)).toHaveAttribute('aria-pressed', 'false');
    await page.keyboard.down('Space');
    await expect(microphone(page)).toHaveAttribute('aria-pressed', 'true');
    await page.keyboard.up('Space');
    await expect(microphone(page)).toHaveAttribute('aria-pressed', 'false');

    // In a message a space is a space, and a letter with Alt is nobody's command.
    await page.getByRole('textbox', { name: 'Message' }).fill('');
    await page.keyboard.down('Space');
    await page.keyboard.press('Alt+r');
    await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue(/^ /);
    await expect(microphone(page)).toHaveAttribute('aria-pressed', 'false');
    await expect(page.getByRole('button', { name: 'Raise hand' })).toHaveAttribute(
      'aria-pressed',
      'false',
    );
    await page.keyboard.up('Space');
  });

  test(`any action is found by a part of its name, and the help tells its keys (${browser})`, async ({
    gallery,
    stage,
  }) => {
    const page = await stage(browser);
    await gallery.enter(page, { people: 3 });
    await page.keyboard.press('ControlOrMeta+k');
    const search = page.getByRole('combobox', { name: 'Find an action' });
    await expect(search).toBeFocused();
    await page.keyboard.type('hide my');
    await expect(page.getByRole('option')).toHaveCount(1);
    await page.keyboard.press('Enter');
    await expect(search).toBeHidden();
    await expect(page.getByRole('button', { name: 'Show my picture' })).toBeVisible();

    await page.keyboard.press('Alt+k');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await expect(help).toContainText('Raise hand');
    await expect(help).toContainText('Alt');
    await page.keyboard.press('Escape');
    await expect(help).toBeHidden();
  });
}

test('whoever speaks while muted is told, once in a while', async ({ gallery, stage }) => {
  const page = await stage('chromium');
  await gallery.enter(page, { people: 2 });
  await microphone(page).click();
  await expect(page.getByText('You are muted: nobody hears you.').first()).toBeVisible();
  await page.getByRole('button', { name: 'Unmute', exact: true }).click();
  await expect(microphone(page)).toHaveAttribute('aria-pressed', 'true');
});

test('what others do is announced to those who do not see it', async ({ gallery, stage }) => {
  const page = await stage('chromium');
  await gallery.enter(page, { people: 3 });
  await onGallery(page, (it) => it.server.come(3), null);
  await expectAnnounced(page, 'Carla came in');
  await onGallery(page, (it) => it.server.say(1, 'Good evening'), null);
  await expectAnnounced(page, 'Good evening');
  await onGallery(page, (it) => it.server.change(2, { hand: 1 }), null);
  await expectAnnounced(page, '지민 raised a hand');
  await onGallery(page, (it) => it.server.go(1), null);
  await expectAnnounced(page, 'Bo left');
});
