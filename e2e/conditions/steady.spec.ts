// A narrow link that stays as it is: most of it is used, and little waits before it.
import type { BrowserName } from '../support/browsers.ts';
import type { Report } from '../support/link/link.ts';
import { ends, pass, samples, soundGoals, tell } from '../support/link/measure.ts';
import { between } from '../support/link/sample.ts';
import { expectPictures } from '../support/media.ts';
import { expect, test } from '../support/link/test.ts';

const seconds = 40;

/**
 * Three people's layers come in steps of hundreds of kbit/s. Two middle layers, a small one and three
 * voices take 1,415 kbit/s on the link, with all their headers; three middle layers take 1,785.
 */
const down_kbit = 1_600;
/** A camera's two smaller layers take less than this, all three take more. */
const up_kbit = 1_000;

/** The part of the capacity that went through. */
function used(before: Report, after: Report, way: 'down' | 'up', rate_kbit: number): number {
  const bytes = (report: Report): number => report[way].bytes_out;
  const kbit = ((bytes(after) - bytes(before)) * 8) / 1_000;
  return kbit / ((after.at_ms - before.at_ms) / 1_000) / rate_kbit;
}

for (const watcher of ['chromium', 'firefox'] as BrowserName[]) {
  test(`three pictures on a narrow link to ${watcher}`, async ({ place }) => {
    const near = await place('chromium');
    const far = await place(watcher);
    for (const name of ['Ann', 'Bo', 'Cho']) {
      const one = await near.publisher(name);
      await one.enter('steady', { microphone: true, camera: true });
      // Nobody but the one who is measured has pictures to decode.
      await one.setVisible(false);
    }
    const kim = await far.person('Kim');
    far.link.set({ down: { delay_ms: 25, rate_kbit: down_kbit }, up: { delay_ms: 25 } });
    await kim.enter('steady');
    await expectPictures(kim.page, 3);
    // Until the estimate rests.
    await pass(20);

    far.link.reset();
    const before = await far.link.report();
    const received = between(...ends(await samples(kim.page, seconds)));
    const after = await far.link.report();
    const share = used(before, after, 'down', down_kbit);
    const { waits } = after.down;
    const dropped = after.down.frames_dropped - before.down.frames_dropped;
    tell('steady, down', { watcher, used: share, waits, dropped, ...received }, [
      { what: 'share of the capacity used', value: share, atLeast: 0.85 },
      { what: '95th percentile of milliseconds waited', value: waits.p95_ms, atMost: 100 },
      ...soundGoals(received),
    ]);
  });
}

test('one camera on a narrow link to the program', async ({ place }) => {
  const near = await place('chromium');
  const far = await place('chromium');
  const ann = await near.publisher('Ann');
  const kim = await far.person('Kim');
  near.link.set({ down: { delay_ms: 25 }, up: { delay_ms: 25, rate_kbit: up_kbit } });
  await ann.enter('uplink', { microphone: true, camera: true });
  await kim.enter('uplink');
  await expectPictures(kim.page, 1);
  await pass(20);

  near.link.reset();
  const before = await near.link.report();
  const received = between(...ends(await samples(kim.page, seconds)));
  const after = await near.link.report();
  const share = used(before, after, 'up', up_kbit);
  const { waits } = after.up;
  const dropped = after.up.frames_dropped - before.up.frames_dropped;
  tell('steady, up', { used: share, waits, dropped, ...received }, [
    { what: 'share of the capacity used', value: share, atLeast: 0.85 },
    { what: '95th percentile of milliseconds waited', value: waits.p95_ms, atMost: 100 },
    ...soundGoals(received),
  ]);
  expect(received.frames_decoded).toBeGreaterThan(0);
});
