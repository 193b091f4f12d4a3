// The language changes in the middle of a call, and the call goes on.
import { expectVoices, offerCounts } from '../support/media.ts';
import { expect, test } from '../support/test.ts';

for (const browser of ['chromium', 'firefox'] as const) {
  test(`the page goes on in Korean without leaving the call (${browser})`, async ({ person }) => {
    const ann = await person(browser, 'Ann');
    const kim = await person('chromium', 'Kim');
    await kim.enter('words', { microphone: true });
    await ann.enter('words');
    await expectVoices(ann.page, 1);
    await ann.page.evaluate(() => Object.assign(window, { stayed: true }));

    await ann.page.keyboard.press('Alt+Shift+o');
    await ann.page.getByRole('tab', { name: 'Language' }).click();
    await ann.page.getByRole('radio', { name: '한국어' }).check();
    await expect(ann.page.getByRole('dialog', { name: '설정' })).toBeVisible();
    await expect(ann.page.locator('html')).toHaveAttribute('lang', 'ko');
    await ann.page.keyboard.press('Escape');
    await expect(ann.button('나가기')).toBeVisible();
    await expect(ann.page.getByRole('textbox', { name: '메시지' })).toBeVisible();

    // The same page, the same connection, the same people.
    expect(await ann.page.evaluate(() => 'stayed' in window)).toBe(true);
    await expectVoices(ann.page, 1);
    expect(await offerCounts(ann.page)).toEqual([1]);
    await kim.expectParticipants(['Ann', 'Kim']);

    // The next page is in Korean, too.
    await ann.page.goto(`${ann.program.base}/`);
    await expect(ann.page.locator('html')).toHaveAttribute('lang', 'ko');
  });

  test(`in front of a room the other language is one press away (${browser})`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    await ann.visit('words');
    await ann.page.getByRole('link', { name: '한국어' }).click();
    await expect(ann.button('입장하기')).toBeVisible();
    await expect(ann.page.getByRole('textbox', { name: '이름' })).toHaveValue('Ann');
    await expect(ann.page.locator('html')).toHaveAttribute('lang', 'ko');
  });
}
