// The chat client in examples/chat works against the real program, in both browsers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { test } from '../support/test.ts';

const serve = new URL('../../examples/chat/serve.mjs', import.meta.url).pathname;

for (const browser of ['chromium', 'firefox'] as const) {
  test(`the example reads, writes and comes back (${browser})`, async ({ person, program }) => {
    const kim = await person('chromium', 'Kim');
    await kim.enter('example');
    await kim.say('before the example came');

    const proxy = spawn(process.execPath, [serve, '0', new URL(program.base).port]);
    try {
      const [line] = (await once(proxy.stdout, 'data')) as [Buffer];
      const { origin } = new URL(line.toString().trim());
      const ann = await person(browser, 'Ann');
      ann.allow(origin);
      await ann.page.goto(`${origin}/?room=example&name=Ann`);
      await ann.expectMessage('before the example came');
      await kim.expectParticipants(['Ann', 'Kim']);

      await ann.say('a message from the example');
      await kim.expectMessage('a message from the example');
      await ann.expectMessage('a message from the example');

      await program.kill();
      await ann.say('written during the outage');
      await program.restart();
      await kim.expectMessage('written during the outage');
      await ann.expectMessage('written during the outage');
    } finally {
      proxy.kill();
    }
  });
}
