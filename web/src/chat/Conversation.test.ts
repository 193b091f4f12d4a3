// A conversation as it is shown: what each message says of itself, and what pressing its parts asks for.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Place } from '../actions/place';
import { silence } from '../call';
import { entry } from '../call/testing/server';
import { placeOf, somebody } from '../parts/testing/place';
import type { Entry, Person } from '../protocol/messages';
import { m } from '../../paraglide/messages.js';
import Conversation from './Conversation.svelte';

const me = somebody('a', { name: 'Ann' });
const bo = somebody('b', { name: 'Bo' });
const personOf = ({ participant, author, name, ordinal }: Person): Person => ({
  participant,
  author,
  name,
  ordinal,
});
const meeting = {
  author: me.author,
  line: 'online',
  mark: vi.fn(() => Promise.resolve(true)),
  edit: vi.fn(() => Promise.resolve(true)),
  remove: vi.fn(() => Promise.resolve(true)),
  openThread: vi.fn(() => Promise.resolve()),
  loadOlder: vi.fn(() => Promise.resolve()),
  retry: vi.fn(),
  discard: vi.fn(),
  notices: { say: vi.fn(), announced: [] },
};
let place: Place;
let view: Record<string, unknown>;

function show(entries: Entry[], more: object = {}): void {
  const chat = { ...silence, known: true, entries, newest: entries, ...more };
  place = placeOf([me, bo], { ...meeting, chat });
  view = mount(Conversation, { target: document.body, props: { place } });
  flushSync();
}

const own = (number: number, more: Partial<Entry> = {}) =>
  entry(number, { sender: personOf(me), ...more });
const said = (text: string) => ({ type: 'message' as const, text });

function part<Type extends HTMLElement>(selector: string): Type {
  const found = document.querySelector<Type>(selector);
  if (found === null) throw new Error(`no ${selector}`);
  return found;
}

const aria = (element: Element, name: string) => element.getAttribute(`aria-${name}`);

function button(name: string): HTMLButtonElement {
  const all = [...document.querySelectorAll('button')];
  const found = all.find((it) => (aria(it, 'label') ?? it.textContent.trim()) === name);
  if (found === undefined) throw new Error(`no button ${name}`);
  return found;
}

function press(name: string): void {
  button(name).click();
  flushSync();
}

/** As the pointer does. */
function hover(): void {
  part('[aria-posinset] article').dispatchEvent(
    new PointerEvent('pointerover', { bubbles: true, pointerType: 'mouse' }),
  );
  flushSync();
}

beforeEach(() => {
  vi.clearAllMocks();
  localStorage.clear();
});

afterEach(() => unmount(view));

test('messages are items of a list that says which they are, and days are none', () => {
  show([entry(1), entry(2)]);
  const items = [...document.querySelectorAll('[aria-posinset]')];
  expect(items.map((it) => [aria(it, 'posinset'), aria(it, 'setsize')])).toEqual([
    ['1', '2'],
    ['2', '2'],
  ]);
  expect(aria(part('ol'), 'label')).toBe(m.messages());
});

test('how many there are is not said where that is not known', () => {
  show([entry(1)], { moreBefore: true });
  expect(aria(part('[aria-posinset]'), 'setsize')).toBe('-1');
});

test('an empty room says what would be there', () => {
  show([]);
  expect(document.body.textContent).toContain(m.messages_none());
});

test('what could not be read is said, and tried again when asked for', () => {
  show([entry(9)], { moreBefore: true, older: 'failed' });
  expect(document.body.textContent).toContain(m.messages_not_read());
  meeting.loadOlder.mockClear();
  press(m.retry());
  expect(meeting.loadOlder).toHaveBeenCalledOnce();
});

test('an edited, a deleted and a private message say so', () => {
  show([
    entry(1, { body: { ...said('a'), edited_ms: 5_000 } }),
    entry(2, { body: { type: 'deleted', deleted_ms: 5_000 } }),
    entry(3, { to: personOf(me) }),
    own(4, { to: personOf(bo) }),
  ]);
  const texts = [...document.querySelectorAll('article')].map((it) => it.textContent);
  expect(texts[0]).toContain(m.message_edited());
  expect(texts[1]).toContain(m.message_deleted());
  expect(texts[2]).toContain(m.message_private_to_you());
  expect(texts[3]).toContain(m.message_private_to({ name: 'Bo' }));
});

test('a message that mentions one stands out', () => {
  const mentions = [{ author: me.author, name: 'Me' }];
  show([entry(1), entry(2, { body: { ...said('@Me'), mentions } })]);
  const shown = [...document.querySelectorAll('article')];
  expect(shown.map((it) => it.classList.contains('mentioned'))).toEqual([false, true]);
});

test('a press on an emoji puts one’s own there, or takes it away', () => {
  const people = [{ author: bo.author, name: 'Bo' }];
  show([entry(1, { marks: [{ reaction: '🎉', count: 1, people, mine: false }] })]);
  const mark = button('🎉 1');
  expect(aria(mark, 'pressed')).toBe('false');
  expect(mark.dataset['hint']).toContain('Bo');
  mark.click();
  expect(meeting.mark).toHaveBeenCalledExactlyOnceWith(1, '🎉', true);
});

test('a thread is told with its answers, and opened', () => {
  show([entry(1, { replies: { count: 3, last_ms: 5_000 } })]);
  const thread = part<HTMLButtonElement>('button.replies');
  expect(thread.textContent).toContain(m.replies_count({ count: 3 }));
  thread.click();
  expect(meeting.openThread).toHaveBeenCalledExactlyOnceWith(1);
});

test('tools are there where the pointer is; of others’ messages none to edit', () => {
  show([entry(1)]);
  expect(document.querySelector('[role="toolbar"]')).toBeNull();
  hover();
  expect(aria(part('[role="toolbar"]'), 'label')).toBe(m.message_tools());
  expect(() => button(m.message_edit())).toThrow();
});

test('one’s own message is edited in its place, and Escape leaves it as it was', async () => {
  show([own(1, { body: said('helo') })]);
  hover();
  press(m.message_edit());
  const field = part<HTMLTextAreaElement>('textarea');
  expect(field.value).toBe('helo');
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  flushSync();
  expect(document.querySelector('textarea')).toBeNull();
  expect(meeting.edit).not.toHaveBeenCalled();

  place.talk.editing = 1;
  flushSync();
  const again = part<HTMLTextAreaElement>('textarea');
  again.value = 'hello';
  again.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
  press(m.edit_save());
  expect(meeting.edit).toHaveBeenCalledExactlyOnceWith(1, { text: 'hello', mentions: [] });
  await vi.waitFor(() => {
    expect(document.querySelector('textarea')).toBeNull();
  });
});

test('a message is taken back after it was asked once more', () => {
  show([own(1, { body: said('oops') })]);
  place.talk.deleting = 1;
  flushSync();
  press(m.delete_keep());
  expect(meeting.remove).not.toHaveBeenCalled();
  place.talk.deleting = 1;
  flushSync();
  press(m.delete_do());
  expect(meeting.remove).toHaveBeenCalledExactlyOnceWith(1);
});

test('a call tells how long it took and who was there', () => {
  const body = { type: 'call' as const, people: [me, bo], count: 9, ended_ms: 61_000 };
  show([entry(1, { time_ms: 1_000, body })]);
  expect(document.body.textContent).toContain(m.call_took({ duration: '1 min' }));
  expect(document.body.textContent).toContain(m.people_and_more({ people: 'Ann, Bo', count: 7 }));
});

test('what is on its way waits below, and what failed says why', () => {
  const message = { client_id: 'x', text: 'late', time_ms: 1_000 };
  show([entry(1)], { outgoing: [{ ...message, state: 'failed', reason: 'Disk full.' }] });
  expect(document.body.textContent).toContain(m.failed_reason({ reason: 'Disk full.' }));
  press(m.discard());
  expect(meeting.discard).toHaveBeenCalledExactlyOnceWith('x');
});
