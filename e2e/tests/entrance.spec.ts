// The entrance says what is wrong with a device and what one does about it, and lets everybody in all the same.
import { onGallery } from '../support/gallery.ts';
import { expect, test } from '../support/test.ts';

const sentences = {
  denied: /may not use camera and microphone/,
  missing: /No camera and no microphone found/,
  busy: /do not start.*Close other programs/,
  insecure: /did not come over HTTPS/,
} as const;

for (const browser of ['chromium', 'firefox'] as const) {
  test(`each obstacle has a sentence of its own, and nobody is kept out by it (${browser})`, async ({
    gallery,
    stage,
  }) => {
    const page = await stage(browser);
    for (const [devices, sentence] of Object.entries(sentences)) {
      await test.step(devices, async () => {
        await gallery.open(page, { devices: devices as keyof typeof sentences });
        await expect(page.getByText(sentence).first()).toBeVisible();
        await page.getByRole('button', { name: 'Join', exact: true }).click();
        await expect(page.getByRole('button', { name: 'Leave', exact: true })).toBeVisible();
      });
    }
  });
}

test('a name is asked for, and Enter goes in', async ({ gallery, stage }) => {
  const page = await stage('firefox');
  await gallery.open(page, {});
  const name = page.getByRole('textbox', { name: 'Your name' });
  await name.fill('  ');
  await name.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Write a name');
  await expect(name).toBeFocused();
  await name.fill('Ann');
  await name.press('Enter');
  await expect(page.getByRole('button', { name: 'Leave', exact: true })).toBeVisible();
});

test('who is in the room already is told at the door', async ({ gallery, stage }) => {
  const page = await stage('chromium');
  await gallery.open(page, { people: 5 });
  await expect(page.getByText('Bo, 지민 and 2 more are here')).toBeVisible();
});

test('a room that is full says so, and one may try again', async ({ gallery, stage }) => {
  const page = await stage('chromium');
  await gallery.open(page, { entering: 'full' });
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('full');
  await expect(page.getByRole('button', { name: 'Join', exact: true })).toBeEnabled();
});

test('a lost line is said, and so is a line that is back', async ({ gallery, stage }) => {
  const page = await stage('chromium');
  await gallery.enter(page, { people: 2 });
  await onGallery(page, (it) => it.server.vanish(), null);
  await expect(page.getByText('The connection was lost.').first()).toBeVisible();
  await onGallery(page, (it) => it.server.comeBack(), null);
  await expect(page.getByText('The connection was lost.')).toHaveCount(0);
});
