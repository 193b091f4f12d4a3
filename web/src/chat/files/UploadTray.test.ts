// The files of a message that is being written: how far each is, what may be done about it, and when it can be sent.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Place } from '../../actions/place';
import type { Upload } from '../../call/uploads';
import { placeOf, somebody } from '../../parts/testing/place';
import { defaultLimits } from '../../protocol/messages';
import type { Attached } from './desk.svelte';
import { filesOf } from './desk.svelte';
import Drops from './Drops.svelte';
import Writing from './Writing.svelte';

let place: Place;
let attached: Attached;
const shown: Record<string, unknown>[] = [];
const said: string[] = [];
const post = vi.fn();

beforeEach(() => {
  said.length = 0;
  post.mockClear();
  place = placeOf([somebody('0', { author: 'own' })], {
    room: 'r',
    author: 'own',
    line: 'online',
    post,
    setTyping: () => undefined,
    // Nothing is answered here.
    upload: () => new Promise(() => undefined),
    limits: { ...defaultLimits, message_files: 3, file_bytes: 1_000 },
    notices: { say: (text: string) => said.push(text) },
  });
  attached = filesOf(place).of(null);
  shown.push(mount(Writing, { target: document.body, props: { place } }));
  shown.push(mount(Drops, { target: document.body, props: { place } }));
  flushSync();
});

afterEach(async () => {
  for (const it of shown.splice(0)) await unmount(it);
});

const file = (name: string, bytes = 10) => new File([new Uint8Array(bytes)], name);

function shows(changes: Partial<Upload>[]): void {
  attached.uploads = changes.map((change, id) => ({
    id,
    file: file('plan.pdf', 100),
    state: 'sending',
    sent: 0,
    problem: null,
    result: null,
    ...change,
  }));
  flushSync();
}

const row = () => document.querySelector('.tray li');
const send = () => document.querySelector<HTMLButtonElement>('button[type="submit"]');
const named = (name: string) => document.querySelector<HTMLElement>(`[aria-label="${name}"]`);
const done = {
  upload: 'u',
  info: { hash: 'h', name: 'plan.pdf', media_type: 'application/pdf', bytes: 100 },
};

test('one sees how far a file is', () => {
  shows([{ sent: 42 }]);
  expect(row()?.textContent).toContain('42% of 100 bytes');
  const bar = row()?.querySelector('progress');
  expect([bar?.value, bar?.max]).toEqual([42, 100]);
  expect(bar?.getAttribute('aria-label')).toBe('Sending plan.pdf');
});

test('without a network that is said, and that it goes on by itself', () => {
  shows([{ state: 'stopped', sent: 42 }]);
  expect(row()?.textContent).toContain('No connection; goes on by itself');
});

test('a refusal is said in the words of the server, and another attempt is one press away', () => {
  const retry = vi.spyOn(attached, 'retry');
  shows([{ state: 'failed', problem: { sentence: 'The room has no more space.' } }]);
  expect(row()?.textContent).toContain('The room has no more space.');
  expect(document.querySelector('[role="alert"]')?.textContent).toContain('plan.pdf');
  named('Try plan.pdf again')?.click();
  expect(retry).toHaveBeenCalledExactlyOnceWith(0);
});

test('a file that is too large is not tried again', () => {
  shows([{ state: 'failed', problem: 'too_large', file: file('a.bin', 2_000) }]);
  expect(row()?.textContent).toContain('Larger than 1 kB');
  expect(named('Try a.bin again')).toBeNull();
});

test('Send waits until all files are there, and sends them without a word, too', () => {
  shows([{ state: 'checking' }, { state: 'done', result: done }]);
  expect(send()?.disabled).toBe(true);
  expect(document.body.textContent).toContain('Files are still on their way.');
  shows([{ state: 'done', result: done }]);
  expect(document.querySelector('[role="status"].only-heard, .only-heard')).not.toBeNull();
  expect(send()?.disabled).toBe(false);
  send()?.click();
  expect(post).toHaveBeenCalledExactlyOnceWith({ text: '', files: [done] });
});

test('one that failed holds the message up until it is removed', () => {
  shows([{ state: 'failed', problem: 'refused' }]);
  expect(document.body.textContent).toContain('Try the files that failed again, or remove them.');
  const cancel = vi.spyOn(attached, 'cancel');
  named('Remove plan.pdf')?.click();
  expect(cancel).toHaveBeenCalledExactlyOnceWith(0);
});

test('more files than a message has are not taken, which is said', async () => {
  attached.add(['a', 'b', 'c', 'd'].map((name) => file(name)));
  await vi.waitFor(() => expect(attached.uploads).toHaveLength(3));
  expect(said).toEqual(['A message can have up to 3 files.']);
});

function drag(type: string, files: File[], target: Element = document.body): Event {
  const event = new Event(type, { bubbles: true, cancelable: true });
  Object.assign(event, { dataTransfer: { types: ['Files'], files, dropEffect: 'none' } });
  target.dispatchEvent(event);
  flushSync();
  return event;
}

test('files that are dropped anywhere go with the message, and one sees where they may be dropped', async () => {
  drag('dragenter', []);
  expect(document.body.textContent).toContain('Drop files here');
  expect(drag('drop', [file('plan.pdf')]).defaultPrevented).toBe(true);
  expect(document.body.textContent).not.toContain('Drop files here');
  await vi.waitFor(() => expect(attached.uploads).toHaveLength(1));
  expect(place.face.panelOpen).toBe(true);
});

test('a picture of the page itself that is dragged is no file', () => {
  window.dispatchEvent(new Event('dragstart'));
  expect(drag('dragenter', []).defaultPrevented).toBe(false);
  expect(document.body.textContent).not.toContain('Drop files here');
  window.dispatchEvent(new Event('dragend'));
});
