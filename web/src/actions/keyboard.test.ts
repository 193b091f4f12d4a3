// When keys do something: never while somebody writes or composes, and not where they would surprise.
import { afterEach, expect, test, vi } from 'vitest';

import type { Action } from './action';
import type { KeyPress } from './keyboard';
import { actionOf, isTalkKey } from './keyboard';
import { alt } from './shortcut';

afterEach(() => {
  document.body.replaceChildren();
});

const action = (changes: Partial<Action>): Action => ({
  id: 'chat',
  group: 'together',
  label: () => 'Chat',
  hint: () => 'Open the chat',
  icon: '💬',
  shortcut: alt('W'),
  available: true,
  enabled: true,
  pressed: null,
  run: vi.fn(),
  ...changes,
});
const chat = action({});
const microphone = action({ id: 'microphone', shortcut: alt('M'), everywhere: true });

function at(html: string): Element {
  document.body.innerHTML = html;
  return document.querySelector('#here') ?? document.body;
}

function press(target: Element, changes: Partial<KeyPress>): KeyPress {
  return {
    key: '',
    code: '',
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    isComposing: false,
    keyCode: 0,
    repeat: false,
    defaultPrevented: false,
    target,
    ...changes,
  };
}
const altW = { key: 'w', code: 'KeyW', altKey: true };
const altM = { key: 'm', code: 'KeyM', altKey: true };
const space = { key: ' ', code: 'Space' };
const meant = (target: Element, keys: Partial<KeyPress>) =>
  actionOf([chat, microphone], press(target, keys), false)?.id ?? null;

test('a shortcut means its action, on the page and on a button', () => {
  expect(meant(document.body, altW)).toBe('chat');
  expect(meant(at('<button id="here"></button>'), altW)).toBe('chat');
  expect(meant(at('<input id="here" type="range">'), altW)).toBe('chat');
});

test.each([
  '<textarea id="here"></textarea>',
  '<input id="here">',
  '<input id="here" type="search">',
  '<select id="here"></select>',
  '<div id="here" contenteditable="true"></div>',
  '<div id="here" role="textbox"></div>',
])('nothing is meant by keys in %s', (html) => {
  expect(meant(at(html), altW)).toBeNull();
  expect(meant(at(html), altM)).toBeNull();
  expect(isTalkKey(press(at(html), space))).toBe(false);
});

test('nothing is meant while a syllable is composed', () => {
  expect(meant(document.body, { ...altW, isComposing: true })).toBeNull();
  expect(meant(document.body, { ...altW, keyCode: 229 })).toBeNull();
  expect(isTalkKey(press(document.body, { ...space, isComposing: true }))).toBe(false);
});

test('in a dialog or a menu only what surprises nobody is done', () => {
  const inDialog = '<dialog open><button id="here"></button></dialog>';
  const inMenu = '<div role="menu"><button id="here"></button></div>';
  for (const html of [inDialog, inMenu]) {
    expect(meant(at(html), altW)).toBeNull();
    expect(meant(at(html), altM)).toBe('microphone');
    expect(isTalkKey(press(at(html), space))).toBe(false);
  }
});

test('a dialog holds the keyboard also where nothing in it has the focus', () => {
  at('<dialog open></dialog>');
  expect(meant(document.body, altW)).toBeNull();
  expect(isTalkKey(press(document.body, space))).toBe(false);
});

test('a key that is held, or that something else took, is not another press', () => {
  expect(meant(document.body, { ...altW, repeat: true })).toBeNull();
  expect(meant(document.body, { ...altW, defaultPrevented: true })).toBeNull();
});

test('what cannot be done just then is not done by keys either', () => {
  const keys = press(document.body, altW);
  expect(actionOf([action({ enabled: false })], keys, false)).toBeNull();
  expect(actionOf([action({ available: false })], keys, false)).toBeNull();
});

test('one talks with the space bar where it does nothing else', () => {
  expect(isTalkKey(press(document.body, space))).toBe(true);
  expect(isTalkKey(press(at('<main id="here" tabindex="-1"></main>'), space))).toBe(true);
  expect(isTalkKey(press(document.body, { ...space, shiftKey: true }))).toBe(false);
  expect(isTalkKey(press(document.body, { key: 'a', code: 'KeyA' }))).toBe(false);
});

test.each([
  '<button id="here"></button>',
  '<button><span id="here"></span></button>',
  '<a id="here" href="/"></a>',
  '<div id="here" tabindex="0"></div>',
  '<input id="here" type="checkbox">',
])('the space bar belongs to %s where that has the focus', (html) => {
  expect(isTalkKey(press(at(html), space))).toBe(false);
});
