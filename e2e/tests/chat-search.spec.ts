// Whatever was written in a room is found, by parts of words, in Korean too, and opens where it stands.
import { expectAccessible, expectAnnounced, expectLargeTargets } from '../support/accessible.ts';
import type { BrowserName } from '../support/browsers.ts';
import { text } from '../support/drawn.ts';
import { expect, test, type Person } from '../support/test.ts';

const browsers: readonly BrowserName[] = ['chromium', 'firefox'];

const field = ({ page }: Person) => page.getByRole('searchbox', { name: 'Search messages' });
const hits = ({ page }: Person) =>
  page.getByRole('list', { name: 'Found messages' }).getByRole('listitem');

/** Writes lines as somebody else, after PROTOCOL.md. */
async function write({ page }: Person, room: string, lines: readonly string[]): Promise<void> {
  await page.evaluate(
    async ({ room, lines }) => {
      const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/api/socket`, 'zoom.1');
      let posted = 0;
      await new Promise<void>((resolve, reject) => {
        const ask = (id: number, type: string, fields: object = {}) =>
          socket.send(JSON.stringify({ id, type, ...fields }));
        socket.onopen = () => {
          ask(1, 'hello');
          ask(2, 'join', { room, name: '김 철수' });
        };
        socket.onmessage = ({ data }: MessageEvent<string>) => {
          const { type } = JSON.parse(data) as { type: string };
          if (type === 'error') reject(new Error(data));
          if (type === 'joined') {
            lines.forEach((line, index) =>
              ask(10 + index, 'post', { client_id: `line-${index}`, text: line }),
            );
          }
          posted += type === 'posted' ? 1 : 0;
          if (posted === lines.length) resolve();
        };
      });
      socket.close();
    },
    { room, lines },
  );
}

for (const browser of browsers) {
  test(`Korean words are found with their particles, also while one is composed (${browser})`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    await ann.visit('lunch');
    await write(ann, 'lunch', ['점심을 먹으러 갈까요?', '저녁은 어때요?', '점심시간이 좋아요']);
    await ann.enter('lunch');
    await ann.page.keyboard.press('Alt+Shift+L');
    await expect(field(ann)).toBeFocused();
    // As an input method does: the text of the field changes while a syllable is composed.
    await field(ann).evaluate((input: HTMLInputElement) => {
      input.dispatchEvent(new CompositionEvent('compositionstart'));
      for (const value of ['ㅈ', '저', '점', '점ㅅ', '점시', '점심']) {
        input.value = value;
        const event = { data: value, isComposing: true, inputType: 'insertCompositionText' };
        input.dispatchEvent(new InputEvent('input', { ...event, bubbles: true }));
      }
    });
    await expect(hits(ann)).toHaveCount(2);
    await expect(hits(ann).first().locator('mark')).toHaveText('점심');
    await expectAnnounced(ann.page, '2 messages');
    await expectAccessible(ann.page, 'with hits');
    await expectLargeTargets(ann.page, 'with hits');
  });

  test(`a hit opens where it stands in a long conversation (${browser})`, async ({ person }) => {
    const ann = await person(browser, 'Ann');
    await ann.visit('long');
    await write(ann, 'long', [
      'the NEEDLE is here',
      ...Array.from({ length: 18 }, (_, at) => `a ${at}`),
    ]);
    for (let more = 0; more < 5; more += 1) {
      await write(
        ann,
        'long',
        Array.from({ length: 19 }, (_, at) => `line ${more}-${at}`),
      );
    }
    await ann.enter('long');
    await ann.expectMessage('line 4-18');
    await field(ann).fill('needle');
    await hits(ann).getByRole('button').click();
    const message = ann.messages.getByRole('listitem').filter({ hasText: 'the NEEDLE is here' });
    await expect(message).toBeInViewport();
    await expect(field(ann)).toHaveValue('needle');
    // What was found is there when one comes back to it.
    await field(ann).press('Enter');
    await expect(hits(ann)).toHaveCount(1);
    await ann.page.keyboard.press('Escape');
    await expect(hits(ann)).toHaveCount(0);
    await expect(ann.page.getByRole('textbox', { name: 'Message' })).toBeFocused();
  });

  test(`who, when and what narrow it down, and nothing is said to be nothing (${browser})`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    await ann.visit('narrow');
    await write(ann, 'narrow', ['see https://example.org/plan', 'the plan is good']);
    await ann.enter('narrow');
    await ann.page
      .locator('#chat input[type="file"]')
      .setInputFiles([text('plan-2026.txt', 'no more than that')]);
    await expect(ann.button('Send')).toBeEnabled();
    await ann.button('Send').click();
    await field(ann).fill('plan');
    await expect(hits(ann)).toHaveCount(3);
    await ann.button('Filters').click();
    const { page } = ann;
    await page.getByRole('textbox', { name: 'Written by' }).fill('철수');
    await expect(hits(ann)).toHaveCount(2);
    await page.getByRole('combobox', { name: 'With' }).selectOption('link');
    await expect(hits(ann)).toHaveCount(1);
    await expectAccessible(page, 'with filters');
    await page.getByLabel('Until').fill('2020-01-01');
    await expect(hits(ann)).toHaveCount(0);
    await expect(page.getByText('With fewer filters').last()).toBeVisible();
    await ann.button('Clear filters').click();
    await expect(hits(ann)).toHaveCount(3);
    await page.getByRole('combobox', { name: 'With' }).selectOption('file');
    await expect(hits(ann)).toHaveCount(1);
    await expect(hits(ann)).toContainText('plan-2026.txt');
  });

  test(`more hits come on scrolling (${browser})`, async ({ person }) => {
    const ann = await person(browser, 'Ann');
    await ann.visit('many');
    for (let more = 0; more < 3; more += 1) {
      await write(
        ann,
        'many',
        Array.from({ length: 20 }, (_, at) => `many ${more}-${at}`),
      );
    }
    await ann.enter('many');
    await field(ann).fill('many');
    await expect(hits(ann)).toHaveCount(30);
    await hits(ann).last().scrollIntoViewIfNeeded();
    await expect(hits(ann)).toHaveCount(60);
    await expect(hits(ann).last()).toContainText('many 0-0');
  });
}
