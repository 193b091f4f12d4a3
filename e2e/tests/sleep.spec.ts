// A phone call, and a machine that slept: sound and picture come back by themselves.
import { expectPictures, expectVoices } from '../support/media.ts';
import { expect, test, type Person } from '../support/test.ts';

/** Tells a track of one's own what the system does to it. */
async function system(
  person: Person,
  does: 'mute' | 'unmute' | 'ended',
  kinds: string[],
): Promise<void> {
  await person.page.evaluate(
    ([type, all]) => {
      const senders = window.watched.peers.at(-1)?.peer.getSenders() ?? [];
      for (const { track } of senders) {
        if (track === null || !all.includes(track.kind)) continue;
        if (type === 'ended') track.stop();
        track.dispatchEvent(new Event(type));
      }
    },
    [does, kinds] as const,
  );
}

for (const browser of ['chromium', 'firefox'] as const) {
  test(`a phone call takes the microphone and gives it back (${browser})`, async ({ person }) => {
    const ann = await person(browser, 'Ann');
    const kim = await person('chromium', 'Kim');
    await kim.enter('phone');
    await ann.enter('phone', { microphone: true });
    await expectVoices(kim.page, 1);
    const seen = kim.participants.getByRole('listitem').filter({ hasText: 'Ann' });

    await system(ann, 'mute', ['audio']);
    await expect(ann.page.getByText(/The system has taken the microphone/).first()).toBeVisible();
    await expect(ann.button('Microphone')).toHaveAttribute('aria-pressed', 'false');
    await expect(seen).toContainText('muted');

    await system(ann, 'unmute', ['audio']);
    await expect(ann.button('Microphone')).toHaveAttribute('aria-pressed', 'true');
    await expect(seen).not.toContainText('muted');
    await expectVoices(kim.page, 1);
  });

  test(`camera and microphone come back when the machine wakes (${browser})`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    const kim = await person('chromium', 'Kim');
    await kim.enter('sleep');
    await ann.enter('sleep', { microphone: true, camera: true });
    await expectPictures(kim.page, 1);

    // What a page sees of an hour's sleep: the clock has jumped, and the devices are gone.
    await ann.page.evaluate(() => {
      const { now } = Date;
      Date.now = () => now() + 3_600_000;
    });
    await system(ann, 'ended', ['audio', 'video']);
    await ann.page.evaluate(() => document.dispatchEvent(new Event('resume')));

    await expect(ann.button('Camera')).toHaveAttribute('aria-pressed', 'true');
    await expect(ann.button('Microphone')).toHaveAttribute('aria-pressed', 'true');
    await expectPictures(kim.page, 1);
    await expectVoices(kim.page, 1);
  });
}

test('a page that the browser froze goes on when it is thawed', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('chromium', 'Kim');
  await kim.enter('frozen');
  await ann.enter('frozen', { microphone: true, camera: true });
  await expectPictures(kim.page, 1);
  const steer = await ann.page.context().newCDPSession(ann.page);
  await steer.send('Page.setWebLifecycleState', { state: 'frozen' });
  await kim.say('are you there?');
  await kim.expectMessage('are you there?');
  await steer.send('Page.setWebLifecycleState', { state: 'active' });
  await ann.expectMessage('are you there?');
  await expectPictures(kim.page, 1);
  await expectVoices(kim.page, 1);
});

test('a sound that the system holds goes on with the next touch of the page', async ({
  person,
}) => {
  const ann = await person('chromium', 'Ann');
  await ann.page.addInitScript(() => {
    const contexts: AudioContext[] = [];
    Object.assign(window, { contexts });
    window.AudioContext = class extends AudioContext {
      constructor(options?: AudioContextOptions) {
        super(options);
        contexts.push(this);
      }
    };
  });
  await ann.visit('held');
  const meter = ann.page.getByRole('meter', { name: 'Microphone level' });
  const heard = async () => Number(await meter.getAttribute('aria-valuenow'));
  await expect.poll(heard).toBeGreaterThan(0);
  const states = () =>
    ann.page.evaluate(() =>
      (window as unknown as { contexts: AudioContext[] }).contexts
        .map(({ state }) => state)
        .filter((state) => state !== 'closed'),
    );
  await ann.page.evaluate(() => {
    const { contexts } = window as unknown as { contexts: AudioContext[] };
    return Promise.all(contexts.map((context) => context.suspend()));
  });
  await ann.page.keyboard.press('Shift');
  await expect.poll(async () => new Set(await states())).toEqual(new Set(['running']));
  await expect.poll(heard).toBeGreaterThan(0);
});
