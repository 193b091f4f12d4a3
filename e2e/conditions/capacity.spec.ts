// A link that narrows to a fifth holds no queue and loses no sound; as it widens the picture
// comes back.
import type { BrowserName } from '../support/browsers.ts';
import {
  ends,
  expectBestPicture,
  pass,
  queue,
  samples,
  soundGoals,
  tell,
} from '../support/link/measure.ts';
import { between, type Sample } from '../support/link/sample.ts';
import { test } from '../support/link/test.ts';

const wide = { down: { delay_ms: 25, rate_kbit: 2_500 }, up: { delay_ms: 25 } };
const narrow = { ...wide, down: { ...wide.down, rate_kbit: wide.down.rate_kbit / 5 } };

/** A queue of this length is none. */
const goneMs = 25;
/** The part of the former bitrate that counts as the former quality. */
const recovered = 0.9;
/** A bitrate is one over a second: in less a key frame shows. */
const windowMs = 1_000;

/** When the bitrate over a second is again this much, after the first look. */
function backAfter(taken: Sample[], wanted_kbit_per_s: number, height: number): number | null {
  const began = taken[0]?.at_ms ?? 0;
  for (const after of taken) {
    const before = taken.findLast(({ at_ms }) => at_ms <= after.at_ms - windowMs);
    if (!before) continue;
    const received = between(before, after);
    if (received.video_kbit_per_s >= wanted_kbit_per_s && received.height >= height) {
      return after.at_ms - began;
    }
  }
  return null;
}

for (const watcher of ['chromium', 'firefox'] as BrowserName[]) {
  test(`a link that narrows to a fifth and widens again, in ${watcher}`, async ({ place }) => {
    const near = await place('chromium');
    const far = await place(watcher);
    const ann = await near.publisher('Ann');
    const kim = await far.person('Kim');
    far.link.set(wide);
    await ann.enter('capacity', { microphone: true, camera: true });
    await kim.enter('capacity');
    await expectBestPicture(kim);
    // Until both estimates rest.
    await pass(10);
    const former = between(...ends(await samples(kim.page, 5)));

    const drop = await far.link.report();
    far.link.set(narrow);
    const during = await samples(kim.page, 20);
    const rise = await far.link.report();
    far.link.set(wide);
    const afterwards = await samples(kim.page, 20);

    const waits = queue(far.link, drop.at_ms, 20);
    const peak = waits.reduce((most, wait) => (wait.ms > most.ms ? wait : most));
    const gone = waits.find(({ at_ms, ms }) => at_ms > peak.at_ms && ms <= goneMs);
    const later = waits.filter(({ at_ms }) => at_ms > (gone?.at_ms ?? Infinity));
    const narrowed = between(...ends(during));
    const widened = between(...ends(afterwards));
    const back_ms = backAfter(afterwards, former.video_kbit_per_s * recovered, former.height);
    const heights = [...during, ...afterwards].map(({ streams }) =>
      Math.max(0, ...streams.map(({ height }) => height)),
    );
    tell(
      'capacity',
      {
        watcher,
        former,
        queue_peak_ms: peak.ms,
        queue_gone_ms: gone?.at_ms ?? null,
        queue_worst_later_ms: Math.max(0, ...later.map(({ ms }) => ms)),
        dropped: rise.down.frames_dropped - drop.down.frames_dropped,
        narrowed,
        back_ms,
        widened,
        heights: heights.filter((height, index) => height !== heights[index - 1]),
      },
      [
        { what: 'milliseconds until the queue is gone', value: gone?.at_ms ?? 1e9, atMost: 1_000 },
        ...soundGoals(narrowed, ' while narrow'),
        {
          what: 'milliseconds until the quality is back',
          value: back_ms ?? 1e9,
          atMost: 8_000,
        },
      ],
    );
  });
}
