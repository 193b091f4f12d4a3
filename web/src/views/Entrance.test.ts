// Before entering: what one sees of oneself, who is there, what is in the way, and the one button.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { m } from '../../paraglide/messages.js';
import { participant } from '../call/testing/server';
import { stubWebRtc } from '../call/testing/media';
import { Meeting } from '../state/meeting.svelte';
import { writePreferences } from '../state/preferences';
import Entrance from './Entrance.svelte';

let meeting: Meeting;
let view: Record<string, unknown> | undefined;

function open(): void {
  view = mount(Entrance, { target: document.body, props: { meeting } });
  flushSync();
}

const button = (name: string) =>
  [...document.querySelectorAll('button')].find((it) => it.textContent.trim() === name);
const field = () => document.querySelector<HTMLInputElement>('input[name=name]');

function submit(): void {
  document.querySelector('form')?.dispatchEvent(new SubmitEvent('submit', { cancelable: true }));
  flushSync();
}

beforeEach(() => {
  localStorage.clear();
  stubWebRtc();
  meeting = new Meeting({ room: 'r', language: 'en' });
  meeting.devicesAsked = true;
});

afterEach(async () => {
  if (view !== undefined) await unmount(view);
  document.body.replaceChildren();
});

test('one enters with the name that was typed, by the button or by Enter', () => {
  const join = vi.spyOn(meeting, 'join').mockResolvedValue();
  open();
  const input = field();
  if (input === null) throw new Error('no field');
  input.value = '  Ann   Kim ';
  input.dispatchEvent(new Event('input'));
  flushSync();
  expect(button(m.join())?.type).toBe('submit');
  submit();
  expect(join).toHaveBeenCalledExactlyOnceWith('Ann Kim');
});

test('without a name it is asked for, in the field itself', () => {
  const join = vi.spyOn(meeting, 'join').mockResolvedValue();
  open();
  submit();
  expect(join).not.toHaveBeenCalled();
  expect(field()?.getAttribute('aria-invalid')).toBe('true');
  expect(document.activeElement).toBe(field());
});

test('the name of the last meeting is there already', () => {
  writePreferences({ name: 'Ann' });
  open();
  expect(field()?.value).toBe('Ann');
});

test('who is there already is named', () => {
  open();
  meeting.present = { people: [participant('b', { name: 'Bo' })], count: 1, call: true };
  flushSync();
  expect(document.body.textContent).toContain(m.in_room_one({ name: 'Bo' }));
});

test('a refusal is explained, tried again, and keeps nobody out', () => {
  const again = vi.spyOn(meeting, 'tryDevicesAgain').mockResolvedValue();
  open();
  meeting.obstacles = { microphone: 'denied', camera: 'denied' };
  flushSync();
  expect(document.body.textContent).toContain(m.denied_both());
  expect(document.body.textContent).toContain(m.obstacle_anyway());
  button(m.try_again())?.click();
  expect(again).toHaveBeenCalledOnce();
  expect(button(m.join())?.disabled).toBe(false);
});

test('over an insecure way nothing is tried again', () => {
  open();
  meeting.obstacles = { microphone: 'insecure', camera: 'insecure' };
  flushSync();
  expect(document.body.textContent).toContain(m.insecure());
  expect(button(m.try_again())).toBeUndefined();
});

test('the devices can be chosen, and the system’s is named', () => {
  const use = vi.spyOn(meeting, 'useDevice').mockResolvedValue();
  meeting.devices = {
    microphone: [
      { id: 'a', label: 'Headset' },
      { id: 'b', label: 'Built-in' },
    ],
    camera: [],
    speaker: [],
  };
  meeting.defaults = {
    microphone: { id: 'b', label: 'Built-in' },
    camera: null,
    speaker: null,
  };
  open();
  const fold = document.querySelector<HTMLButtonElement>('[aria-controls=entrance-devices]');
  if (fold?.getAttribute('aria-expanded') === 'false') fold.click();
  flushSync();
  const menus = [...document.querySelectorAll('select')];
  const menu = menus.find((it) => it.labels[0]?.textContent === m.microphone());
  expect(menu?.selectedOptions[0]?.textContent).toBe(m.device_default({ label: 'Built-in' }));
  if (menu === undefined) throw new Error('no menu');
  menu.value = 'a';
  menu.dispatchEvent(new Event('change', { bubbles: true }));
  expect(use).toHaveBeenLastCalledWith('microphone', 'a');
  menu.value = '';
  menu.dispatchEvent(new Event('change', { bubbles: true }));
  expect(use).toHaveBeenLastCalledWith('microphone', null);
});
