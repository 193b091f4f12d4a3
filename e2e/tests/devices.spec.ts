// Entering without camera and microphone works, and says why there is none.
import { expectPictures, expectVoices, offerCounts } from '../support/media.ts';
import { expect, test } from '../support/test.ts';

for (const browser of ['chromium', 'firefox'] as const) {
  test(`who denies camera and microphone is told, and enters, sees and hears (${browser})`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann', { devices: 'denied' });
    const kim = await person('chromium', 'Kim');
    await kim.enter('denied', { microphone: true, camera: true });
    await ann.visit('denied');
    await expect(ann.page.getByText(/may not use/)).toBeVisible();
    await ann.join.click();
    await ann.expectParticipants(['Ann', 'Kim']);
    await expectPictures(ann.page, 1);
    await expectVoices(ann.page, 1);
    await ann.say('I have no camera');
    await kim.expectMessage('I have no camera');
  });
}

test('who has neither camera nor microphone is told, and enters', async ({ person }) => {
  const ann = await person('firefox', 'Ann', { devices: 'none' });
  await ann.visit('nothing');
  await expect(ann.page.getByText(/No camera and no microphone found/)).toBeVisible();
  await ann.join.click();
  await ann.expectParticipants(['Ann']);
});

test('a microphone that is unplugged is noticed and said', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', 'Kim');
  await ann.enter('unplug', { microphone: true });
  await kim.enter('unplug');
  await expectVoices(kim.page, 1);
  // What a browser does when the only device goes: its track ends, and there is none any more.
  await ann.page.evaluate(() => {
    const missing = new DOMException('Requested device not found', 'NotFoundError');
    navigator.mediaDevices.getUserMedia = () => Promise.reject(missing);
    navigator.mediaDevices.enumerateDevices = () => Promise.resolve([]);
    const { peer } = window.watched.peers[0] ?? {};
    const track = peer?.getSenders().find((sender) => sender.track?.kind === 'audio')?.track;
    track?.stop();
    track?.dispatchEvent(new Event('ended'));
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  });
  await expect(ann.page.getByText(/The microphone “.+” is gone/).first()).toBeVisible();
  await expect(ann.button('Microphone')).toHaveAttribute('aria-pressed', 'false');
  await expect(kim.participants).toContainText('muted');
});

test('another camera and microphone can be chosen during a call', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', 'Kim');
  await ann.enter('choose', { microphone: true, camera: true });
  await kim.enter('choose');
  await expectPictures(kim.page, 1);
  const sent = () =>
    ann.page.evaluate(() => {
      const senders = window.watched.peers[0]?.peer.getSenders() ?? [];
      return senders.map(({ track }) => track?.label).filter(Boolean);
    });
  const before = await sent();

  await ann.button('More').click();
  await ann.page.getByRole('menuitem', { name: 'Settings', exact: true }).click();
  for (const name of ['Camera', 'Microphone']) {
    const choice = ann.page.getByRole('combobox', { name });
    const others = choice.locator('option:not(:checked)');
    await choice.selectOption({ label: (await others.last().textContent()) ?? '' });
  }
  await expect
    .poll(async () => (await sent()).filter((label) => before.includes(label)))
    .toEqual([]);
  await expectPictures(kim.page, 1);
  await expectVoices(kim.page, 1);
  expect(await offerCounts(ann.page)).toEqual([1]);
});
