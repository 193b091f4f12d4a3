// A conversation is taken away as data and as a page that opens alone, and is gone when its time is over.
import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Page } from '@playwright/test';

import { expectAccessible } from '../support/accessible.ts';
import type { BrowserName } from '../support/browsers.ts';
import { png, text } from '../support/drawn.ts';
import { onGallery } from '../support/gallery.ts';
import { expect, test } from '../support/test.ts';
import { texts } from '../support/texts.ts';

const both: readonly BrowserName[] = ['chromium', 'firefox'];
const ko = texts('ko');

/** What the data has; docs/export.md says it in full. */
interface Saved {
  format: string;
  version: number;
  room: string;
  entries: { sender: { name: string }; body: { text?: string; files?: { name: string }[] } }[];
}

/** Chooses a way to save in the menu of the conversation, in Korean, and takes what comes. */
async function save(page: Page, name: string): Promise<{ name: string; content: string }> {
  await page.getByRole('button', { name: ko('chat_menu'), exact: true }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem').filter({ hasText: name }).click();
  const file = await download;
  return { name: file.suggestedFilename(), content: await readFile(await file.path(), 'utf8') };
}

for (const browser of both) {
  test(`what is saved opens alone, in Korean, with its pictures, and nothing in it runs (${browser})`, async ({
    person,
  }, info) => {
    const ann = await person(browser === 'chromium' ? 'firefox' : 'chromium', 'Ann');
    const kim = await person(browser, '김민지', { locale: 'ko-KR' });
    const { page } = kim;
    await page.goto(`${kim.program.base}/r/산책`);
    await page.getByRole('textbox', { name: ko('your_name') }).fill('김민지');
    await kim.devicesAnswered();
    await page.getByRole('button', { name: ko('join'), exact: true }).click();
    await ann.enter('산책');
    await ann.expectParticipants(['Ann', '김민지']);

    await ann.page
      .locator('#chat input[type="file"]')
      .setInputFiles([png('산.png', 640, 480), text('목록.csv', '씨앗,3')]);
    await expect(ann.button('Send')).toBeEnabled();
    await ann.say('오늘은 **산**에 갔어요');
    const script = '<script>document.title = "run"</script>';
    await ann.say(
      `${script} <img src="https://evil.example/x.png" onerror="document.title='run'">`,
    );
    await ann.say('![tracked](https://evil.example/y.png) [go](javascript:document.title="run")');
    const field = ann.page.getByRole('textbox', { name: 'Message', exact: true });
    await field.pressSequentially('/김');
    await field.press('Tab');
    await field.fill('between us');
    await field.press('Enter');
    const messages = page.getByRole('list', { name: ko('messages'), exact: true });
    await expect(messages).toContainText('between us');

    await test.step('as data', async () => {
      const { name, content } = await save(page, ko('export_json'));
      expect(name).toBe('산책.json');
      const saved = JSON.parse(content) as Saved;
      expect([saved.format, saved.version, saved.room]).toEqual(['zoom-timeline', 1, '산책']);
      const said = saved.entries.map(({ sender, body }) => [sender.name, body.text]);
      expect(said).toContainEqual(['Ann', '오늘은 **산**에 갔어요']);
      const files = saved.entries.flatMap(({ body }) => body.files ?? []);
      expect(files.map((file) => file.name)).toEqual(['산.png', '목록.csv']);
      expect(content).not.toContain('between us');
    });

    await test.step('as a page', async () => {
      const { name, content } = await save(page, ko('export_html'));
      expect(name).toBe('산책.html');
      expect(content).not.toContain('between us');
      const path = info.outputPath('saved.html');
      await writeFile(path, content);
      const alone = await page.context().newPage();
      await alone.context().setOffline(true);
      const asked: string[] = [];
      alone.on('request', (request) => asked.push(request.url()));
      await alone.goto(pathToFileURL(path).href);
      await expect(alone.locator('html')).toHaveAttribute('lang', 'ko');
      await expect(alone.getByRole('heading', { level: 1 })).toHaveText('산책');
      await expect(alone.locator('strong')).toHaveText('산');
      await expect(alone.locator('body')).toContainText('목록.csv');
      await expect(alone.locator('body')).toContainText(script);
      const pictures = alone.locator('img');
      await expect(pictures).toHaveCount(1);
      const width = (image: HTMLImageElement) => (image.complete ? image.naturalWidth : 0);
      await expect.poll(() => pictures.evaluate(width)).toBeGreaterThan(0);
      await expect(alone).toHaveTitle('산책');
      await expectAccessible(alone, 'of what was saved');
      expect(asked.filter((url) => !/^(?:file|data):/.test(url))).toEqual([]);
      await alone.close();
      await page.context().setOffline(false);
    });
  });
}

test.describe('where an operator says how long messages are kept', () => {
  const operator = `127.0.0.1:${9_464 + (process.pid % 10_000)}`;
  test.use({ flags: ['--metrics', operator] });

  test('whoever comes is told for how long', async ({ person }) => {
    const ann = await person('chromium', 'Ann');
    const kim = await person('firefox', 'Kim');
    await ann.enter('kept');
    await ann.say('for some time');
    await ann.expectMessage('for some time');
    const answer = await fetch(`http://${operator}/rooms/kept`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ retention_days: 90 }),
    });
    expect(await answer.json()).toMatchObject({ room: 'kept', kept_days: 90 });
    await kim.enter('kept');
    await kim.button('Conversation').click();
    await expect(kim.page.getByText('Messages in this room are kept for 90 days.')).toBeVisible();
    await kim.page.keyboard.press('Escape');
    await expect(kim.messages).toContainText('Messages are kept for 90 days.');
    await kim.expectMessage('for some time');
  });
});

for (const browser of both) {
  test(`what is kept no longer goes from the screen as well (${browser})`, async ({
    gallery,
    stage,
  }) => {
    const page = await stage(browser);
    await gallery.enter(page, { people: 3, talk: 'long' });
    const messages = page.getByRole('list', { name: 'Messages', exact: true });
    await expect(messages).toContainText('I will write down');
    await expect(messages.getByRole('article').nth(5)).toBeAttached();
    // All but the last two are outdated.
    await onGallery(page, ({ server }) => server.event({ type: 'expired', before: 19 }), null);
    await expect(messages.getByRole('article')).toHaveCount(2);
    await expect(messages).toContainText('I will write down');
  });
}
