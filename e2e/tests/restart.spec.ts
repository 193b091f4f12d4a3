// The program is killed and started again: nothing is lost, and everybody comes back by themselves.
import { expectPictures } from '../support/media.ts';
import { expect, test } from '../support/test.ts';

test('after kill -9 the conversation is there, and pages come back by themselves', async ({
  person,
  program,
}) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', 'Kim');
  await ann.enter('outage', { camera: true });
  await kim.enter('outage', { camera: true });
  await ann.say('before the outage');
  await kim.expectMessage('before the outage');
  for (const one of [ann, kim]) await expectPictures(one.page, 1);

  await program.kill();
  await expect(ann.page.getByText(/coming back by itself/i).first()).toBeVisible();
  await ann.say('written during the outage');
  await program.restart();

  for (const one of [ann, kim]) {
    await one.expectMessage('before the outage');
    await one.expectMessage('written during the outage');
    await one.expectParticipants(['Ann', 'Kim']);
    await expectPictures(one.page, 1);
  }
  // Exactly once also for somebody who reads it from the disk.
  const late = await person('chromium', 'Late');
  await late.enter('outage');
  await late.expectMessage('before the outage');
  await late.expectMessage('written during the outage');
});

test('a message that is on its way during kill -9 is there exactly once', async ({
  person,
  program,
}) => {
  const ann = await person('chromium', 'Ann');
  await ann.enter('flight');
  for (let round = 1; round <= 3; round += 1) {
    const text = `message in flight ${round}`;
    const [, ,] = await Promise.all([ann.say(text), program.kill()]);
    await program.restart();
    await ann.expectMessage(text);
  }
  const kim = await person('firefox', 'Kim');
  await kim.enter('flight');
  for (let round = 1; round <= 3; round += 1) {
    await kim.expectMessage(`message in flight ${round}`);
  }
});

test('the program ends cleanly on SIGTERM, and the conversation is there tomorrow', async ({
  person,
  program,
}) => {
  const ann = await person('firefox', 'Ann');
  await ann.enter('tomorrow');
  await ann.say('내일 또 만나요');
  await ann.expectMessage('내일 또 만나요');
  expect(await program.stop()).toBe(0);
  await program.restart();
  const kim = await person('chromium', 'Kim');
  await kim.enter('tomorrow');
  await kim.expectMessage('내일 또 만나요');
});

test('a broken line is taken up again as the same person, and media flows meanwhile', async ({
  person,
}) => {
  const ann = await person('chromium', 'Ann');
  const kim = await person('firefox', 'Kim');
  await ann.enter('line', { camera: true });
  await kim.enter('line', { camera: true });
  for (const one of [ann, kim]) await expectPictures(one.page, 1);

  for (const one of [ann, kim]) {
    await one.page.evaluate(() => window.watched.sockets.at(-1)?.socket.close());
    await one.say(`still here, ${one.name}`);
    for (const reader of [ann, kim]) await reader.expectMessage(`still here, ${one.name}`);
  }
  for (const one of [ann, kim]) {
    await one.expectParticipants(['Ann', 'Kim']);
    expect(await one.page.evaluate(() => window.watched.peers.length)).toBe(1);
    await expectPictures(one.page, 1);
  }
});
