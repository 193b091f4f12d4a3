// A picture of the conversation opens the viewer over it.
import { flushSync, mount, unmount } from 'svelte';
import { expect, test, vi } from 'vitest';

import { silence } from '../call';
import { entry } from '../call/testing/server';
import { placeOf, somebody } from '../parts/testing/place';
import Chat from './Chat.svelte';

test('a picture that is pressed is shown alone', async () => {
  const files = [
    {
      hash: 'h',
      name: 'a.png',
      media_type: 'image/png',
      bytes: 1,
      picture: { width: 4, height: 3 },
    },
  ];
  const place = placeOf([somebody('0', { author: 'own' })], {
    room: 'r',
    author: 'own',
    line: 'online',
    notices: { announced: [] },
    setTyping: () => undefined,
    chat: { ...silence, known: true, entries: [entry(1, { body: { type: 'message', files } })] },
  });
  const shown = mount(Chat, { target: document.body, props: { place } });
  flushSync();
  const opener = document.querySelector<HTMLElement>('[aria-label="Enlarge a.png"]');
  expect(opener).not.toBeNull();
  opener?.click();
  await vi.waitFor(() => expect(document.querySelector('dialog[open]')).not.toBeNull(), 3_000);
  await unmount(shown);
});
