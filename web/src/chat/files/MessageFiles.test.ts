// What is in a message beside its text: pictures in a place of their size, sound and films, cards for the rest.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test } from 'vitest';

import type { Place } from '../../actions/place';
import { placeOf, somebody } from '../../parts/testing/place';
import type { FileInfo } from '../../protocol/messages';
import { filesOf } from './desk.svelte';
import MessageFiles from './MessageFiles.svelte';

let place: Place;
let shown: Record<string, unknown> | null = null;

function open(files: FileInfo[]): void {
  place = placeOf([somebody('0')], { room: '수달' });
  shown = mount(MessageFiles, { target: document.body, props: { place, files } });
  flushSync();
}

afterEach(async () => {
  if (shown !== null) await unmount(shown);
  shown = null;
});

function picture(name: string, width = 3000, height = 4000): FileInfo {
  return { hash: 'f00d', name, media_type: 'image/jpeg', bytes: 9, picture: { width, height } };
}

const buttons = () => [...document.querySelectorAll('button')];

test('a picture has its place before it is there, and is small at first', () => {
  open([picture('산.jpg')]);
  const [button] = buttons();
  expect(button?.getAttribute('aria-label')).toBe('Enlarge 산.jpg');
  expect(button?.style.width).toBe('225px');
  expect(button?.style.aspectRatio).toBe('225 / 300');
  expect(button?.querySelector('img')?.getAttribute('src')).toBe(
    `/api/rooms/${encodeURIComponent('수달')}/files/f00d/${encodeURIComponent('산.jpg')}?thumbnail`,
  );
});

test('a picture opens the viewer with all of its message', () => {
  const files = [picture('one'), picture('two')];
  open(files);
  buttons()[1]?.click();
  expect(filesOf(place).viewed).toEqual({ pictures: files, index: 1 });
});

test('a picture that cannot be had becomes a card', () => {
  open([picture('gone.png')]);
  document.querySelector('img')?.dispatchEvent(new Event('error'));
  flushSync();
  expect(document.querySelector('img')).toBeNull();
  expect(document.querySelector('a')?.getAttribute('download')).toBe('gone.png');
});

test('a drawing that could run is a card, for saving', () => {
  open([{ hash: 'h', name: 'a.svg', media_type: 'image/svg+xml', bytes: 2_100_000 }]);
  expect(document.querySelector('img, svg image, object, embed, iframe')).toBeNull();
  const link = document.querySelector('a');
  expect(link?.getAttribute('aria-label')).toBe('Download a.svg');
  expect(link?.hasAttribute('download')).toBe(true);
  expect(document.body.textContent).toContain('SVG · 2.1 MB');
});

test('sound and films are played where they stand, and only as far as they are played are they loaded', () => {
  open([
    { hash: 'a', name: 'v.mp3', media_type: 'audio/mpeg', bytes: 1 },
    { hash: 'b', name: 'f.mp4', media_type: 'video/mp4', bytes: 1 },
  ]);
  for (const player of document.querySelectorAll('audio, video')) {
    expect(player.getAttribute('preload')).toBe('metadata');
    expect(player.hasAttribute('controls')).toBe(true);
  }
  expect(document.querySelectorAll('audio, video')).toHaveLength(2);
});
