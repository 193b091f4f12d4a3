// What is open on the screen: one dialog at a time, and a list of participants that a key shows and folds away.
import { expect, test } from 'vitest';

import { Interface } from './interface.svelte';

test('a dialog that opens takes the place of another', () => {
  const face = new Interface();
  face.paletteOpen = true;
  face.helpOpen = true;
  expect(face.paletteOpen).toBe(false);
  expect(face.dialog).toBe('help');
});

test('a dialog that closes late does not close the one after it', () => {
  const face = new Interface();
  face.paletteOpen = true;
  face.settingsOpen = true;
  face.paletteOpen = false;
  expect(face.settingsOpen).toBe(true);
});

test('participants are shown with the panel around them, and folded away without closing it', () => {
  const face = new Interface();
  face.togglePeople();
  expect([face.panelOpen, face.peopleOpen]).toEqual([true, true]);
  face.togglePeople();
  expect([face.panelOpen, face.peopleOpen]).toEqual([true, false]);
  face.panelOpen = false;
  face.togglePeople();
  expect([face.panelOpen, face.peopleOpen]).toEqual([true, true]);
});

test('statistics are of one person at a time', () => {
  const face = new Interface();
  face.toggleStats('a');
  face.toggleStats('b');
  expect(face.statsOf).toBe('b');
  face.toggleStats('b');
  expect(face.statsOf).toBeNull();
});
