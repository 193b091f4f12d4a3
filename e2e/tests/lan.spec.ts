// `--lan` serves other machines over HTTPS, so that browsers there give camera and microphone.
import { expectPictures, expectVoices } from '../support/media.ts';
import { expect, test } from '../support/test.ts';

test.use({ flags: ['--lan'] });

test('people meet over HTTPS with a certificate of zoom’s own making', async ({
  person,
  program,
}) => {
  // The QR code, and the warning that browsers will show.
  await expect.poll(() => program.log).toMatch(/[█▀▄]{5}/);
  await expect.poll(() => program.log).toMatch(/warn/i);
  const ann = await person('chromium', 'Ann', { trusting: true });
  const kim = await person('firefox', 'Kim', { trusting: true });
  await ann.enter('lan', { microphone: true, camera: true });
  await kim.enter('lan', { microphone: true, camera: true });
  for (const one of [ann, kim]) {
    await expectPictures(one.page, 1);
    await expectVoices(one.page, 1);
  }
});
