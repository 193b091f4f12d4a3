// Pictures looked at closely: one after the other by keys, larger and smaller, and back to where one was.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';

import type { Place } from '../../actions/place';
import { placeOf, somebody } from '../../parts/testing/place';
import type { FileInfo } from '../../protocol/messages';
import { filesOf } from './desk.svelte';
import Viewer from './Viewer.svelte';

const picture = (name: string): FileInfo => ({
  hash: name,
  name,
  media_type: 'image/png',
  bytes: 1,
  picture: { width: 400, height: 300 },
});

let place: Place;
let shown: Record<string, unknown> | null = null;
const viewed = $state({ pictures: [picture('one'), picture('two')], index: 0 });

beforeEach(() => {
  place = placeOf([somebody('0')], { room: 'r' });
  viewed.index = 0;
  shown = mount(Viewer, { target: document.body, props: { place, viewed } });
  flushSync();
});

afterEach(async () => {
  if (shown !== null) await unmount(shown);
  shown = null;
});

function press(key: string): void {
  const stage = document.querySelector('.stage');
  stage?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  viewed.index = filesOf(place).viewed?.index ?? viewed.index;
  flushSync();
}

const sources = () =>
  [...document.querySelectorAll('img')].map((image) => image.getAttribute('src'));
const named = (name: string) => document.querySelector<HTMLButtonElement>(`[aria-label="${name}"]`);

test('the small form stands in its place until the picture is there', () => {
  expect(sources()).toEqual(['/api/rooms/r/files/one/one?thumbnail', '/api/rooms/r/files/one/one']);
  document.querySelectorAll('img')[1]?.dispatchEvent(new Event('load'));
  flushSync();
  expect(sources()).toEqual(['/api/rooms/r/files/one/one']);
});

test('a picture that does not come is said, and its small form stays', () => {
  document.querySelectorAll('img')[1]?.dispatchEvent(new Event('error'));
  flushSync();
  expect(sources()).toEqual(['/api/rooms/r/files/one/one?thumbnail']);
  expect(document.querySelector('[role="alert"]')?.textContent).toContain('can’t be loaded');
});

test('arrows go to the next and back, and no further than there are any', () => {
  expect(named('Previous picture')?.disabled).toBe(true);
  press('ArrowRight');
  expect(document.querySelector('h2')?.textContent).toContain('two');
  expect(document.querySelector('[role="status"]')?.textContent).toContain('2 of 2');
  press('ArrowRight');
  expect(document.querySelector('h2')?.textContent).toContain('two');
  press('ArrowLeft');
  expect(document.querySelector('h2')?.textContent).toContain('one');
});

test('it is saved under its own name', () => {
  expect(named('Download one')?.getAttribute('download')).toBe('one');
});
