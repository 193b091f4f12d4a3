// A whole meeting without a mouse, from home to leaving.
import { expectFocused, pressByKey, tabTo } from '../support/keyboard.ts';
import { expectPictures } from '../support/media.ts';
import { expect, test } from '../support/test.ts';

for (const browser of ['chromium', 'firefox'] as const) {
  test(`a meeting from home to leaving needs no mouse (${browser})`, async ({
    person,
    program,
  }) => {
    const ann = await person(browser, 'Ann');
    const { page } = ann;
    await page.goto(program.base);
    await pressByKey(page, ann.button('New room'));
    await expect(page).toHaveURL(/\/r\//);
    const room = decodeURIComponent(page.url().split('/').at(-1) ?? '');
    await tabTo(page, page.getByRole('textbox', { name: 'Your name' }));
    await page.keyboard.type('Ann');
    await page.keyboard.press('Enter');
    await expect(ann.button('Leave')).toBeVisible();

    const kim = await person('chromium', 'Kim');
    await kim.enter(room, { camera: true });
    await expectPictures(page, 1);

    await test.step('mutes and unmutes', async () => {
      const microphone = ann.button('Microphone');
      await expect(microphone).toHaveAttribute('aria-busy', 'false');
      const before = await microphone.getAttribute('aria-pressed');
      await pressByKey(page, microphone, 'Space');
      await expect(microphone).not.toHaveAttribute('aria-pressed', before ?? '');
    });

    await test.step('pins somebody by the menu of a tile', async () => {
      const people = page.getByRole('group', { name: 'People' });
      await pressByKey(page, people.getByRole('button', { name: 'More about Kim' }));
      const pin = page.getByRole('menuitemcheckbox', { name: 'Pin', exact: true });
      await expectFocused(page.getByRole('menuitem', { name: 'Write privately' }));
      await page.keyboard.press('ArrowDown');
      await expectFocused(pin);
      await page.keyboard.press('Enter');
      await expect(pin).toBeHidden();
    });

    await test.step('raises a hand by its shortcut', async () => {
      await page.keyboard.press('Alt+r');
      await expect(ann.button('Raise hand')).toHaveAttribute('aria-pressed', 'true');
    });

    await test.step('chooses a layout in the palette', async () => {
      await page.keyboard.press('ControlOrMeta+k');
      await page.keyboard.type('grid');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('dialog')).toBeHidden();
    });

    await test.step('writes', async () => {
      await tabTo(page, page.getByRole('textbox', { name: 'Message' }));
      await page.keyboard.type('written without a mouse');
      await page.keyboard.press('Enter');
      await kim.expectMessage('written without a mouse');
    });

    await test.step('reads the help, and comes back to where it was', async () => {
      await tabTo(page, ann.button('Leave'));
      await page.keyboard.press('Alt+k');
      await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
      await page.keyboard.press('Escape');
      await expectFocused(ann.button('Leave'));
    });

    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'You have left' })).toBeVisible();
    await kim.expectParticipants(['Kim']);
  });
}
