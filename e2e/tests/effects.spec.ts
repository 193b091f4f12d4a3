// Blurring the background and reducing noise: they begin and end in mid-call, and free what they used.
import { expectPictures, expectVoices, offerCounts } from '../support/media.ts';
import { expect, test, type Person } from '../support/test.ts';

/** The labels of what is sent. */
async function sent(person: Person): Promise<string[]> {
  return person.page.evaluate(() => {
    const senders = window.watched.peers[0]?.peer.getSenders() ?? [];
    return senders.flatMap(({ track }) => (track === null ? [] : [track.label]));
  });
}

test('a background is blurred and shown again in mid-call, without an offer', async ({
  person,
}) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('chromium', 'Kim');
  await ann.enter('blur', { camera: true });
  await kim.enter('blur');
  await expectPictures(kim.page, 1);
  const plain = await sent(ann);

  for (const round of [1, 2]) {
    await ann.page.keyboard.press('Alt+j');
    await expect.poll(() => sent(ann), `blurred, round ${round}`).not.toEqual(plain);
    await expectPictures(kim.page, 1);
    await ann.page.keyboard.press('Alt+j');
    await expect.poll(() => sent(ann), `plain, round ${round}`).toEqual(plain);
    await expectPictures(kim.page, 1);
  }
  expect(await offerCounts(ann.page)).toEqual([1]);
});

test('who enters with a blurred background is never sent without', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  await ann.visit('blurred');
  await ann.set('Camera', true);
  await ann.button('Blur background').click();
  await expect(ann.button('Blur background')).toHaveAttribute('aria-busy', 'false');
  await expect(ann.button('Blur background')).toHaveAttribute('aria-pressed', 'true');
  await ann.join.click();
  await expect(ann.button('Leave')).toBeVisible();
  const camera = await ann.page.evaluate(
    () =>
      window.watched.peers[0]?.peer.getSenders().find(({ track }) => track?.kind === 'video')
        ?.track instanceof CanvasCaptureMediaStreamTrack,
  );
  expect(camera).toBe(true);
});

test('noise is reduced in mid-call, and who is muted stays muted', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('chromium', 'Kim');
  await ann.enter('quiet', { microphone: true });
  await kim.enter('quiet');
  await expectVoices(kim.page, 1);
  const plain = await sent(ann);

  await ann.page.keyboard.press('Alt+q');
  await expect.poll(() => sent(ann)).not.toEqual(plain);
  await expectVoices(kim.page, 1);
  await ann.set('Microphone', false);
  await ann.page.keyboard.press('Alt+q');
  await expect.poll(() => sent(ann)).toEqual(plain);
  const enabled = await ann.page.evaluate(
    () =>
      window.watched.peers[0]?.peer.getSenders().find(({ track }) => track?.kind === 'audio')?.track
        ?.enabled,
  );
  expect(enabled).toBe(false);
  await expect(kim.participants).toContainText('muted');
});
