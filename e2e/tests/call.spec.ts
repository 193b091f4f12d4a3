// Three people in two kinds of browsers see and hear each other, by one offer each.
import {
  expectNothing,
  expectPictures,
  expectVoices,
  offerCounts,
  outbound,
} from '../support/media.ts';
import { expect, test, type Person } from '../support/test.ts';

async function three(
  person: (browser: 'chromium' | 'firefox', name: string) => Promise<Person>,
  room: string,
): Promise<Person[]> {
  const people = [
    await person('chromium', 'Ann'),
    await person('firefox', '김 철수'),
    await person('chromium', 'Bo'),
  ];
  for (const one of people) await one.enter(room, { microphone: true, camera: true });
  return people;
}

test('three people decode each other’s pictures and hear each other', async ({ person }) => {
  const people = await three(person, 'three');
  for (const one of people) {
    await expectPictures(one.page, 2);
    await expectVoices(one.page, 2);
  }

  // Nobody's arrival renegotiated anything for anybody.
  for (const one of people) expect(await offerCounts(one.page)).toEqual([1]);

  // What belongs to one person is one stream, and one element plays it.
  for (const one of people) {
    const tracks = await one.page.evaluate(() => window.watched.peers[0]?.tracks ?? []);
    expect(tracks).toHaveLength(9 * 2 + 3 + 2);
    for (let index = 0; index < 9; index += 1) {
      const mine = tracks.filter(({ streams }) => streams.includes(`person-${index}`));
      expect(mine.map(({ kind }) => kind).sort()).toEqual(['audio', 'video']);
    }
    await expect
      .poll(() =>
        one.page.evaluate(() =>
          [...document.querySelectorAll<HTMLMediaElement>('video, audio')]
            .map(({ srcObject }) => srcObject as MediaStream | null)
            .filter((stream) => stream?.id.startsWith('person-'))
            .map((stream) => stream?.getTracks().length),
        ),
      )
      .toEqual([2, 2]);
  }
});

test('people without a camera are heard: what plays them goes on', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', 'Kim');
  for (const one of [ann, kim]) await one.enter('voices', { microphone: true });
  for (const one of [ann, kim]) {
    await expectVoices(one.page, 1);
    // Statistics rise for an element that plays nothing, too: look at the element itself.
    const played = (): Promise<number> =>
      one.page.evaluate(() => {
        const playing = [...document.querySelectorAll<HTMLMediaElement>('video, audio')].find(
          ({ srcObject }) => (srcObject as MediaStream | null)?.id.startsWith('person-'),
        );
        return playing && playing.readyState >= 2 && !playing.paused ? playing.currentTime : 0;
      });
    await expect.poll(played).toBeGreaterThan(0);
    const before = await played();
    await expect.poll(played).toBeGreaterThan(before);
  }
});

test('muted and switched off means that nothing arrives, and on again that it does', async ({
  person,
}) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', 'Kim');
  await ann.enter('mute', { microphone: true, camera: true });
  await kim.enter('mute');
  await expectPictures(kim.page, 1);
  await expectVoices(kim.page, 1);

  await ann.set('Microphone', false);
  await ann.set('Camera', false);
  await expect(kim.participants).toContainText('muted');
  await expectNothing(kim.page, 'video');
  await expectNothing(kim.page, 'audio');

  await ann.set('Microphone', true);
  await ann.set('Camera', true);
  await expectPictures(kim.page, 1);
  await expectVoices(kim.page, 1);
  expect(await offerCounts(ann.page)).toEqual([1]);
  expect(await offerCounts(kim.page)).toEqual([1]);
});

for (const browser of ['chromium', 'firefox'] as const) {
  test(`a camera that is switched on later sends three layers without another offer (${browser})`, async ({
    person,
  }) => {
    const ann = await person(browser, 'Ann');
    const kim = await person('chromium', 'Kim');
    await ann.enter('layers');
    await kim.enter('layers');
    await ann.set('Camera', true);
    await expectPictures(kim.page, 1);
    await expect
      .poll(
        async () => {
          const rows = (await outbound(ann.page)).filter(({ rid, frames }) => rid && frames > 10);
          return rows.map(({ rid }) => rid).sort();
        },
        { timeout: 40_000 },
      )
      .toEqual(['f', 'h', 'q']);
    expect(await offerCounts(ann.page)).toEqual([1]);
  });
}

test('the page that is hidden gets no picture, and gets it back when it is shown', async ({
  person,
}) => {
  const ann = await person('firefox', 'Ann');
  const kim = await person('chromium', 'Kim');
  await ann.enter('hidden', { microphone: true, camera: true });
  await kim.enter('hidden');
  await expectPictures(kim.page, 1);

  await kim.setVisible(false);
  await expectNothing(kim.page, 'video', 1_000);
  await expectVoices(kim.page, 1);

  await kim.setVisible(true);
  await expectPictures(kim.page, 1, 1_000);
});

test('an ICE restart from both browsers brings media back', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', 'Kim');
  await ann.enter('restart', { microphone: true, camera: true });
  await kim.enter('restart', { microphone: true, camera: true });
  for (const one of [ann, kim]) await expectPictures(one.page, 1);

  for (const one of [ann, kim]) {
    const before = await one.iceUser();
    // What a browser says when its network changed.
    await one.page.evaluate(() => window.dispatchEvent(new Event('online')));
    await expect.poll(() => one.iceUser()).not.toBe(before);
    expect(await offerCounts(one.page)).toEqual([2]);
  }
  for (const one of [ann, kim]) {
    await expectPictures(one.page, 1);
    await expectVoices(one.page, 1);
  }
});
