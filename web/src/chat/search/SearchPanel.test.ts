// What was found: marked in its text, said how much it is, and one press from where it stands.
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Place } from '../../actions/place';
import { entry } from '../../call/testing/server';
import { placeOf, somebody } from '../../parts/testing/place';
import type { Entry } from '../../protocol/messages';
import { Searching } from './searching.svelte';
import SearchPanel from './SearchPanel.svelte';

let place: Place;
let searching: Searching;
let shown: Record<string, unknown> | null = null;

beforeEach(() => {
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      observe() {}
      disconnect() {}
    },
  );
  place = placeOf([somebody('0')], { line: 'online' });
  searching = new Searching({ search: () => new Promise(() => undefined) });
  searching.open = true;
  shown = mount(SearchPanel, { target: document.body, props: { place, searching } });
  flushSync();
});

afterEach(async () => {
  if (shown !== null) await unmount(shown);
});

function found(hits: Entry[], text = '점심', more = false): void {
  searching.text = text;
  searching.found = text;
  searching.hits = hits;
  searching.more = more;
  searching.state = 'done';
  flushSync();
}

const said = (text: string) => entry(7, { body: { type: 'message', text } });
const hits = () => [...document.querySelectorAll<HTMLElement>('ol button')];
const status = () => document.querySelector('[role="status"]')?.textContent;

test('a hit shows what was searched for', () => {
  found([said('내일 점심을 먹어요')]);
  expect(document.querySelector('mark')?.textContent).toBe('점심');
  expect(hits()[0]?.textContent).toContain('내일 점심을 먹어요');
});

test('how many there are is said aloud', () => {
  found([said('점심')]);
  expect(status()).toBe('1 message');
  found([said('점심')], '점심', true);
  expect(status()).toBe('The latest 1 messages');
  found([]);
  expect(status()).toBe('Nothing was found.');
});

test('names of files are marked, too', () => {
  const file = { hash: 'h', name: '점심-메뉴.pdf', media_type: 'application/pdf', bytes: 1 };
  found([entry(7, { body: { type: 'message', files: [file] } })]);
  expect(document.querySelector('mark')?.textContent).toBe('점심');
});

test('a hit opens where it stands, and one of a thread in its thread', () => {
  const jumpTo = vi.spyOn(place.talk, 'jumpTo').mockResolvedValue();
  found([said('점심')]);
  hits()[0]?.click();
  expect(jumpTo).toHaveBeenLastCalledWith({ number: 7 }, undefined);
  expect(searching.open).toBe(false);
  found([entry(9, { thread: 7, body: { type: 'message', text: '점심' } })]);
  hits()[0]?.click();
  expect(jumpTo).toHaveBeenLastCalledWith({ number: 9 }, 7);
});

test('markup in a message is text', () => {
  found([said('<img src=x onerror=alert(1)> 점심')]);
  expect(document.querySelector('ol img')).toBeNull();
  expect(hits()[0]?.textContent).toContain('<img src=x');
});

test('what failed is said, and another attempt is one press away', () => {
  const again = vi.spyOn(searching, 'again');
  searching.problem = 'The disk failed.';
  searching.state = 'failed';
  flushSync();
  expect(document.querySelector('[role="alert"]')?.textContent).toContain('The disk failed.');
  [...document.querySelectorAll('button')]
    .find(({ textContent }) => textContent.trim() === 'Try again')
    ?.click();
  expect(again).toHaveBeenCalledTimes(1);
});

test('a search that the line broke goes on when the line is back', () => {
  const again = vi.spyOn(searching, 'again');
  searching.state = 'offline';
  flushSync();
  expect(again).toHaveBeenCalled();
});
