// The field that one writes in: what is sent, when and to whom, and what is kept of what is not.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Place } from '../../actions/place';
import { placeOf, somebody } from '../../parts/testing/place';
import { defaultLimits } from '../../protocol/messages';
import Composer from './Composer.svelte';

const own = somebody('0', { author: 'own' });
const mina = somebody('1', { name: '민지', author: 'mina' });
const kim = somebody('2', { name: 'Kim', author: 'kim' });

const post = vi.fn();
const setTyping = vi.fn();
let place: Place;
let shown: Record<string, unknown> | null = null;

function open(props: object = {}, people = [own, mina, kim], line = 'online'): void {
  place = placeOf(people, {
    room: 'otter',
    author: 'own',
    line,
    limits: { ...defaultLimits, message_chars: 60 },
    post,
    setTyping,
  });
  shown = mount(Composer, { target: document.body, props: { place, ...props } });
  flushSync();
}

async function close(): Promise<void> {
  if (shown !== null) await unmount(shown);
  shown = null;
}

beforeEach(() => {
  localStorage.clear();
  post.mockClear();
  setTyping.mockClear();
});

afterEach(close);

function field(): HTMLTextAreaElement {
  const found = document.querySelector('textarea');
  if (found === null) throw new Error('no field');
  return found;
}

function write(text: string): void {
  field().focus();
  field().value = text;
  field().setSelectionRange(text.length, text.length);
  field().dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
}

function press(key: string, init: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
  field().dispatchEvent(event);
  flushSync();
  return event;
}

function paste(data: Record<string, string>, files: File[] = []): Event {
  const event = new Event('paste', { bubbles: true, cancelable: true });
  Object.assign(event, { clipboardData: { getData: (type: string) => data[type] ?? '', files } });
  field().dispatchEvent(event);
  flushSync();
  return event;
}

const options = () => [...document.querySelectorAll('[role="option"]')];
const sendButton = () => document.querySelector<HTMLButtonElement>('button[type="submit"]');

test('Enter sends what is written and empties the field', () => {
  open();
  write('hello');
  press('Enter');
  expect(post).toHaveBeenCalledExactlyOnceWith({ text: 'hello' });
  expect(field().value).toBe('');
});

test('Shift+Enter sends nothing', () => {
  open();
  write('hello');
  expect(press('Enter', { shiftKey: true }).defaultPrevented).toBe(false);
  expect(post).not.toHaveBeenCalled();
});

test('Enter while a syllable is being composed sends nothing, and leaves no line behind it', () => {
  open();
  write('안녕');
  press('Enter', { isComposing: true, keyCode: 229 });
  const line = new InputEvent('beforeinput', {
    inputType: 'insertLineBreak',
    bubbles: true,
    cancelable: true,
  });
  field().dispatchEvent(line);
  expect(line.defaultPrevented).toBe(true);
  expect(post).not.toHaveBeenCalled();
  // Safari has ended the composition by then, and tells of it only by the code.
  press('Enter', { keyCode: 229 });
  expect(post).not.toHaveBeenCalled();
  expect(field().value).toBe('안녕');
  press('Enter');
  expect(post).toHaveBeenCalledExactlyOnceWith({ text: '안녕' });
});

test('Enter makes a line where the keyboard is on the screen, and Ctrl+Enter sends there too', () => {
  vi.stubGlobal('matchMedia', () => ({ matches: true }));
  open();
  write('hello');
  expect(press('Enter').defaultPrevented).toBe(false);
  expect(post).not.toHaveBeenCalled();
  press('Enter', { ctrlKey: true });
  expect(post).toHaveBeenCalledTimes(1);
});

test('Enter in a block of code that is not closed makes a line', () => {
  open();
  write('```rust\nfn main() {');
  expect(press('Enter').defaultPrevented).toBe(false);
  write('```rust\nfn main() {}\n```');
  expect(press('Enter').defaultPrevented).toBe(true);
  expect(post).toHaveBeenCalledTimes(1);
});

test('nothing but spaces is not sent', () => {
  open();
  write('  \n ');
  press('Enter');
  expect(post).not.toHaveBeenCalled();
  expect(sendButton()?.disabled).toBe(true);
});

test('a text is counted near the limit, and kept and said to be too long beyond it', () => {
  open();
  write('x'.repeat(61));
  press('Enter');
  expect(post).not.toHaveBeenCalled();
  expect(document.querySelector('[role="alert"]')?.textContent).toContain('60');
  expect(field().getAttribute('aria-invalid')).toBe('true');
  // Characters are counted, not the pieces that some of them have.
  write('😀'.repeat(60));
  expect(document.querySelector('.state')?.textContent).toContain('60 of 60');
  press('Enter');
  expect(post).toHaveBeenCalledTimes(1);
});

test('who writes is said to be typing, until the field is empty', () => {
  open();
  write('h');
  write('');
  expect(setTyping.mock.calls).toEqual([[true], [false]]);
});

test('what is written is there again after a reload, in the room and in each thread apart', async () => {
  open();
  write('for the room');
  await close();
  open({ thread: 7 });
  expect(field().value).toBe('');
  write('for the thread');
  await close();
  open();
  expect(field().value).toBe('for the room');
  press('Enter');
  await close();
  open();
  expect(field().value).toBe('');
  await close();
  open({ thread: 7 });
  expect(field().value).toBe('for the thread');
  press('Enter');
  expect(post).toHaveBeenLastCalledWith({ text: 'for the thread', thread: 7 });
});

test('up in an empty field edits the last message of one’s own', () => {
  open();
  const editLast = vi.spyOn(place.talk, 'editLast').mockReturnValue(true);
  expect(press('ArrowUp').defaultPrevented).toBe(true);
  expect(editLast).toHaveBeenCalledExactlyOnceWith(false);
  write('x');
  expect(press('ArrowUp').defaultPrevented).toBe(false);
  expect(editLast).toHaveBeenCalledTimes(1);
});

test('an @ offers who is there, and the chosen name is mentioned', () => {
  open();
  write('hi @');
  expect(options().map((it) => it.querySelector('.name')?.textContent)).toEqual(['민지', 'Kim']);
  expect(field().getAttribute('aria-activedescendant')).toBe(options()[0]?.id);
  press('ArrowDown');
  press('Enter');
  expect(field().value).toBe('hi @Kim ');
  expect(options()).toEqual([]);
  press('Enter');
  expect(post).toHaveBeenCalledExactlyOnceWith({
    text: 'hi @Kim ',
    mentions: [{ author: 'kim', name: 'Kim' }],
  });
});

test('a Korean name is found while it is composed, and Enter that ends the composition chooses nothing', () => {
  open();
  write('@미');
  expect(options()).toHaveLength(1);
  write('@믽');
  expect(options()).toHaveLength(1);
  press('Enter', { isComposing: true, keyCode: 229 });
  expect(field().value).toBe('@믽');
  write('@민지');
  press('Tab');
  expect(field().value).toBe('@민지 ');
});

test('a name that was typed whole is mentioned, one that was deleted is not', () => {
  open();
  write('@Kim and @민지님');
  press('Escape');
  press('Enter');
  expect(post).toHaveBeenLastCalledWith({
    text: '@Kim and @민지님',
    mentions: [
      { author: 'kim', name: 'Kim' },
      { author: 'mina', name: '민지' },
    ],
  });
  write('@');
  press('Enter');
  write('nobody');
  press('Enter');
  expect(post).toHaveBeenLastCalledWith({ text: 'nobody' });
});

test('Escape closes what is offered, and after that does what it does elsewhere', () => {
  open();
  write('@');
  expect(press('Escape').defaultPrevented).toBe(true);
  expect(options()).toEqual([]);
  expect(press('Escape').defaultPrevented).toBe(false);
});

test('a slash chooses who reads it alone; that is seen, holds for one message, and nobody is told of typing', () => {
  open();
  write('/k');
  press('Enter');
  expect(field().value).toBe('');
  expect(document.querySelector('.to')?.textContent).toContain('Kim');
  setTyping.mockClear();
  write('psst');
  expect(setTyping).not.toHaveBeenCalledWith(true);
  press('Enter');
  expect(post).toHaveBeenCalledExactlyOnceWith({
    text: 'psst',
    to: { participant: '2', author: 'kim', name: 'Kim', ordinal: 1 },
  });
  expect(document.querySelector('.to')).toBeNull();
  write('all');
  press('Enter');
  expect(post).toHaveBeenLastCalledWith({ text: 'all' });
});

test('in a thread a slash is text', () => {
  open({ thread: 7 });
  write('/k');
  expect(options()).toEqual([]);
});

test('what was written for one person alone is never sent to all, whoever left meanwhile', async () => {
  open();
  place.talk.desk.writeTo(kim);
  write('psst');
  await close();
  open({}, [own, mina]);
  expect(field().value).toBe('psst');
  expect(document.querySelector('.to')?.textContent).toContain('Kim');
  press('Enter');
  expect(post).not.toHaveBeenCalled();
  expect(sendButton()?.disabled).toBe(true);
  await close();
  // The same person in another stay.
  open({}, [own, { ...kim, participant: '9' }]);
  press('Enter');
  expect(post).toHaveBeenCalledExactlyOnceWith({
    text: 'psst',
    to: { participant: '9', author: 'kim', name: 'Kim', ordinal: 1 },
  });
});

test('who changes their mind writes to everybody again', () => {
  open();
  place.talk.desk.writeTo(kim);
  flushSync();
  document.querySelector<HTMLButtonElement>('.to button')?.click();
  write('all');
  press('Enter');
  expect(post).toHaveBeenCalledExactlyOnceWith({ text: 'all' });
});

test('keys make what is selected bold, and code', () => {
  open();
  write('so important');
  field().setSelectionRange(3, 12);
  expect(press('b', { ctrlKey: true }).defaultPrevented).toBe(true);
  expect(field().value).toBe('so **important**');
  press('e', { ctrlKey: true });
  expect(field().value).toBe('so **`important`**');
});

test('while the line is broken it says that messages wait, and takes them', () => {
  open({}, [own, mina], 'waiting');
  expect(document.querySelector('.state')?.textContent).toContain('Offline');
  write('later');
  press('Enter');
  expect(post).toHaveBeenCalledExactlyOnceWith({ text: 'later' });
});

test('pasted code is put between fences, and other text is left to the browser', () => {
  open();
  expect(paste({ 'text/plain': 'one\ntwo' }).defaultPrevented).toBe(false);
  paste({ 'text/plain': 'fn main() {\n    x();\n}' });
  expect(field().value).toBe('```\nfn main() {\n    x();\n}\n```');
});

test('Ctrl+Shift+V pastes code as it is', () => {
  open();
  const code = { 'text/plain': 'fn main() {\n    x();\n}' };
  press('V', { ctrlKey: true, shiftKey: true });
  expect(paste(code).defaultPrevented).toBe(false);
  field().dispatchEvent(new KeyboardEvent('keyup', { key: 'Shift', bubbles: true }));
  expect(paste(code).defaultPrevented).toBe(true);
});

test('pasted files go to the tray, and with the message', () => {
  const add = vi.fn();
  const clear = vi.fn();
  const file = {
    upload: 'u1',
    info: { hash: 'h', name: 'a.png', media_type: 'image/png', bytes: 1 },
  };
  const attachments = { finished: [file], busy: false, add, clear };
  open({ attachments });
  const picture = new File(['x'], 'a.png', { type: 'image/png' });
  expect(paste({}, [picture]).defaultPrevented).toBe(true);
  expect(add).toHaveBeenCalledExactlyOnceWith([picture]);
  press('Enter');
  expect(post).toHaveBeenCalledExactlyOnceWith({ text: '', files: [file] });
  expect(clear).toHaveBeenCalledTimes(1);
});

test('while files are on their way nothing is sent', () => {
  open({ attachments: { finished: [], busy: true, add: vi.fn(), clear: vi.fn() } });
  write('with a file');
  press('Enter');
  expect(post).not.toHaveBeenCalled();
  expect(field().value).toBe('with a file');
});
