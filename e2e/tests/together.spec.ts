// Hands and reactions: seen, in order, and said to those who do not see.
import { expectAnnounced } from '../support/accessible.ts';
import { expect, test } from '../support/test.ts';

test('hands are raised in order, seen by everybody and lowered again', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', 'Kim');
  await ann.enter('hands');
  await kim.enter('hands');

  await kim.button('Raise hand').click();
  await expect(kim.button('Raise hand')).toHaveAttribute('aria-pressed', 'true');
  await expectAnnounced(ann.page, 'Kim raised a hand');
  await ann.page.keyboard.press('Alt+r');
  for (const one of [ann, kim]) {
    const hands = one.page.getByRole('list', { name: /^Raised hands/ }).getByRole('listitem');
    await expect(hands).toHaveCount(2);
    await expect(hands.first()).toContainText('Kim');
    await expect(hands.last()).toContainText('Ann');
  }

  await kim.button('Raise hand').click();
  const left = ann.page.getByRole('list', { name: /^Raised hands/ }).getByRole('listitem');
  await expect(left).toHaveCount(1);
  await expect(left).toContainText('Ann');
});

test('a reaction floats by for everybody, and is announced', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', 'Kim');
  await ann.enter('react');
  await kim.enter('react');
  await kim.button('Reactions').click();
  await kim.page.getByRole('menuitem', { name: 'Celebration' }).click();
  await expect(ann.page.getByText('🎉').first()).toBeVisible();
  await expectAnnounced(ann.page, 'Kim: 🎉');
  await expect(kim.page.getByText('🎉').first()).toBeVisible();
});
