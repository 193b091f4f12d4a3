// A tile says in words what its signs say, and keeps its place whatever happens to the picture.
import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, expect, test } from 'vitest';

import { m } from '../../paraglide/messages.js';
import type { Participant } from '../protocol/messages';
import { placeOf, somebody } from './testing/place';
import Tile from './Tile.svelte';

let tile: Record<string, unknown> | null = null;
const me = somebody('me');

function show(person: Participant, meeting: object = {}, props: object = {}) {
  const place = placeOf(person.participant === 'me' ? [person] : [me, person], meeting);
  tile = mount(Tile, {
    target: document.body,
    props: {
      place,
      person,
      rect: { x: 8, y: 16, width: 320, height: 180 },
      onblocked: () => undefined,
      ...props,
    },
  });
  flushSync();
  const element = document.querySelector<HTMLElement>('.tile');
  if (element === null) throw new Error('no tile');
  return { element, place };
}

afterEach(async () => {
  if (tile !== null) await unmount(tile);
  tile = null;
  localStorage.clear();
});

const paused = { isPaused: () => true };

test('a paused picture is said to be, in words that are read out', () => {
  expect(show(somebody('b'), paused).element.textContent).toContain(m.picture_paused());
  expect(document.querySelector('.paused svg')?.getAttribute('aria-hidden')).toBe('true');
});

test('a picture that flows is not', () => {
  expect(show(somebody('b')).element.textContent).not.toContain(m.picture_paused());
});

test('a tile of somebody who is paused keeps its place, its face and its name', async () => {
  const flowing = show(somebody('b')).element.getAttribute('style');
  if (tile !== null) await unmount(tile);
  const { element } = show(somebody('b'), paused);
  expect(element.getAttribute('style')).toBe(flowing);
  expect(element.querySelector('.avatar')).not.toBeNull();
  expect(element.querySelector('.name')?.textContent).toBe('Name of b');
});

test('who has no camera on is not said to be paused', () => {
  const dark = somebody('b', { sources: { ...me.sources, camera: false } });
  expect(show(dark, paused).element.textContent).not.toContain(m.picture_paused());
});

test('who is away is said to be, and not to be paused', () => {
  const { element } = show(somebody('b', { connected: false }), paused);
  expect(element.textContent).not.toContain(m.picture_paused());
  expect(element.textContent).toContain(m.away());
});

test('a hand is seen with its place in the order, and read out', () => {
  const [first, second] = [somebody('a', { hand: 4 }), somebody('b', { hand: 9 })];
  const { element } = show(second, { hands: [first, second] });
  expect(element.querySelector('.hand')?.textContent).toContain('2');
  expect(element.textContent).toContain(m.hand_place({ place: 2 }));
});

test('a good connection shows no sign, a weak one its reason in words', async () => {
  const good = somebody('b', { quality: { level: 'good', reason: 'none' } });
  // An empty list would be read out.
  expect(show(good).element.querySelector('.signs')).toBeNull();
  if (tile !== null) await unmount(tile);
  const poor = somebody('b', { quality: { level: 'poor', reason: 'loss', direction: 'up' } });
  const sign = show(poor).element.querySelector<HTMLElement>('.signs .poor');
  expect(sign?.textContent).toContain(m.quality_up_loss());
  expect(sign?.dataset['hint']).toBe(m.quality_up_loss());
});

test('of oneself a weak connection says what to do', () => {
  const poor = somebody('me', { quality: { level: 'poor', reason: 'loss' } });
  expect(show(poor).element.textContent).toContain(m.quality_own_loss());
});

test('who speaks has a ring that takes no space', () => {
  const people = { participants: [], speakers: ['b'], typing: [] };
  const { element } = show(somebody('b'), { people });
  expect(element.classList).toContain('speaking');
  expect(element.textContent).toContain(m.speaks());
});

test('the menu has the actions of a person', async () => {
  const { element } = show(somebody('b'));
  const menu = element.querySelector('.tools');
  // As a browser tells of its opening.
  const opened = Object.assign(new Event('beforetoggle'), { newState: 'open' });
  menu?.querySelector('[popover]')?.dispatchEvent(opened);
  await tick();
  for (const label of [m.pin(), m.volume_for_me(), m.mute_for_me(), m.stats()]) {
    expect(menu?.textContent).toContain(label);
  }
});

test('who is pinned, or muted for oneself, is said to be', () => {
  const { element, place } = show(somebody('b'));
  place.arrangement.pin('b');
  place.hearing.setMutedForMe('b', true);
  flushSync();
  expect(element.textContent).toContain(m.pinned());
  expect(element.textContent).toContain(m.muted_for_me());
});

test('a name has a direction of its own', () => {
  const { element } = show(somebody('b', { name: 'دانا العمري' }));
  expect(element.querySelector('.name')?.getAttribute('dir')).toBe('auto');
});

test('a right click opens the menu', () => {
  const { element } = show(somebody('b'));
  let clicks = 0;
  element.querySelector('.tools button')?.addEventListener('click', () => (clicks += 1));
  const event = new MouseEvent('contextmenu', { bubbles: true, cancelable: true });
  element.dispatchEvent(event);
  expect(event.defaultPrevented).toBe(true);
  expect(clicks).toBe(1);
});
