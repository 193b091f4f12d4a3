// The field that one writes in: Enter sends, a composed syllable does not, empty messages never go.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { defaultLimits } from '../protocol/messages';
import Composer from './Composer.svelte';

const meeting = {
  limits: { ...defaultLimits, message_chars: 10 },
  post: vi.fn(),
  setTyping: vi.fn(),
};
let composer: Record<string, unknown>;

beforeEach(() => {
  meeting.post.mockClear();
  meeting.setTyping.mockClear();
  composer = mount(Composer, {
    target: document.body,
    props: { meeting: meeting },
  });
});

afterEach(async () => {
  await unmount(composer);
});

function field(): HTMLTextAreaElement {
  const found = document.querySelector('textarea');
  if (found === null) throw new Error('no field');
  return found;
}

function write(text: string): void {
  field().value = text;
  field().dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
}

function press(init: KeyboardEventInit): void {
  field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, ...init }));
  flushSync();
}

test('Enter sends what is written and empties the field', () => {
  write('hello');
  press({});
  expect(meeting.post).toHaveBeenCalledExactlyOnceWith({ text: 'hello' });
  expect(field().value).toBe('');
});

test('Shift+Enter sends nothing', () => {
  write('hello');
  press({ shiftKey: true });
  expect(meeting.post).not.toHaveBeenCalled();
});

test('Enter while a syllable is being composed sends nothing', () => {
  write('안녕');
  press({ isComposing: true });
  expect(meeting.post).not.toHaveBeenCalled();
  expect(field().value).toBe('안녕');
});

test('nothing but spaces is not sent', () => {
  write('  \n ');
  press({});
  expect(meeting.post).not.toHaveBeenCalled();
});

test('a message that is too long is kept and said to be', () => {
  write('x'.repeat(11));
  press({});
  expect(meeting.post).not.toHaveBeenCalled();
  expect(document.querySelector('[role="alert"]')?.textContent).toContain('10');
  write('😀'.repeat(10));
  press({});
  expect(meeting.post).toHaveBeenCalledTimes(1);
});

test('who writes is said to be typing, until the field is empty', () => {
  write('h');
  write('');
  expect(meeting.setTyping.mock.calls).toEqual([[true], [false]]);
});
