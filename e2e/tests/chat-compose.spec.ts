// Writing: with input methods, to somebody, to one alone, and nothing of it gets lost.
import { expectAccessible, expectLargeTargets } from '../support/accessible.ts';
import { compose } from '../support/composing.ts';
import type { BrowserName } from '../support/browsers.ts';
import type { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

const field = ({ page }: Person) => page.getByRole('textbox', { name: 'Message', exact: true });
const offered = ({ page }: Person) => page.getByRole('option').locator('.name');

const both: BrowserName[] = ['chromium', 'firefox'];

for (const browser of both) {
  test(`${browser}: Enter while a Korean or Japanese word is composed never sends`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    await ann.enter('composing');
    await field(ann).focus();
    await compose(ann.page, ['ㅇ', '아', '안', '안ㄴ', '안녀', '안녕']);
    await expect(field(ann)).toHaveValue('안녕');
    await expect(ann.messages.getByRole('listitem').filter({ hasText: '안녕' })).toHaveCount(0);
    await field(ann).press('Enter');
    await ann.expectMessage('안녕');
    await expect(field(ann)).toHaveValue('');

    await compose(ann.page, ['に', 'にほ', 'にほん', '日本']);
    await expect(field(ann)).toHaveValue('日本');
    await field(ann).press('Enter');
    await ann.expectMessage('日本');
    await expect(field(ann)).toHaveValue('');
  });

  test(`${browser}: a name is found while it is composed, and who is mentioned sees it`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    const minji = await person(browser === 'chromium' ? 'firefox' : 'chromium', '김민지');
    await ann.enter('mentions');
    await minji.enter('mentions');
    await ann.expectParticipants(['Ann', '김민지']);

    await field(ann).pressSequentially('hello @');
    await expect(offered(ann)).toHaveText(['김민지']);
    await expectAccessible(ann.page, 'of names that are offered');
    await compose(ann.page, ['ㄱ', '기', '김']);
    await expect(field(ann)).toHaveValue('hello @김');
    await expect(offered(ann)).toHaveText(['김민지']);
    await field(ann).press('Enter');
    await expect(field(ann)).toHaveValue('hello @김민지 ');
    await expect(offered(ann)).toHaveCount(0);
    await field(ann).press('Enter');

    await expect(minji.messages.locator('.mention.own')).toHaveText('@김민지');
    await expect(ann.messages.locator('.mention')).toHaveText('@김민지');
    await expect(ann.messages.locator('.mention.own')).toHaveCount(0);
  });

  test(`${browser}: a draft is there after a reload, and up edits what was sent`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    await ann.enter('drafts');
    await field(ann).fill('not yet\nsent');
    await ann.enter('drafts');
    await expect(field(ann)).toHaveValue('not yet\nsent');
    await field(ann).press('Enter');
    await ann.expectMessage('not yet');
    await ann.enter('drafts');
    await expect(field(ann)).toHaveValue('');

    await field(ann).press('ArrowUp');
    const editing = ann.messages.getByRole('textbox');
    await expect(editing).toHaveValue('not yet\nsent');
    await editing.fill('sent at last');
    await editing.press('Enter');
    await ann.expectMessage('sent at last');
    await expect(field(ann)).toBeFocused();
  });

  test(`${browser}: what is pasted from an editor keeps its lines, and keys format`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    await ann.enter('pasting');
    await field(ann).focus();
    await paste(ann, 'fn main() {\n    println!("hi");\n}');
    await expect(field(ann)).toHaveValue('```\nfn main() {\n    println!("hi");\n}\n```');
    await field(ann).press('ControlOrMeta+z');
    await expect(field(ann)).toHaveValue('');

    await field(ann).pressSequentially('this matters');
    await field(ann).evaluate((it: HTMLTextAreaElement) => it.setSelectionRange(5, 12));
    await field(ann).press('ControlOrMeta+b');
    await expect(field(ann)).toHaveValue('this **matters**');
    await field(ann).press('ControlOrMeta+b');
    await expect(field(ann)).toHaveValue('this matters');
    await field(ann).press('ControlOrMeta+k');
    await expect(field(ann)).toHaveValue('this [matters]()');
    await field(ann).press('ControlOrMeta+z');
    await expect(field(ann)).toHaveValue('this matters');
  });
}

/** Copies a text out of another field, and pastes it, by the browser's own keys. */
async function paste({ page }: Person, text: string): Promise<void> {
  await page.evaluate((copied) => {
    const other = document.createElement('textarea');
    other.id = 'other';
    other.value = copied;
    document.body.append(other);
    other.select();
  }, text);
  await page.keyboard.press('ControlOrMeta+c');
  await page.evaluate(() => document.getElementById('other')?.remove());
  await page.getByRole('textbox', { name: 'Message', exact: true }).press('ControlOrMeta+v');
}

test('a private message is seen by two, and the next one by all', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', 'Kim');
  const lee = await person('chromium', 'Lee');
  for (const who of [ann, kim, lee]) await who.enter('private');
  await ann.expectParticipants(['Ann', 'Kim', 'Lee']);

  await ann.participants
    .getByRole('listitem')
    .filter({ hasText: 'Kim' })
    .getByRole('button')
    .click();
  await ann.page.getByRole('menuitem', { name: 'Write privately' }).click();
  await expect(field(ann)).toBeFocused();
  await expect(ann.page.locator('form').getByText('Only Kim sees this')).toBeVisible();
  await expectAccessible(ann.page, 'of a private message');
  await field(ann).pressSequentially('between us');
  await field(ann).press('Enter');
  await kim.expectMessage('between us');
  await expect(ann.page.locator('form').getByText('Only Kim sees this')).toBeHidden();

  await ann.say('for everybody');
  await lee.expectMessage('for everybody');
  await lee.expectMessage('between us', 0);

  // By a slash, and not sent to anybody else when that person goes.
  await field(kim).pressSequentially('/an');
  await expect(offered(kim)).toHaveText(['Ann']);
  await field(kim).press('Tab');
  await field(kim).pressSequentially('and back');
  await ann.button('Leave').click();
  await expect(kim.page.getByText('Ann is not here')).toBeVisible();
  await field(kim).press('Enter');
  await expect(field(kim)).toHaveValue('and back');
  await lee.expectMessage('and back', 0);
});

test('a text that is too long is counted and kept, also at the limit', async ({ person }) => {
  const ann = await person('firefox', 'Ann');
  await ann.enter('long-text');
  await field(ann).fill('😀'.repeat(8_001));
  await expect(ann.page.getByText('8001 of 8000 characters')).toBeVisible();
  await expect(ann.button('Send')).toBeDisabled();
  await field(ann).press('Enter');
  await expect(field(ann)).toHaveValue('😀'.repeat(8_001));
  await field(ann).fill('😀'.repeat(8_000));
  await field(ann).press('Enter');
  await ann.expectMessage('😀😀😀');
  await expect(field(ann)).toHaveValue('');
});

test('the field and all around it can be pressed by a finger and read by everybody', async ({
  person,
}) => {
  const ann = await person('chromium', 'Ann', { viewport: { width: 390, height: 844 } });
  await ann.enter('small');
  await ann.button('Chat').click();
  await expect(field(ann)).toBeVisible();
  await field(ann).fill(
    'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\neleven\ntwelve',
  );
  await expectAccessible(ann.page, 'of writing on a phone');
  await expectLargeTargets(ann.page, 'of writing on a phone');
  const box = await field(ann).boundingBox();
  expect(box?.height ?? 0).toBeGreaterThan(120);
  expect(box?.height ?? 0).toBeLessThan(300);
});
