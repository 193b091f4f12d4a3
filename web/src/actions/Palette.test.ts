// The palette: finds what one means in either language, by keyboard alone, and lets syllables be composed.
import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Arrangement } from '../state/arrangement.svelte';
import { Hearing } from '../state/hearing.svelte';
import { Interface } from '../state/interface.svelte';
import { Meeting } from '../state/meeting.svelte';
import { Talk } from '../state/talk.svelte';
import type { Actions } from './catalogue';
import { createActions } from './catalogue';
import Palette from './Palette.svelte';

let palette: Record<string, unknown>;
let actions: Actions;
const onclose = vi.fn();

beforeEach(() => {
  onclose.mockClear();
  const meeting = new Meeting({ room: 'r', language: 'en' });
  const face = new Interface();
  actions = createActions({
    meeting,
    face,
    arrangement: new Arrangement(),
    hearing: new Hearing(),
    talk: new Talk(meeting, face),
  });
  palette = mount(Palette, {
    target: document.body,
    props: { actions: actions.all, others: [], notices: { announced: [] }, onclose },
  });
  flushSync();
});

afterEach(() => unmount(palette));

function field(): HTMLInputElement {
  const found = document.querySelector<HTMLInputElement>('[role="combobox"]');
  if (found === null) throw new Error('no field');
  return found;
}

function write(text: string): void {
  field().value = text;
  field().dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
}

async function press(key: string, init: KeyboardEventInit = {}): Promise<void> {
  field().dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }),
  );
  await tick();
  flushSync();
}

const options = () => [...document.querySelectorAll('[role="option"]')];
const found = () => options().map((option) => option.getAttribute('aria-label'));
const active = () => document.getElementById(field().getAttribute('aria-activedescendant') ?? '');

test('everything that can be done is offered before anything is typed', () => {
  const possible = actions.all.filter(({ available, enabled }) => available && enabled);
  expect(found()).toEqual(possible.map(({ label }) => label()));
});

test('a few letters of either language find it', () => {
  write('grid');
  expect(found()[0]).toBe('Grid');
  write('바둑');
  expect(found()[0]).toBe('Grid');
  write('ㅂㄷㅍ');
  expect(found()[0]).toBe('Grid');
});

test('what is found is counted aloud, and so is nothing', () => {
  write('zzz');
  expect(options()).toEqual([]);
  expect(document.querySelector('[role="status"]')?.textContent).toContain('0');
});

test('arrows choose while the focus stays in the field, and Enter does it', async () => {
  write('s');
  const first = active();
  await press('ArrowDown');
  expect(active()).not.toBe(first);
  await press('ArrowUp');
  expect(active()).toBe(first);
  write('grid');
  const run = vi.spyOn(actions.layoutGrid, 'run');
  await press('Enter');
  expect(run).toHaveBeenCalledOnce();
});

test('Enter and arrows that belong to a syllable choose nothing', async () => {
  write('바둑');
  const run = vi.spyOn(actions.layoutGrid, 'run');
  const before = active();
  await press('ArrowDown', { isComposing: true });
  expect(active()).toBe(before);
  await press('Enter', { isComposing: true });
  expect(run).not.toHaveBeenCalled();
});

test('a click does it, too', () => {
  write('hand');
  const run = vi.spyOn(actions.hand, 'run').mockReturnValue(undefined);
  (options()[0] as HTMLElement).click();
  expect(run).toHaveBeenCalledOnce();
});
