// A menu that is made from actions: what is in it, how keys move through it, and what becomes of the focus.
import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Action } from './action';
import ActionMenu from './ActionMenu.svelte';

let menu: Record<string, unknown>;
const run = vi.fn();
const set = vi.fn();

const action = (id: string, changes: Partial<Action> = {}): Action => ({
  id,
  group: 'view',
  label: () => id,
  hint: () => `${id} it`,
  icon: '⭐',
  shortcut: null,
  available: true,
  enabled: true,
  pressed: null,
  run: () => {
    run(id);
  },
  ...changes,
});

beforeEach(async () => {
  run.mockClear();
  menu = mount(ActionMenu, {
    target: document.body,
    props: {
      name: 'More',
      icon: '⋯',
      sections: [
        {
          heading: 'Layout',
          actions: [action('Grid', { pressed: true }), action('Speaker', { pressed: false })],
        },
        { actions: [action('Nothing', { available: false })] },
        {
          actions: [
            action('Leave', { enabled: false }),
            action('Volume', { range: { value: 0.5, set } }),
          ],
        },
      ],
    },
  });
  popover().hidePopover = () => {
    toggle('closed');
  };
  await open();
});

afterEach(() => unmount(menu));

function popover(): HTMLElement {
  const found = document.querySelector<HTMLElement>('[popover]');
  if (found === null) throw new Error('no popover');
  return found;
}

function toggle(newState: 'open' | 'closed'): void {
  for (const type of ['beforetoggle', 'toggle'])
    popover().dispatchEvent(Object.assign(new Event(type), { newState }));
  flushSync();
}

async function open(): Promise<void> {
  toggle('open');
  await tick();
}

const opener = () => document.querySelector<HTMLButtonElement>('.opener');
const items = () => [...document.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
const labels = () => items().map((item) => item.getAttribute('aria-label'));

function press(key: string): void {
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
}

test('what exists is in it, in groups, and switches say whether they are on', () => {
  expect(labels()).toEqual(['Grid', 'Speaker', 'Leave']);
  expect(items().map((item) => item.getAttribute('aria-checked'))).toEqual(['true', 'false', null]);
  expect(document.querySelector('[role="group"]')?.getAttribute('aria-label')).toBe('Layout');
  expect(document.querySelector('[role="menu"]')?.getAttribute('aria-label')).toBe('More');
});

test('it opens with the focus on its first item, and arrows go around', () => {
  expect(opener()?.getAttribute('aria-expanded')).toBe('true');
  expect(document.activeElement).toBe(items()[0]);
  press('ArrowUp');
  expect(document.activeElement).toBe(items()[2]);
  press('ArrowDown');
  expect(document.activeElement).toBe(items()[0]);
  press('s');
  expect(document.activeElement).toBe(items()[1]);
});

test('choosing closes it, brings the focus back to its opener, and then does it', () => {
  items()[1]?.click();
  expect(run).toHaveBeenCalledExactlyOnceWith('Speaker');
  expect(opener()?.getAttribute('aria-expanded')).toBe('false');
  expect(document.activeElement).toBe(opener());
});

test('what cannot be done just then is there and does nothing', () => {
  expect(items()[2]?.getAttribute('aria-disabled')).toBe('true');
  items()[2]?.click();
  expect(run).not.toHaveBeenCalled();
});

test('a slider stands below the items and sets as it is moved', () => {
  const slider = document.querySelector<HTMLInputElement>('input[type="range"]');
  expect(slider?.value).toBe('50');
  if (slider === null) throw new Error('no slider');
  slider.value = '25';
  slider.dispatchEvent(new Event('input', { bubbles: true }));
  expect(set).toHaveBeenCalledExactlyOnceWith(0.25);
});

test('a menu that is closed holds nothing', () => {
  toggle('closed');
  expect(items()).toEqual([]);
});
