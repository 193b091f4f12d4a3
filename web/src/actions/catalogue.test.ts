// Every action is whole: it has its words in both languages, a sign, a place in the help and keys of its own.
import { expect, test, vi } from 'vitest';

import { participant } from '../call/testing/server';
import { Arrangement } from '../state/arrangement.svelte';
import { Hearing } from '../state/hearing.svelte';
import { Interface } from '../state/interface.svelte';
import { Meeting } from '../state/meeting.svelte';
import { Talk } from '../state/talk.svelte';
import { createActions, grouped, groupText } from './catalogue';
import { notifyingActions } from './notifying';
import { personActions } from './person';
import type { Place } from './place';
import { alt, ariaText } from './shortcut';

const place = (): Place => {
  const meeting = new Meeting({ room: 'r', language: 'en' });
  const face = new Interface();
  const talk = new Talk(meeting, face);
  return { meeting, face, arrangement: new Arrangement(), hearing: new Hearing(), talk };
};

/** In both states of each switch: its words and sign may differ. */
const actions = createActions(place());
const ofAda = Object.values(personActions(place(), participant('a', { name: 'Ada' })));
const told = Object.values(notifyingActions(place()));
const everything = [...actions.all, ...ofAda, ...told];

/**
 * What the browsers' and systems' own keys are, as far as a page would take them away: Firefox' menus and Chrome's,
 * the address bar, Chrome's feedback, dialogs, toolbar and bookmarks, and the system's window menu.
 */
const taken = [
  ...['F', 'E', 'V', 'S', 'B', 'T', 'H', 'D'].map((key) => alt(key)),
  ...['A', 'I', 'T', 'B'].map((key) => alt(key, 'shift')),
  // Tabs of browsers on Linux.
  ...['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((key) => alt(key)),
].map((shortcut) => ariaText(shortcut, false));

test('every action has a name and a hint in both languages, and not the same ones', () => {
  for (const { id, label, hint } of everything) {
    for (const text of [label, hint]) {
      const english = text({ locale: 'en' });
      const korean = text({ locale: 'ko' });
      expect(english, id).not.toBe('');
      expect(korean, id).toMatch(/\p{Script=Hangul}/u);
      expect(korean, id).not.toBe(english);
    }
  }
});

test('names tell actions apart, in each language', () => {
  for (const locale of ['en', 'ko'] as const) {
    const names = everything.map(({ label }) => label({ locale }));
    expect(new Set(names).size).toBe(names.length);
  }
});

test('every action has a sign, an id of its own and a place in the help', () => {
  for (const { id, icon } of everything) expect(icon, id).toBeTruthy();
  expect(new Set(everything.map(({ id }) => id)).size).toBe(everything.length);
  const helped = grouped(actions.all).flatMap(({ actions: some }) => some);
  expect(new Set(helped)).toEqual(new Set(actions.all.filter(({ available }) => available)));
});

test('every action of the room has keys of its own, which no browser has', () => {
  const keys = actions.all.map(({ id, shortcut }) => {
    if (shortcut === null) throw new Error(`${id} has no shortcut`);
    return ariaText(shortcut, false);
  });
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.filter((key) => taken.includes(key))).toEqual([]);
});

test('no shortcut is a letter alone, which screen readers and dictation use', () => {
  for (const { id, shortcut } of actions.all) {
    expect(shortcut?.alt === true || shortcut?.command === true, id).toBe(true);
  }
});

test('what is done to one person is told from the same done to another', () => {
  const other = personActions(place(), participant('b'));
  const ids = [...ofAda, ...Object.values(other)].map(({ id }) => id);
  expect(new Set(ids).size).toBe(2 * ofAda.length);
});

test('what is done to one of many people has no keys, and says to whom', () => {
  for (const { shortcut, hint } of ofAda) {
    expect(shortcut).toBeNull();
    expect(hint()).toContain('Ada');
  }
});

test('every group has a heading', () => {
  for (const { group } of grouped(actions.all)) expect(groupText(group)).not.toBe('');
});

test('running a switch turns it, and its hint says what the next press does', () => {
  const whole = place();
  const { arrangement } = whole;
  const { chat, ownHidden, layoutGrid } = createActions(whole);
  const before = chat.hint();
  chat.run();
  expect(chat.pressed).toBe(true);
  expect(chat.hint()).not.toBe(before);
  ownHidden.run();
  expect(arrangement.ownHidden).toBe(true);
  layoutGrid.run();
  expect(arrangement.mode).toBe('grid');
  expect(layoutGrid.pressed).toBe(true);
});

test('the speaker who is pinned is whoever spoke last, but oneself', () => {
  const here = place();
  const { pinSpeaker } = createActions(here);
  expect(pinSpeaker.enabled).toBe(false);
  here.meeting.lastSpeakers = ['b', 'c'];
  pinSpeaker.run();
  expect(here.arrangement.pinned).toBe('b');
  pinSpeaker.run();
  expect(here.arrangement.pinned).toBeNull();
});

test('somebody is pinned, silenced and made quieter for oneself alone', () => {
  const here = place();
  const { pin, mute, volume } = personActions(here, participant('a'));
  pin.run();
  mute.run();
  volume.range?.set(0.25);
  expect([pin.pressed, mute.pressed, volume.range?.value]).toEqual([true, true, 0.25]);
  expect(volume.enabled).toBe(false);
  expect(here.hearing.isMutedForMe('a')).toBe(true);
});

test('pages are turned only where there are more, and not past the ends', () => {
  const here = place();
  const { pageNext, pagePrevious } = createActions(here);
  expect(pageNext.available).toBe(false);
  here.arrangement.setPages(2);
  expect([pageNext.enabled, pagePrevious.enabled]).toEqual([true, false]);
  pageNext.run();
  expect([pageNext.enabled, pagePrevious.enabled]).toEqual([false, true]);
});

test('a link that cannot be copied is shown instead', async () => {
  const here = place();
  const say = vi.spyOn(here.meeting.notices, 'say');
  vi.stubGlobal('navigator', { ...navigator, clipboard: undefined });
  await createActions(here).invite.run();
  expect(say.mock.calls[0]?.[0]).toContain(location.pathname);
});
