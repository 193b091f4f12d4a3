// A link between the program and a browser does to media what it says, and to nothing else.
import { ends, samples } from '../support/link/measure.ts';
import { between, roundTripMs } from '../support/link/sample.ts';
import { expect, test } from '../support/link/test.ts';
import { expectPictures } from '../support/media.ts';

test('media crosses a link that delays and loses as told', async ({ place }) => {
  const near = await place('firefox');
  const far = await place('chromium');
  const ann = await near.person('Ann');
  const kim = await far.person('Kim');
  await ann.enter('link', { microphone: true, camera: true });
  await kim.enter('link');
  await expectPictures(kim.page, 1);

  far.link.set({ down: { delay_ms: 60, loss: 0.2 }, up: { delay_ms: 60 } });
  const before = await far.link.report();
  await expect.poll(() => roundTripMs(kim.page)).toBeGreaterThanOrEqual(120);
  const received = between(...ends(await samples(kim.page, 5)));
  const after = await far.link.report();

  // What the tool says that it does is what it counts, and what the page sees.
  const frames = after.down.frames_in - before.down.frames_in;
  const lost = after.down.frames_lost - before.down.frames_lost;
  expect(lost / frames).toBeGreaterThan(0.1);
  expect(lost / frames).toBeLessThan(0.3);
  expect(after.up.frames_lost).toBe(0);
  expect(received.packets_lost).toBeGreaterThan(0);

  // The other link stays as it was.
  const other = await near.link.report();
  expect([other.down.frames_lost, other.up.frames_lost]).toEqual([0, 0]);
});
