// A button that is made from an action: its name, its state, its keys, and one press at a time.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';

import type { Action } from './action';
import ActionButton from './ActionButton.svelte';
import { alt } from './shortcut';

let shown: Record<string, unknown>;

function show(changes: Partial<Action>, props: object = {}): HTMLButtonElement {
  const action: Action = {
    id: 'camera',
    group: 'media',
    label: () => 'Camera',
    hint: () => 'Switch the camera off',
    icon: '📷',
    shortcut: alt('C'),
    available: true,
    enabled: true,
    pressed: true,
    run: vi.fn(),
    ...changes,
  };
  shown = mount(ActionButton, { target: document.body, props: { action, ...props } });
  const button = document.querySelector('button');
  if (button === null) throw new Error('no button');
  return button;
}

afterEach(() => unmount(shown));

test('its name is the action, its description what pressing does', () => {
  const button = show({});
  expect(button.querySelector('.word')?.textContent).toBe('Camera');
  expect(button.getAttribute('aria-label')).toBeNull();
  const described = button.getAttribute('aria-describedby') ?? '';
  expect(document.getElementById(described)?.textContent).toBe('Switch the camera off');
});

test('a sign alone is named all the same', () => {
  expect(show({}, { look: 'icon' }).getAttribute('aria-label')).toBe('Camera');
});

test('a switch says whether it is on, what opens something whether that is open', async () => {
  expect(show({ pressed: false }).getAttribute('aria-pressed')).toBe('false');
  await unmount(shown);
  const opener = show({ pressed: true, opens: true });
  expect(opener.getAttribute('aria-expanded')).toBe('true');
  expect(opener.hasAttribute('aria-pressed')).toBe(false);
  await unmount(shown);
  expect(show({ pressed: null }).hasAttribute('aria-pressed')).toBe(false);
});

test('its keys are told where they work', async () => {
  expect(show({}).getAttribute('aria-keyshortcuts')).toBe('Alt+C');
  await unmount(shown);
  expect(show({}, { keys: false }).hasAttribute('aria-keyshortcuts')).toBe(false);
});

test('a press while the one before it is not done does nothing', async () => {
  let done: () => void = () => undefined;
  const run = vi.fn(() => new Promise<void>((resolve) => (done = resolve)));
  const button = show({ run });
  button.click();
  flushSync();
  expect(button.getAttribute('aria-busy')).toBe('true');
  button.click();
  expect(run).toHaveBeenCalledTimes(1);
  done();
  await vi.waitFor(() => {
    expect(button.getAttribute('aria-busy')).toBe('false');
  });
  button.click();
  expect(run).toHaveBeenCalledTimes(2);
});

test('what does not exist here is not shown, what cannot be done just then is', async () => {
  expect(() => show({ available: false })).toThrow('no button');
  await unmount(shown);
  expect(show({ enabled: false }).disabled).toBe(true);
});
