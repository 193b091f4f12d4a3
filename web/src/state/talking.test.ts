// Push to talk: heard while it is held, and never longer.
import { expect, test, vi } from 'vitest';

import { FakeTrack } from '../call/testing/media';
import { Talking } from './talking.svelte';

function meeting(microphone: boolean, track: FakeTrack | null = new FakeTrack('audio', 'mic')) {
  return {
    on: { microphone, camera: false, screen: false, screen_audio: false },
    ownMicrophone: track?.asTrack ?? null,
    talk: vi.fn(() => Promise.resolve()),
  };
}

test('one is heard from pressing to letting go, however often the key repeats', () => {
  const muted = meeting(false);
  const talking = new Talking(muted);
  expect([talking.start(), talking.start()]).toEqual([true, true]);
  expect(talking.holding).toBe(true);
  talking.end();
  talking.end();
  expect(talking.holding).toBe(false);
  expect(muted.talk.mock.calls).toEqual([[true], [false]]);
});

test('who is heard already is not muted by letting go', () => {
  const heard = meeting(true);
  const talking = new Talking(heard);
  expect(talking.start()).toBe(false);
  talking.end();
  expect(heard.talk).not.toHaveBeenCalled();
});

test('without a microphone there is nothing to hold', () => {
  const without = meeting(false, null);
  expect(new Talking(without).start()).toBe(false);
  expect(without.talk).not.toHaveBeenCalled();
});
