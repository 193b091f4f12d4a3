// The room's tiles: what is seen is received, and nothing else; pages turn; nobody moves because somebody speaks.
import { flushSync, mount, unmount } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { m } from '../../paraglide/messages.js';
import { createActions } from '../actions/catalogue';
import { placeOf, somebody } from '../parts/testing/place';
import type { Participant, Tile } from '../protocol/messages';
import Tiles from './Tiles.svelte';

let view: Record<string, unknown> | null = null;
const show = vi.fn<(tiles: Tile[], besidePage: Tile[]) => void>();
let size = { width: 1060, height: 760 };

beforeEach(() => {
  localStorage.clear();
  show.mockClear();
  size = { width: 1060, height: 760 };
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockImplementation(() => size.width);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockImplementation(() => size.height);
});

afterEach(async () => {
  if (view !== null) await unmount(view);
  view = null;
});

const crowd = (count: number) =>
  Array.from({ length: count }, (_, index) => somebody(index === 0 ? 'me' : `p${String(index)}`));

/** What of a meeting changes, so that views follow it. */
function open(people: Participant[], meeting: object = {}) {
  const state = new SvelteMap<string, readonly string[]>([['speakers', []]]);
  const place = placeOf(people, {
    show,
    get people() {
      return { participants: people, speakers: state.get('speakers') ?? [], typing: [] };
    },
    ...meeting,
  });
  view = mount(Tiles, {
    target: document.body,
    props: { place, actions: createActions(place) },
  });
  flushSync();
  return {
    place,
    speak: (...ids: string[]) => {
      state.set('speakers', ids);
      flushSync();
    },
  };
}

const received = () => show.mock.lastCall?.[0].map(({ participant }) => participant) ?? [];
const places = () =>
  [...document.querySelectorAll<HTMLElement>('.tile')].map((tile) => [
    tile.querySelector('.name')?.textContent,
    tile.style.transform,
  ]);

test('only what is on the page is received, and nobody receives themselves', () => {
  const { place } = open(crowd(60));
  expect(received()).toHaveLength(19);
  expect(received()).not.toContain('me');
  place.arrangement.turn(1);
  flushSync();
  expect(received()).toHaveLength(20);
  expect(received()[0]).toBe('p20');
  expect(place.arrangement.pages).toBe(3);
});

test('Page Down turns the page, but not from a field elsewhere', () => {
  const { place } = open(crowd(60));
  const press = (target: Element, key: string) =>
    target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  press(document.body, 'PageDown');
  expect(place.arrangement.page).toBe(1);
  const field = document.createElement('textarea');
  document.body.append(field);
  press(field, 'PageDown');
  expect(place.arrangement.page).toBe(1);
  press(document.body, 'PageUp');
  expect(place.arrangement.page).toBe(0);
  field.remove();
});

test('nobody moves because somebody speaks', () => {
  const { speak } = open(crowd(9));
  const before = places();
  speak('p7');
  expect(places()).toEqual(before);
  speak('p3', 'p7');
  expect(places()).toEqual(before);
});

test('who speaks on another page is named, and a press goes there', () => {
  const { place, speak } = open(crowd(60));
  speak('p45');
  const button = document.querySelector<HTMLElement>('.elsewhere');
  expect(button?.getAttribute('aria-label')).toBe(m.speaks_elsewhere({ name: 'Name of p45' }));
  button?.click();
  flushSync();
  expect(place.arrangement.page).toBe(2);
  expect(document.querySelector('.elsewhere')).toBeNull();
});

test('with the speaker large, the two change places and nobody else moves', () => {
  const { place, speak } = open(crowd(6));
  place.arrangement.setMode('speaker');
  speak('p1');
  const before = new Map(places() as [string, string][]);
  speak('p4');
  const after = new Map(places() as [string, string][]);
  expect(after.get('Name of p4')).toBe(before.get('Name of p1'));
  expect(after.get('Name of p1')).toBe(before.get('Name of p4'));
  for (const id of ['p2', 'p3', 'p5']) {
    expect(after.get(`Name of ${id}`)).toBe(before.get(`Name of ${id}`));
  }
});

test('who is pinned is large and received first', () => {
  const { place } = open(crowd(9));
  place.arrangement.pin('p5');
  flushSync();
  expect(received()[0]).toBe('p5');
  expect(document.querySelector('.tile.large .name')?.textContent).toBe('Name of p5');
});

test('of several shared screens one is large, and a press on another brings it there', () => {
  const screen = { microphone: true, camera: true, screen: true, screen_audio: false };
  const people = crowd(4).map((it, index) => (index > 1 ? { ...it, sources: screen } : it));
  open(people);
  const large = () => document.querySelector('.screen.large')?.getAttribute('aria-label');
  expect(large()).toBe(m.screen_of({ name: 'Name of p3' }));
  document.querySelector<HTMLElement>('.choose')?.click();
  flushSync();
  expect(large()).toBe(m.screen_of({ name: 'Name of p2' }));
  expect(show.mock.lastCall?.[0][0]).toMatchObject({ participant: 'p2', source: 'screen' });
});

test('one who hid their own picture finds the way back on the screen', () => {
  const { place } = open(crowd(3));
  place.arrangement.setOwnHidden(true);
  flushSync();
  expect(places()).toHaveLength(2);
  const back = [...document.querySelectorAll('button')].find((it) =>
    it.textContent.includes(m.show_own()),
  );
  back?.click();
  flushSync();
  expect(places()).toHaveLength(3);
});

test('of two on an upright phone one’s own picture is in a corner, and arrow keys move it', () => {
  size = { width: 374, height: 640 };
  open(crowd(2));
  const own = document.querySelector<HTMLElement>('.tile.corner');
  const before = own?.style.transform;
  own?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true }));
  flushSync();
  expect(own?.style.transform).not.toBe(before);
  expect(received()).toEqual(['p1']);
});

test('a small window is sent what it shows while the page is hidden', async () => {
  const { place } = open(crowd(4));
  expect(show.mock.lastCall?.[1]).toEqual([]);
  const opened = { document: document.implementation.createHTMLDocument(), close: () => undefined };
  place.arrangement.floatingWindow = opened as unknown as Window;
  flushSync();
  expect(show.mock.lastCall?.[1]).toMatchObject([{ participant: 'p1', source: 'camera' }]);
  await vi.waitFor(() => {
    expect(opened.document.body.textContent).toContain('Name of p1');
  });
});
