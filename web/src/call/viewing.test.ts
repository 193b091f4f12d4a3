// What the server is told of the screen: only what somebody sees.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Tile } from '../protocol/messages';
import { Viewing } from './viewing';

let visibility: DocumentVisibilityState;
let viewing: Viewing;
const tell = vi.fn<(tiles: Tile[]) => Promise<void>>(() => Promise.resolve());

const camera = (participant: string): Tile => ({
  participant,
  source: 'camera',
  width: 320,
  height: 180,
});

beforeEach(() => {
  vi.useFakeTimers();
  tell.mockClear();
  visibility = 'visible';
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
  viewing = new Viewing({ tell, mostTiles: () => 2 });
  viewing.enter();
});

afterEach(() => {
  viewing.close();
  vi.useRealTimers();
});

function become(state: DocumentVisibilityState): void {
  visibility = state;
  document.dispatchEvent(new Event('visibilitychange'));
}

const told = () => tell.mock.lastCall?.[0].map(({ participant }) => participant);

test('the first tiles after entering are told at once', () => {
  viewing.show([camera('a')]);
  expect(told()).toEqual(['a']);
});

test('later changes are gathered, and what is most important goes first', () => {
  viewing.show([camera('a')]);
  tell.mockClear();
  viewing.show([camera('c')]);
  viewing.show([camera('b'), camera('a'), camera('c')]);
  expect(tell).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(tell).toHaveBeenCalledOnce();
  expect(told()).toEqual(['b', 'a']);
});

test('a hidden page sees nothing', () => {
  viewing.show([camera('a')]);
  vi.runAllTimers();
  become('hidden');
  expect(told()).toEqual([]);
  become('visible');
  expect(told()).toEqual(['a']);
});

test('what is seen beside a hidden page goes on', () => {
  viewing.show([camera('a'), camera('b')], [camera('b')]);
  vi.runAllTimers();
  expect(told()).toEqual(['a', 'b']);
  become('hidden');
  expect(told()).toEqual(['b']);
});
