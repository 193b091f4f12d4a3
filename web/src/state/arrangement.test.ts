// How one has arranged the room: remembered, and never beyond what there is.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Arrangement } from './arrangement.svelte';

beforeEach(() => {
  localStorage.clear();
});

afterEach(() => {
  Reflect.deleteProperty(window, 'documentPictureInPicture');
  Reflect.deleteProperty(navigator, 'mediaSession');
});

/** A browser that opens small windows, and the one that it opens. */
function smallWindow() {
  const opened = Object.assign(new EventTarget(), { close: vi.fn() });
  const requestWindow = vi.fn(() => Promise.resolve(opened));
  Object.assign(window, { documentPictureInPicture: { requestWindow } });
  return { opened, requestWindow };
}

test('the mode and a hidden own picture are remembered for the next meeting', () => {
  const arrangement = new Arrangement();
  expect([arrangement.mode, arrangement.ownHidden]).toEqual(['auto', false]);
  arrangement.setMode('side');
  arrangement.setOwnHidden(true);
  const next = new Arrangement();
  expect([next.mode, next.ownHidden]).toEqual(['side', true]);
});

test('a mode that nobody knows counts as automatic', () => {
  localStorage.setItem('zoom.preferences', '{"arrangement":"spiral"}');
  expect(new Arrangement().mode).toBe('auto');
});

test('one turns pages as far as there are any', () => {
  const arrangement = new Arrangement();
  arrangement.setPages(3);
  arrangement.turn(-1);
  expect(arrangement.page).toBe(0);
  arrangement.turn(1);
  arrangement.turn(1);
  arrangement.turn(1);
  expect(arrangement.page).toBe(2);
});

test('where people leave, the last page that is left is shown', () => {
  const arrangement = new Arrangement();
  arrangement.setPages(3);
  arrangement.turnTo(2);
  arrangement.setPages(1);
  expect(arrangement.page).toBe(0);
  arrangement.setPages(0);
  expect(arrangement.pages).toBe(1);
});

test('another mode begins at its first page', () => {
  const arrangement = new Arrangement();
  arrangement.setPages(3);
  arrangement.turn(1);
  arrangement.setMode('grid');
  expect(arrangement.page).toBe(0);
});

test('a small window floats until it is closed, from here or by itself', async () => {
  const { opened } = smallWindow();
  const arrangement = new Arrangement();
  expect(arrangement.canFloat).toBe(true);
  await arrangement.toggleFloating();
  expect(arrangement.floating).toBe(true);
  opened.dispatchEvent(new Event('pagehide'));
  expect(arrangement.floating).toBe(false);
  await arrangement.toggleFloating();
  await arrangement.toggleFloating();
  expect(opened.close).toHaveBeenCalledOnce();
  expect(arrangement.floating).toBe(false);
});

test('a browser that refuses a small window leaves the meeting where it is', async () => {
  const { requestWindow } = smallWindow();
  requestWindow.mockRejectedValueOnce(new DOMException('', 'NotAllowedError'));
  const arrangement = new Arrangement();
  await arrangement.toggleFloating();
  expect(arrangement.floating).toBe(false);
});

test('the meeting floats when the browser says that its tab is left', async () => {
  const { requestWindow } = smallWindow();
  const setActionHandler = vi.fn();
  Object.defineProperty(navigator, 'mediaSession', {
    value: { setActionHandler },
    configurable: true,
  });
  const ending = new Arrangement().follow();
  const [action, leave] = setActionHandler.mock.calls[0] as [string, () => void];
  expect(action).toBe('enterpictureinpicture');
  leave();
  await vi.waitFor(() => {
    expect(requestWindow).toHaveBeenCalledOnce();
  });
  ending();
  expect(setActionHandler).toHaveBeenLastCalledWith('enterpictureinpicture', null);
});

test('a browser that knows no such action is used all the same', () => {
  Object.defineProperty(navigator, 'mediaSession', {
    value: {
      setActionHandler: () => {
        throw new TypeError('no such action');
      },
    },
    configurable: true,
  });
  expect(() => {
    new Arrangement().follow()();
  }).not.toThrow();
});

test('without small windows, the picture of whoever is large floats, where elements can', () => {
  Object.defineProperty(document, 'pictureInPictureEnabled', { value: true, configurable: true });
  const arrangement = new Arrangement();
  expect(arrangement.canFloat).toBe(false);
  arrangement.leadingVideo = document.createElement('video');
  expect(arrangement.canFloat).toBe(true);
  Reflect.deleteProperty(document, 'pictureInPictureEnabled');
  expect(arrangement.canFloat).toBe(false);
});
