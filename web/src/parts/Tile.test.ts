// A tile whose picture the way to here does not carry: it says so, and stays where and as it is.
import { mount, unmount } from 'svelte';
import { afterEach, expect, test } from 'vitest';

import { m } from '../../paraglide/messages.js';
import { participant } from '../call/testing/server';
import Tile from './Tile.svelte';

let tile: Record<string, unknown>;

function show(changes: object): HTMLElement {
  tile = mount(Tile, {
    target: document.body,
    props: {
      person: participant('b'),
      rect: { x: 8, y: 16, width: 320, height: 180 },
      own: false,
      ownCamera: null,
      muted: false,
      camera: true,
      speaking: false,
      media: null,
      paused: true,
      speaker: null,
      onblocked: () => undefined,
      ...changes,
    },
  });
  const found = document.querySelector<HTMLElement>('.tile');
  if (found === null) throw new Error('no tile');
  return found;
}

afterEach(async () => {
  await unmount(tile);
});

test('a paused picture is said to be, in words that are read out', () => {
  expect(show({}).textContent).toContain(m.picture_paused());
  expect(document.querySelector('.paused svg')?.getAttribute('aria-hidden')).toBe('true');
});

test('a picture that flows is not', () => {
  expect(show({ paused: false }).textContent).not.toContain(m.picture_paused());
});

test('a tile of somebody who is paused keeps its place, its face and its name', async () => {
  const flowing = show({ paused: false }).getAttribute('style');
  await unmount(tile);
  const paused = show({});
  expect(paused.getAttribute('style')).toBe(flowing);
  expect(paused.querySelector('.avatar')).not.toBeNull();
  expect(paused.querySelector('.name')?.textContent).toBe('Name of b');
});

test('who has no camera on, or is away, is not said to be paused', async () => {
  expect(show({ camera: false }).textContent).not.toContain(m.picture_paused());
  await unmount(tile);
  const away = show({ person: participant('b', { connected: false }) });
  expect(away.textContent).not.toContain(m.picture_paused());
  expect(away.textContent).toContain(m.away());
});
