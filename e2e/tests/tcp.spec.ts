// Where UDP is blocked, everything goes over TCP.
import { expectPictures, expectVoices } from '../support/media.ts';
import { expect, test } from '../support/test.ts';

test.use({ flags: ['--media-udp', 'off'] });

test('both browsers see and hear each other over TCP alone', async ({ person }) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', 'Kim');
  await ann.enter('tcp', { microphone: true, camera: true });
  await kim.enter('tcp', { microphone: true, camera: true });
  for (const one of [ann, kim]) {
    await expectPictures(one.page, 1);
    await expectVoices(one.page, 1);
    expect(await one.transport()).toBe('tcp');
  }
});
