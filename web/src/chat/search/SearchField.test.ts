// The field in the head of the conversation: it searches as one types, also while a syllable is composed.
import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { chatActions } from '../../actions/chat';
import type { Place } from '../../actions/place';
import { placeOf, somebody } from '../../parts/testing/place';
import type { Search } from '../../protocol/messages';
import SearchField from './SearchField.svelte';
import { Searching } from './searching.svelte';

const asked: Search[] = [];
let place: Place;
let searching: Searching;
let shown: Record<string, unknown> | null = null;

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
  place = placeOf([somebody('0')], { line: 'online', closeThread: () => undefined });
  searching = new Searching({
    search: (search) => {
      asked.push(search);
      return Promise.resolve({ entries: [], more: false });
    },
  });
  const action = chatActions(place).find;
  shown = mount(SearchField, { target: document.body, props: { place, searching, action } });
  flushSync();
});

afterEach(async () => {
  vi.useRealTimers();
  if (shown !== null) await unmount(shown);
});

function field(): HTMLInputElement {
  const found = document.querySelector('input');
  if (found === null) throw new Error('no field');
  return found;
}

function compose(value: string): void {
  field().value = value;
  field().dispatchEvent(new InputEvent('input', { bubbles: true, data: value }));
  flushSync();
}

test('what is composed is searched for before the syllable is taken', async () => {
  field().dispatchEvent(new Event('compositionstart'));
  for (const value of ['ㅈ', '저', '점', '점시', '점심']) compose(value);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toEqual([{ text: '점심' }]);
  expect(searching.open).toBe(true);
});

test('Escape closes, and keeps what was found for another time', async () => {
  compose('plan');
  await vi.advanceTimersByTimeAsync(1_000);
  field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  expect(searching.open).toBe(false);
  expect(searching.text).toBe('plan');
  expect(searching.state).toBe('done');
});

test('Escape that gives a composition up closes nothing', () => {
  compose('점');
  const event = { key: 'Escape', bubbles: true, isComposing: true };
  field().dispatchEvent(new KeyboardEvent('keydown', event));
  expect(searching.open).toBe(true);
});

test('whoever passes it by Tab keeps the conversation; Enter opens what was found', () => {
  field().focus();
  flushSync();
  expect(searching.open).toBe(false);
  field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  expect(searching.open).toBe(true);
});

test('its keys open the conversation and lead to it', async () => {
  chatActions(place).find.run();
  flushSync();
  await tick();
  expect(place.face.panelOpen).toBe(true);
  expect(document.activeElement).toBe(field());
  expect(searching.open).toBe(true);
});
