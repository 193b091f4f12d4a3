// Files go into the conversation by choosing, dropping and pasting, over breaks of the network, and none of them runs.
import type { Page } from '@playwright/test';

import { expectAccessible, expectLargeTargets } from '../support/accessible.ts';
import type { BrowserName } from '../support/browsers.ts';
import { png, text, wav, type MadeFile } from '../support/drawn.ts';
import { expect, test, type Person } from '../support/test.ts';

const browsers: readonly BrowserName[] = ['chromium', 'firefox'];
const other: Record<BrowserName, BrowserName> = { chromium: 'firefox', firefox: 'chromium' };

/** What a drag or the clipboard carries. */
async function transferOf(page: Page, files: readonly MadeFile[]) {
  const plain = files.map(({ name, mimeType, buffer }) => ({
    name,
    mimeType,
    base64: buffer.toString('base64'),
  }));
  return page.evaluateHandle((made) => {
    const transfer = new DataTransfer();
    for (const { name, mimeType, base64 } of made) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type: mimeType }));
    }
    return transfer;
  }, plain);
}

async function choose({ page }: Person, files: MadeFile[]): Promise<void> {
  await page.locator('#chat input[type="file"]').setInputFiles(files);
}

const tray = ({ page }: Person) => page.getByRole('list', { name: 'Files of the message' });
const ready = ({ page }: Person, count: number) =>
  expect(page.getByRole('status').filter({ hasText: `Files ready: ${String(count)}` })).toHaveCount(
    1,
  );

/** Whether a picture is seen, and not merely there. */
const isDrawn = (page: Page, name: string) =>
  expect
    .poll(() =>
      page
        .getByRole('button', { name: `Enlarge ${name}` })
        .locator('img')
        .evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0),
    )
    .toBe(true);

for (const browser of browsers) {
  test(`a picture that is chosen is seen by everybody, and moves nothing (${browser})`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    const kim = await person(other[browser], 'Kim');
    await ann.enter('pictures');
    await kim.enter('pictures');
    await choose(ann, [png('산.png', 1200, 900, true)]);
    await ready(ann, 1);
    await expectAccessible(ann.page, 'with a file');
    await ann.button('Send').click();
    await isDrawn(kim.page, '산.png');
    await isDrawn(ann.page, '산.png');
    await expect(tray(ann)).toHaveCount(0);
    const box = await kim.page.getByRole('button', { name: 'Enlarge 산.png' }).boundingBox();
    expect((box?.width ?? 0) / (box?.height ?? 1)).toBeCloseTo(4 / 3, 1);
    await expectAccessible(kim.page, 'with a picture');
    await expectLargeTargets(kim.page);
  });

  test(`files are dropped on the room and pasted into the field (${browser})`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    await ann.enter('dropped');
    const { page } = ann;
    const dropped = await transferOf(page, [text('notes.txt', 'seeds by Friday')]);
    const main = page.locator('main');
    // What takes drops comes a moment after the room.
    await expect(async () => {
      await main.dispatchEvent('dragenter', { dataTransfer: dropped });
      await expect(page.getByText('Drop files here')).toBeVisible({ timeout: 1_000 });
    }).toPass();
    await main.dispatchEvent('drop', { dataTransfer: dropped });
    await expect(page.getByText('Drop files here')).toBeHidden();
    await expect(tray(ann).getByRole('listitem')).toHaveCount(1);
    const field = page.getByRole('textbox', { name: 'Message' });
    await field.focus();
    const pasted = await transferOf(page, [png('image.png', 40, 30)]);
    await field.evaluate((element, clipboardData) => {
      const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true });
      Object.defineProperty(event, 'clipboardData', { value: clipboardData });
      element.dispatchEvent(event);
    }, pasted);
    await ready(ann, 2);
    await field.fill('both of them');
    await ann.button('Send').click();
    const message = ann.messages.getByRole('listitem').filter({ hasText: 'both of them' });
    await expect(message.getByRole('link', { name: 'Download notes.txt' })).toBeVisible();
    await isDrawn(page, 'image.png');
  });

  test(`Send waits for what is on its way, and a file can be given up (${browser})`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    await ann.enter('cancelled');
    const { page } = ann;
    await page.route('**/api/uploads/*', () => undefined);
    await choose(ann, [text('slow.txt', 'slow'), text('other.txt', 'other')]);
    await page.getByRole('textbox', { name: 'Message' }).fill('with files');
    await expect(ann.button('Send')).toBeDisabled();
    await expect(page.getByText('Files are still on their way', { exact: false })).toBeVisible();
    await page.getByRole('button', { name: 'Remove slow.txt' }).click();
    await page.getByRole('button', { name: 'Remove other.txt' }).click();
    await expect(tray(ann)).toHaveCount(0);
    await ann.button('Send').click();
    await ann.expectMessage('with files');
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test(`what broke off goes on where it was when the network is back (${browser})`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    await ann.enter('resumed');
    const { page } = ann;
    const sent: string[] = [];
    page.on('request', (request) => {
      if (!request.url().includes('/api/uploads/')) return;
      sent.push(`${request.method()} ${request.headers()['upload-offset'] ?? ''}`.trim());
    });
    const film = { ...text('film.bin', ''), buffer: Buffer.alloc(3_500_000, 7) };
    let pieces = 0;
    await page.route('**/api/uploads/*', async (route) => {
      pieces += 1;
      // The third piece meets a network that is gone.
      if (pieces === 3) await page.context().setOffline(true);
      if (pieces >= 3 && pieces < 5) await route.abort('connectionreset');
      else await route.continue();
    });
    await choose(ann, [film]);
    await expect(tray(ann)).toContainText('No connection');
    await expect(tray(ann).getByRole('progressbar')).toBeVisible();
    await page.unrouteAll({ behavior: 'wait' });
    await page.context().setOffline(false);
    await ready(ann, 1);
    // It asked how far it is, and sent nothing twice that had arrived.
    expect(sent).toContain('HEAD');
    expect(sent.filter((it) => it === 'PATCH 0')).toHaveLength(1);
    await ann.button('Send').click();
    await expect(page.getByRole('link', { name: 'Download film.bin' })).toBeVisible();
  });

  test(`nothing that was sent runs as a page, whatever it is called (${browser})`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    await ann.enter('evil');
    const { page } = ann;
    const script = '<script>document.title = "run"; parent.postMessage("run", "*")</script>';
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="document.title='run'">${script}</svg>`;
    await choose(ann, [
      text('drawing.svg', svg, 'image/svg+xml'),
      text('page.html', `<!doctype html>${script}`, 'text/html'),
      text('lying.png', `<!doctype html>${script}`, 'image/png'),
    ]);
    await ready(ann, 3);
    await ann.button('Send').click();
    for (const name of ['drawing.svg', 'page.html', 'lying.png']) {
      const link = page.getByRole('link', { name: `Download ${name}` });
      await expect(link).toBeVisible();
      const path = (await link.getAttribute('href')) ?? '';
      const answer = await page.request.get(new URL(path, page.url()).href);
      expect(answer.headers()['content-disposition']).toMatch(/^attachment/);
      expect(answer.headers()['content-security-policy']).toMatch(/sandbox/);
      expect(answer.headers()['x-content-type-options']).toBe('nosniff');
    }
    await expect(page).not.toHaveTitle('run');
  });

  test(`pictures of a message are looked at closely, by keys alone (${browser})`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    await ann.enter('viewer');
    const { page } = ann;
    await choose(ann, [png('one.png', 900, 600, true), png('two.png', 300, 500)]);
    await ready(ann, 2);
    await ann.button('Send').click();
    // As long as it is on its way it is drawn by something else.
    const message = ann.messages.getByRole('article', { name: /^Ann/ });
    const opener = message.getByRole('button', { name: 'Enlarge one.png' });
    await opener.focus();
    await page.keyboard.press('Enter');
    const viewer = page.getByRole('dialog', { name: 'one.png' });
    await expect(viewer.getByRole('img', { name: 'one.png' })).toBeVisible();
    await expect(viewer).toContainText('1 of 2');
    await expectAccessible(page, 'in the viewer');
    await page.keyboard.press('+');
    await expect(viewer).toContainText('150');
    await page.keyboard.press('0');
    await page.keyboard.press('ArrowRight');
    const second = page.getByRole('dialog', { name: 'two.png' });
    await expect(second.getByRole('img', { name: 'two.png' })).toBeVisible();
    await expect(second.getByRole('link', { name: 'Download two.png' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(second).toBeHidden();
    await expect(opener).toBeFocused();
  });

  test(`sound and films are played where they stand, from any place (${browser})`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    await ann.enter('sound');
    const { page } = ann;
    await choose(ann, [wav('voice.wav'), await film(page)]);
    await ready(ann, 2);
    const parts: number[] = [];
    page.on('response', (answer) => {
      if (answer.url().includes('/files/')) parts.push(answer.status());
    });
    await ann.button('Send').click();
    const sound = page.locator('audio[aria-label="voice.wav"]');
    await expect.poll(() => sound.evaluate((it: HTMLAudioElement) => it.duration)).toBe(1);
    await sound.evaluate((it: HTMLAudioElement) => void (it.currentTime = 0.5));
    await expect.poll(() => sound.evaluate((it: HTMLAudioElement) => it.currentTime)).toBe(0.5);
    const video = page.locator('video[aria-label="drawn.webm"]');
    await expect.poll(() => video.evaluate((it: HTMLVideoElement) => it.videoWidth)).toBe(64);
    await video.evaluate((it: HTMLVideoElement) => it.play());
    await expect
      .poll(() => video.evaluate((it: HTMLVideoElement) => it.currentTime))
      .toBeGreaterThan(0);
    // They are asked for in parts.
    expect(parts).toContain(206);
    await expectAccessible(page, 'with sound and a film');
  });
}

/** A film of half a second, which the browser makes itself. */
async function film(page: Page): Promise<MadeFile> {
  const base64 = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });
    const paint = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(), { mimeType: 'video/webm' });
    const pieces: Blob[] = [];
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    const ended = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    for (let frame = 0; frame < 30; frame += 1) {
      await new Promise(requestAnimationFrame);
      paint?.fillRect(frame, frame, 8, 8);
    }
    recorder.stop();
    await ended;
    const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  return { name: 'drawn.webm', mimeType: 'video/webm', buffer: Buffer.from(base64, 'base64') };
}

test.describe('where files may not be large', () => {
  test.use({ flags: ['--max-file', '1M'] });

  test('one that is too large is said before it is sent', async ({ person }) => {
    const ann = await person('chromium', 'Ann');
    await ann.enter('large');
    const sent: string[] = [];
    ann.page.on('request', (request) => sent.push(request.url()));
    await choose(ann, [{ ...text('large.bin', ''), buffer: Buffer.alloc(2_000_000) }]);
    await expect(tray(ann)).toContainText('Larger than 1 MB');
    await expect(ann.page.getByText('remove them')).toBeVisible();
    expect(sent.filter((url) => url.includes('/api/uploads/'))).toEqual([]);
  });
});
