// People write to each other, in any language, and what they write stays text.
import { expect, test } from '../support/test.ts';

test('two browsers write to each other, in Korean too', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', '김 철수');
  await ann.enter('blue-otter-42');
  await kim.enter('blue-otter-42');
  await ann.expectParticipants(['Ann', '김 철수']);
  await kim.expectParticipants(['Ann', '김 철수']);

  await ann.say('Hello, is anybody here?');
  await kim.expectMessage('Hello, is anybody here?');
  await kim.say('네, 안녕하세요! 반갑습니다.');
  await ann.expectMessage('네, 안녕하세요! 반갑습니다.');

  await kim.button('Leave').click();
  await ann.expectParticipants(['Ann']);
});

test('somebody who comes later finds the conversation, under any spelling of the room', async ({
  person,
}) => {
  const ann = await person('chromium', 'Ann');
  await ann.enter('Café-Straße');
  await ann.say('written before you came');
  await ann.expectMessage('written before you came');

  const kim = await person('firefox', 'Kim');
  await kim.enter('CAFE\u0301-STRASSE');
  await kim.expectMessage('written before you came');
  await kim.expectParticipants(['Ann', 'Kim']);
});

test('what is typed is never taken as markup, and lines and links are kept', async ({ person }) => {
  const ann = await person('chromium', '<b>Ann</b>');
  const kim = await person('firefox', 'Kim');
  await ann.enter('markup');
  await kim.enter('markup');
  const nasty = '<img src=x onerror="document.title=1"> &amp; <b>bold</b>';
  await ann.say(`${nasty}\n  second line\nhttps://example.org/a?b=c`);

  const message = kim.messages.getByRole('listitem').filter({ hasText: 'second line' });
  await expect(message).toContainText(nasty);
  await expect(message.locator('img, b:text-is("bold")')).toHaveCount(0);
  await expect(message.getByRole('link')).toHaveAttribute('href', 'https://example.org/a?b=c');
  const text = await message.evaluate((item) => (item as HTMLElement).innerText);
  expect(text).toMatch(/<\/b>\nsecond line\nhttps/);
});

test('two people of the same name are told apart', async ({ person }) => {
  const first = await person('chromium', 'Kim');
  const second = await person('firefox', 'Kim');
  await first.enter('names');
  await second.enter('names');
  await expect(first.participants).toContainText('Kim (2)');
  await second.say('which one am I?');
  await expect(first.messages).toContainText('Kim (2)');
});

test('everybody sees who is typing', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', 'Kim');
  await ann.enter('typing');
  await kim.enter('typing');
  await ann.page.getByRole('textbox', { name: 'Message' }).pressSequentially('I am wri');
  await expect(kim.page.getByText('Ann is typing')).toBeVisible();
  await ann.page.getByRole('textbox', { name: 'Message' }).fill('');
  await expect(kim.page.getByText('Ann is typing')).toBeHidden();
});

test('older pages of a long conversation come on scrolling up', async ({ person }) => {
  const kim = await person('firefox', 'Kim');
  await kim.visit('long');
  // Ten writers with twenty lines each: what one participant may say at once.
  for (let writer = 0; writer < 10; writer += 1) {
    await kim.page.evaluate(writeTwenty, { room: 'long', from: writer * 20 + 1 });
  }
  await kim.enter('long');
  await kim.expectMessage('line 200 of many');
  await kim.expectMessage('line 1 of many', 0);
  const wheelUntil = async (text: string, pixels: number): Promise<void> => {
    await expect(async () => {
      await kim.messages.hover();
      await kim.page.mouse.wheel(0, pixels);
      await kim.expectMessage(text, 1, 300);
    }).toPass();
  };
  await wheelUntil('line 1 of many', -20_000);
  // Of a long conversation only what is near is in the page.
  await wheelUntil('line 100 of many', 400);
});

/** Runs in the page: a client of its own, after PROTOCOL.md. */
async function writeTwenty({ room, from }: { room: string; from: number }): Promise<void> {
  const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/api/socket`, 'zoom.1');
  let id = 0;
  const ask = (type: string, fields: object = {}) => {
    id += 1;
    socket.send(JSON.stringify({ id, type, ...fields }));
  };
  let posted = 0;
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => {
      ask('hello');
      ask('join', { room, name: 'Writer' });
    };
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const { type } = JSON.parse(data) as { type: string };
      if (type === 'error') reject(new Error(data));
      for (let line = from; type === 'joined' && line < from + 20; line += 1) {
        ask('post', { client_id: `line-${line}`, text: `line ${line} of many` });
      }
      posted += type === 'posted' ? 1 : 0;
      if (type === 'posted' && posted === 20) ask('leave');
    };
    socket.onclose = ({ code }) => (code === 1000 ? resolve() : reject(new Error(String(code))));
  });
}
