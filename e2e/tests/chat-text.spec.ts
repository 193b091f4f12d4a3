// Messages are Markdown: shown as it means, and nothing in it ever runs.
import { evasions } from '../../web/src/chat/markdown/testing/evasions.ts';
import { expectAccessible } from '../support/accessible.ts';
import { expect, test } from '../support/test.ts';

test('what is written between signs looks as it means, in Korean too', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', '김민지');
  await ann.enter('markdown');
  await kim.enter('markdown');
  await ann.say('**"강조"**입니다, *so* ~~gone~~ `a < b`\n\n- one\n- two\n\n> quoted');
  await ann.say('```rust\nfn main() {\n    let x = "<b>";\n}\n```');
  await ann.say('[our bank](https://evil.example/login)');

  for (const { messages, page } of [ann, kim]) {
    await expect(messages.locator('strong')).toHaveText('"강조"');
    await expect(messages.locator('em')).toHaveText('so');
    await expect(messages.locator('del')).toHaveText('gone');
    await expect(messages.locator('p > code')).toHaveText('a < b');
    await expect(messages.locator('ul > li p')).toHaveText(['one', 'two']);
    await expect(messages.locator('blockquote')).toHaveText('quoted');
    const code = messages.locator('pre');
    await expect(code).toHaveText('fn main() {\n    let x = "<b>";\n}', { useInnerText: true });
    // Its colours come when they are loaded.
    await expect(code.locator('.keyword').first()).toHaveText('fn');
    const link = messages.getByRole('link', { name: 'our bank' });
    await expect(link).toHaveAttribute('rel', 'noopener noreferrer nofollow');
    await expect(link).toHaveAttribute('target', '_blank');
    await expect(messages).toContainText('our bank (evil.example)');
    await expectAccessible(page, 'of messages');
  }
});

/** Runs in the page: what is far away is not drawn. */
function scrollUp(list: Element): void {
  let place: Element | null = list;
  while (place !== null && place.scrollHeight <= place.clientHeight) place = place.parentElement;
  place?.scrollBy(0, -400);
}

test('whatever tries to be a script stays text, in both browsers', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', '<img src=x onerror=window.escaped=1>');
  await ann.enter('evasions');
  await kim.enter('evasions');

  // The server takes no control characters at all; unit tests have those, too.
  const allowed = evasions.filter((text) => !/[\u0000-\u0008\u000b-\u001f]/.test(text));
  expect(allowed.length).toBeGreaterThan(230);
  const messages = allowed.reduce<string[]>((sum, text) => {
    const last = sum.at(-1) ?? '';
    // Lists and fences end before the next one begins.
    const joined = `${last}\n\n---\n\n${text}`;
    if (last === '' || [...joined].length > 6_000) return [...sum, text];
    return [...sum.slice(0, -1), joined];
  }, []);
  for (const [index, text] of messages.entries()) await ann.say(`piece ${index}\n\n${text}`);

  for (const { page, messages: list } of [ann, kim]) {
    await expect(list).toContainText(`piece ${messages.length - 1}`);
    // Each is scrolled to, and all that it has is touched.
    for (const index of [...messages.keys()].reverse()) {
      const item = list.locator('[data-key]').filter({ hasText: `piece ${index}` });
      await expect(async () => {
        if ((await item.count()) === 0) await list.evaluate(scrollUp);
        expect(await item.count()).toBe(1);
      }).toPass();
      const found = await item.evaluate((element) => {
        for (const inner of element.querySelectorAll('*')) {
          for (const type of ['mouseover', 'mouseenter', 'focus', 'error', 'load', 'toggle']) {
            inner.dispatchEvent(new Event(type, { bubbles: true }));
          }
        }
        const elements = [...element.querySelectorAll('.text *')];
        return {
          names: [...new Set(elements.map(({ localName }) => localName))],
          handlers: elements.flatMap((it) =>
            it.getAttributeNames().filter((name) => name.startsWith('on')),
          ),
          links: elements.flatMap((it) => it.getAttribute('href') ?? it.getAttribute('src') ?? []),
        };
      });
      const plain = ['p', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code', 'span', 'strong', 'em'];
      const more = ['del', 'bdi', 'a', 'hr', 'div', 'table', 'thead', 'tbody', 'tr', 'th', 'td'];
      expect(found.names.filter((name) => ![...plain, ...more].includes(name))).toEqual([]);
      expect(found.handlers).toEqual([]);
      for (const link of found.links) expect(link).toMatch(/^(?:https?|mailto):/);
    }
    expect(await page.evaluate(() => 'escaped' in window)).toBe(false);
  }
});

test('Unicode that would break out of its place stays in it', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', `Ki${'\u0335\u0301'.repeat(15)}m`);
  await ann.enter('unicode');
  await kim.enter('unicode');
  const flood = `z${'\u0335\u0336\u0337\u0338\u0321\u0322\u0327\u0328\u0300\u0301'.repeat(60)}`;
  await ann.say(`${flood}lgo`);
  await ann.say('x'.repeat(3_000));
  await ann.say('\u202egnp.exe left open');
  await ann.say('after all that');

  for (const { page, messages } of [ann, kim]) {
    await expect(messages).toContainText('after all that');
    const texts = messages.locator('.text');
    const wide = await texts.evaluateAll((all) =>
      all.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth),
    );
    expect(Math.max(...wide)).toBeLessThanOrEqual(1);
    // A message is as high as its lines, whatever is piled upon them.
    const high = await texts.first().evaluate((it) => it.clientHeight);
    expect(high).toBeLessThan(80);
    await expect(texts.first()).toHaveCSS('overflow', 'clip');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      1_000,
    );
  }
});

test('a message from right to left has its own direction, its neighbours theirs', async ({
  person,
}) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', 'سارة');
  await ann.enter('directions');
  await kim.enter('directions');
  await kim.say('مرحبا بكم في **الغرفة**');
  await kim.say('and hello');
  for (const { messages } of [ann, kim]) {
    const paragraphs = messages.locator('.text p');
    await expect(paragraphs).toHaveCount(2);
    await expect(paragraphs.first()).toHaveCSS('direction', 'rtl');
    await expect(paragraphs.last()).toHaveCSS('direction', 'ltr');
  }
});
