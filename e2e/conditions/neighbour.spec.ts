// Somebody on a bad link harms nobody else in the room.
import { ends, expectBestPicture, samples, soundGoals, tell } from '../support/link/measure.ts';
import { between, stoodStill } from '../support/link/sample.ts';
import { test } from '../support/link/test.ts';

test('who watches beside somebody on a bad link sees and hears all', async ({ place }) => {
  const near = await place('chromium');
  const far = await place('chromium');
  const good = await place('firefox');
  const ann = await near.publisher('Ann');
  const kim = await far.person('Kim');
  const lee = await good.person('Lee');
  await ann.enter('neighbour', { microphone: true, camera: true });
  await kim.enter('neighbour');
  await lee.enter('neighbour');
  await expectBestPicture(kim);
  await expectBestPicture(lee);

  const bad = { delay_ms: 100, jitter_ms: 50, burst: { enter: 0.02, leave: 0.2, loss: 1 } };
  far.link.set({ down: { ...bad, rate_kbit: 300 }, up: bad });
  const received = between(...ends(await samples(lee.page, 30)));
  tell('neighbour', received, [
    { what: 'height of the picture', value: received.height, atLeast: 540 },
    { what: 'share of frozen time', value: stoodStill(received), atMost: 0.01 },
    ...soundGoals(received),
  ]);
});
