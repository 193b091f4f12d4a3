// The speaker test: it plays through the chosen loudspeaker, shows that it does, and says when nothing came out.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';

import { m } from '../../paraglide/messages.js';
import { settle } from '../call/testing/server';
import SpeakerTest from './SpeakerTest.svelte';

let view: Record<string, unknown>;

function show(play: (speaker: string | null, told: (level: number) => void) => Promise<void>) {
  view = mount(SpeakerTest, { target: document.body, props: { speaker: 'out-1', play } });
  const button = document.querySelector('button');
  if (button === null) throw new Error('no button');
  return button;
}

afterEach(async () => {
  await unmount(view);
});

test('it plays through the chosen loudspeaker, and shows so as long as it plays', async () => {
  let end = () => undefined as void;
  const play = vi.fn(() => new Promise<void>((resolve) => (end = resolve)));
  const button = show(play);
  button.click();
  flushSync();
  expect(play).toHaveBeenCalledExactlyOnceWith('out-1', expect.any(Function));
  expect(button.textContent).toContain(m.speaker_testing());
  button.click();
  expect(play).toHaveBeenCalledOnce();
  end();
  await settle();
  flushSync();
  expect(button.textContent).toContain(m.speaker_test());
});

test('where no sound came out it says so', async () => {
  const button = show(() => Promise.reject(new DOMException('', 'TimeoutError')));
  button.click();
  await settle();
  flushSync();
  expect(document.querySelector('[role=alert]')?.textContent).toBe(m.speaker_test_failed());
});
