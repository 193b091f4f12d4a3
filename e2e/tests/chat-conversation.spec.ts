// What becomes of messages between people: edits, deletions, emoji, threads, links and what was not read yet.
import type { Locator } from '@playwright/test';

import { expectAccessible } from '../support/accessible.ts';
import type { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

const message = ({ messages }: Person, text: string): Locator =>
  messages.getByRole('article').filter({ hasText: text });

/** Opens and closes the chat; it says how many messages were not read. */
const chat = ({ page }: Person): Locator => page.getByRole('button', { name: /^Chat/ });

async function act(person: Person, text: string, name: string): Promise<void> {
  const it = message(person, text);
  await it.hover();
  await it.getByRole('button', { name: 'More', exact: true }).click();
  await person.page.getByRole('menuitem', { name, exact: true }).click();
}

for (const [first, second] of [
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
] as const) {
  test(`one's own messages are edited and taken back, and only they (${first})`, async ({
    person,
  }) => {
    const ann = await person(first, 'Ann');
    const kim = await person(second, 'Kim');
    await ann.enter('edits');
    await kim.enter('edits');
    await ann.say('I am hear');
    await kim.expectMessage('I am hear');

    const field = ann.page.getByRole('textbox', { name: 'Message', exact: true });
    await field.press('ArrowUp');
    const edit = ann.page.getByRole('textbox', { name: 'Edit message' });
    await expect(edit).toHaveValue('I am hear');
    await edit.press('Escape');
    await expect(edit).toBeHidden();
    await expect(field).toBeFocused();

    await field.press('ArrowUp');
    await edit.fill('I am here');
    await edit.press('Enter');
    await expect(message(kim, 'I am here')).toContainText('(edited)');
    await kim.expectMessage('I am hear', 0);

    await message(kim, 'I am here').hover();
    await message(kim, 'I am here').getByRole('button', { name: 'More', exact: true }).click();
    await expect(kim.page.getByRole('menuitem', { name: 'Copy text' })).toBeVisible();
    await expect(kim.page.getByRole('menuitem', { name: 'Delete' })).toHaveCount(0);
    await kim.page.keyboard.press('Escape');

    await act(ann, 'I am here', 'Delete');
    await ann.button('Keep').click();
    await kim.expectMessage('I am here');
    await act(ann, 'I am here', 'Delete');
    await ann.button('Delete').click();
    await kim.expectMessage('This message was deleted');
    await kim.expectMessage('I am here', 0);

    // It stays so for whoever comes later.
    const lea = await person(first, 'Lea');
    await lea.enter('edits');
    await lea.expectMessage('This message was deleted');
  });

  test(`emoji are put on messages and taken away, and tell who (${first})`, async ({ person }) => {
    const ann = await person(first, 'Ann');
    const kim = await person(second, 'Kim');
    await ann.enter('emoji');
    await kim.enter('emoji');
    await ann.say('We did it');
    await kim.expectMessage('We did it');

    await message(kim, 'We did it').hover();
    await message(kim, 'We did it').getByRole('button', { name: 'Add a reaction' }).click();
    await kim.page.getByRole('combobox', { name: 'Search emoji' }).fill('로켓');
    await kim.page.getByRole('option', { name: 'rocket', exact: true }).waitFor();
    await kim.page.keyboard.press('Enter');

    const mark = message(ann, 'We did it').getByRole('button', { name: '🚀 1', exact: true });
    await expect(mark).toHaveAttribute('aria-pressed', 'false');
    await expect(mark).toHaveAttribute('data-hint', /Kim/);
    await mark.click();
    const both = message(kim, 'We did it').getByRole('button', { name: '🚀 2', exact: true });
    await expect(both).toHaveAttribute('aria-pressed', 'true');
    await both.click();
    await expect(mark).toHaveAttribute('aria-pressed', 'true');
    await mark.click();
    await expect(mark).toHaveCount(0);
  });

  test(`threads open beside the conversation and count their answers (${first})`, async ({
    person,
  }) => {
    const ann = await person(first, 'Ann', { viewport: { width: 1400, height: 800 } });
    const kim = await person(second, 'Kim', { viewport: { width: 400, height: 800 } });
    await ann.enter('threads');
    await kim.enter('threads');
    await ann.say('Who brings cake?');
    await chat(kim).click();
    await kim.expectMessage('Who brings cake?');

    await act(kim, 'Who brings cake?', 'Reply in a thread');
    const thread = kim.page.getByRole('region', { name: 'Thread' });
    await thread.getByRole('textbox', { name: 'Reply' }).fill('I do');
    await thread.getByRole('textbox', { name: 'Reply' }).press('Enter');
    await expect(thread.getByRole('article').filter({ hasText: 'I do' })).toBeVisible();
    // On a small screen it lies over the conversation.
    await expect(kim.messages).toBeHidden();
    await kim.page.keyboard.press('Escape');
    await expect(kim.messages).toBeVisible();

    const replies = message(ann, 'Who brings cake?').getByRole('button', { name: /1 reply/ });
    await expect(replies).toContainText('New');
    await replies.click();
    const anns = ann.page.getByRole('region', { name: 'Thread' });
    await expect(anns.getByRole('article').filter({ hasText: 'I do' })).toBeVisible();
    await expect(ann.messages).toBeVisible();
    await expect(replies).not.toContainText('New');
    await expectAccessible(ann.page, 'of a thread');
  });

  test(`what came meanwhile is counted, and stands below a line (${first})`, async ({ person }) => {
    const ann = await person(first, 'Ann');
    const kim = await person(second, 'Kim');
    await ann.enter('unread');
    await kim.enter('unread');
    await kim.say('before');
    await ann.expectMessage('before');
    await chat(ann).click();
    await kim.say('first of the new');
    await kim.say('second of the new');
    await expect(ann.page).toHaveTitle(/^\(2\)/);
    await chat(ann).click();
    await expect(ann.page).toHaveTitle(/^unread/);
    const rows = ann.messages.locator('> li').filter({ hasText: /./ });
    const texts = await rows.allInnerTexts();
    const line = texts.findIndex((text) => text.trim() === 'New');
    expect(texts[line - 1]).toContain('before');
    expect(texts[line + 1]).toContain('first of the new');
  });

  test(`a link to a message opens the room there, for the same author still (${first})`, async ({
    person,
  }) => {
    const ann = await person(first, 'Ann');
    const kim = await person(second, 'Kim');
    await ann.enter('links');
    await ann.say('this one');
    await ann.expectMessage('this one');
    for (let more = 0; more < 30; more += 1) await ann.say(`more ${more}`);
    await ann.expectMessage('more 29');

    await kim.page.goto(`${kim.program.base}/r/links#m1`);
    await kim.page.getByRole('textbox', { name: 'Your name' }).fill('Kim');
    await kim.join.click();
    await expect(message(kim, 'this one')).toBeInViewport();

    // Whoever comes back is who they were.
    await ann.page.goto(`${ann.program.base}/r/links#m1`);
    await expect(message(ann, 'this one')).toBeInViewport();
    await ann.page.reload();
    await ann.join.click();
    await act(ann, 'this one', 'Edit');
    await ann.page.getByRole('textbox', { name: 'Edit message' }).fill('that one');
    await ann.page.getByRole('textbox', { name: 'Edit message' }).press('Enter');
    await expect(message(kim, 'that one')).toContainText('(edited)');
  });
}

test('calls stand in the conversation: who began, who came, how long it took', async ({
  person,
}) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', 'Kim');
  await ann.enter('calls', { microphone: true });
  await ann.say('alone still');
  await kim.enter('calls');
  const call = ({ messages }: Person) => messages.getByRole('listitem').filter({ hasText: 'call' });
  await expect(call(ann)).toContainText('Ann started a call');
  await expect(call(ann)).toContainText('Kim');
  await kim.say('I hear you');
  await ann.expectMessage('I hear you');
  await kim.button('Leave').click();
  // It ends when those who broke off do not come back.
  const over = ann.messages.getByRole('listitem').filter({ hasText: 'Call, less than a minute' });
  await expect(over).toHaveCount(1);
  const texts = await ann.messages.getByRole('listitem').allInnerTexts();
  const at = (text: string) => texts.findIndex((it) => it.includes(text));
  expect([at('alone still'), at('Call,'), at('I hear you')]).toEqual([0, 1, 2]);
});
