// The keyboard of the room: shortcuts, and the space bar to talk.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Choices } from '../state/choices.svelte';
import { Talking } from '../state/talking.svelte';
import type { Action } from './action';
import Keys from './Keys.svelte';
import { alt } from './shortcut';

let keys: Record<string, unknown>;
let choices: Choices;
const run = vi.fn();
const talk = vi.fn(() => Promise.resolve());

const microphone: Action = {
  id: 'microphone',
  group: 'media',
  label: () => 'Microphone',
  hint: () => 'Mute',
  icon: '🎙',
  shortcut: alt('M'),
  available: true,
  enabled: true,
  pressed: true,
  run,
};

beforeEach(() => {
  localStorage.clear();
  run.mockClear();
  talk.mockClear();
  choices = new Choices();
  const talking = new Talking({
    on: { microphone: false, camera: false, screen: false, screen_audio: false },
    ownMicrophone: {} as MediaStreamTrack,
    talk,
  });
  keys = mount(Keys, {
    target: document.body,
    props: { actions: [microphone], talking, choices },
  });
  flushSync();
});

afterEach(async () => {
  await unmount(keys);
  document.body.replaceChildren();
});

function press(
  type: 'keydown' | 'keyup',
  init: KeyboardEventInit,
  target: Element = document.body,
) {
  const event = new KeyboardEvent(type, { bubbles: true, cancelable: true, ...init });
  target.dispatchEvent(event);
  return event;
}
const altM = { key: 'm', code: 'KeyM', altKey: true };
const space = { key: ' ', code: 'Space' };

test('a shortcut runs its action, and the browser does nothing with it', () => {
  expect(press('keydown', altM).defaultPrevented).toBe(true);
  expect(run).toHaveBeenCalledOnce();
});

test('while somebody writes the keys are theirs', () => {
  const field = document.body.appendChild(document.createElement('textarea'));
  expect(press('keydown', altM, field).defaultPrevented).toBe(false);
  press('keydown', space, field);
  expect(run).not.toHaveBeenCalled();
  expect(talk).not.toHaveBeenCalled();
});

test('one is heard while the space bar is held', () => {
  expect(press('keydown', space).defaultPrevented).toBe(true);
  press('keydown', { ...space, repeat: true });
  press('keyup', space);
  expect(talk.mock.calls).toEqual([[true], [false]]);
});

test('one is not heard any longer when the keyboard goes elsewhere', () => {
  press('keydown', space);
  window.dispatchEvent(new Event('blur'));
  expect(talk.mock.calls).toEqual([[true], [false]]);
});

test('who wants no shortcuts, or no talking by the space bar, has none', () => {
  choices.set({ shortcuts: false });
  press('keydown', altM);
  expect(run).not.toHaveBeenCalled();
  choices.set({ talkKey: false });
  press('keydown', space);
  expect(talk).not.toHaveBeenCalled();
});
