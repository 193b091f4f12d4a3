// Ten thousand emoji on one message: the conversation stays as it is for everybody else.
import { expectAnnounced } from '../support/accessible.ts';
import type { BrowserName } from '../support/browsers.ts';
import { expect, test, type Person } from '../support/test.ts';

const both: readonly BrowserName[] = ['chromium', 'firefox'];

/** Marks a message ten thousand times, as a page never would; says how it ended. */
async function flood({ page }: Person, room: string, number: number): Promise<number> {
  return page.evaluate(
    ({ room, number }) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(
          `${location.origin.replace('http', 'ws')}/api/socket`,
          'zoom.1',
        );
        const ask = (id: number, type: string, fields: object = {}) =>
          socket.send(JSON.stringify({ id, type, ...fields }));
        socket.onopen = () => {
          ask(1, 'hello');
          ask(2, 'join', { room, name: 'Max' });
        };
        socket.onmessage = ({ data }: MessageEvent<string>) => {
          if ((JSON.parse(data) as { type: string }).type !== 'joined') return;
          // Twenty faces, and then others: 😀 and those after it.
          for (let mark = 0; mark < 10_000; mark += 1) {
            const reaction = String.fromCodePoint(0x1f600 + (mark % 50));
            ask(10 + mark, 'mark', { number, reaction, on: true });
          }
        };
        socket.onclose = ({ code }) => resolve(code);
      }),
    { room, number },
  );
}

for (const browser of both) {
  test(`ten thousand emoji end with a few, and with a reason (${browser})`, async ({ person }) => {
    const ann = await person(browser, 'Ann');
    await ann.enter('flood');
    await ann.say('please do not');
    const message = ann.messages.getByRole('article', { name: /^Ann/ });
    await expect(message).toHaveCount(1);
    expect(await flood(ann, 'flood', 1)).toBe(4003);

    const marks = message.getByRole('list', { name: 'Reactions' }).locator('[aria-pressed]');
    await expect(marks).toHaveCount(20);
    await message.getByRole('list', { name: 'Reactions' }).getByRole('button').last().click();
    await ann.page.getByRole('combobox', { name: 'Search emoji' }).fill('rocket');
    await ann.page.getByRole('option', { name: 'rocket', exact: true }).waitFor();
    await ann.page.keyboard.press('Enter');
    await expectAnnounced(ann.page, 'There are too many already.');
    await expect(marks).toHaveCount(20);

    // All else goes on, and what is there can be joined and taken back.
    await marks.first().click();
    await expect(marks.first()).toHaveAttribute('aria-pressed', 'true');
    await ann.say('and on we go');
    await ann.expectMessage('and on we go');
  });
}
