// Messages that nobody sees are told of on the desktop, where that is wanted, and a press leads to them.
import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Place } from '../../actions/place';
import { entry } from '../../call/testing/server';
import { placeOf, somebody } from '../../parts/testing/place';
import type { Entry } from '../../protocol/messages';
import { followNotifying } from './follow.svelte';
import type { Choice } from './worth';

const own = somebody('0', { author: 'own', name: '민지' });
const shown: ShownNotification[] = [];

class ShownNotification {
  static permission = 'granted';
  onclick: (() => void) | null = null;
  closed = false;

  constructor(
    readonly title: string,
    readonly options: NotificationOptions,
  ) {
    shown.push(this);
  }

  close(): void {
    this.closed = true;
  }
}

let visible: DocumentVisibilityState;
let say: (entry: Entry) => void;
let place: Place;
let end: () => void = () => undefined;

beforeEach(() => {
  localStorage.clear();
  shown.length = 0;
  vi.stubGlobal('Notification', ShownNotification);
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visible);
});

afterEach(() => {
  end();
});

async function begin(choice: Choice, state: DocumentVisibilityState): Promise<void> {
  visible = state;
  place = placeOf([own, somebody('1')], {
    room: 'otter',
    author: 'own',
    onSaid: (listener: typeof say) => {
      say = listener;
      return () => undefined;
    },
  });
  place.talk.notifying.sounds = false;
  await place.talk.notifying.choose(choice);
  end = $effect.root(() => {
    followNotifying(place);
  });
  flushSync();
}

const message = (number: number, text: string, more: object = {}) =>
  entry(number, { body: { type: 'message', text, ...more } });
const mentions = [{ author: 'own', name: '민지' }];

test('all messages, with what they say in plain words', async () => {
  await begin('all', 'hidden');
  say(message(1, '**see** [this](https://a.example)\n- one'));
  await vi.waitFor(() => {
    expect(shown.map(({ title, options }) => [title, options.body])).toEqual([
      ['Bo · otter', 'see this\none'],
    ]);
  });
});

test('a file without a word is told of by its name', async () => {
  await begin('all', 'hidden');
  const file = { hash: 'h', name: '회의록.pdf', media_type: 'application/pdf', bytes: 1 };
  say(entry(1, { body: { type: 'message', files: [file] } }));
  await vi.waitFor(() => {
    expect(shown[0]?.options.body).toBe('회의록.pdf');
  });
});

test('only what is for oneself, where that was chosen', async () => {
  await begin('mentions', 'hidden');
  say(message(1, 'for all'));
  say(message(2, '@민지', { mentions }));
  say({ ...message(3, 'psst'), to: { participant: '0', author: 'own', name: '민지', ordinal: 1 } });
  await vi.waitFor(() => {
    expect(shown.map(({ title }) => title)).toEqual(['Bo · otter', 'Bo (private) · otter']);
  });
});

test('nothing while the page is seen, and nothing where nothing was chosen', async () => {
  await begin('all', 'visible');
  say(message(1, '@민지', { mentions }));
  end();
  await begin('none', 'hidden');
  say(message(2, '@민지', { mentions }));
  await Promise.resolve();
  expect(shown).toEqual([]);
});

test('a press leads to the message, in its thread', async () => {
  await begin('all', 'hidden');
  const jumpTo = vi.spyOn(place.talk, 'jumpTo').mockResolvedValue();
  const focus = vi.spyOn(window, 'focus').mockReturnValue();
  say({ ...message(5, 'reply'), thread: 2 });
  await vi.waitFor(() => {
    expect(shown).toHaveLength(1);
  });
  shown[0]?.onclick?.();
  expect(focus).toHaveBeenCalled();
  expect(jumpTo).toHaveBeenCalledExactlyOnceWith({ number: 5 }, 2);
  expect(shown[0]?.closed).toBe(true);
});

test('a few at a time, and none any more once the page is seen', async () => {
  await begin('all', 'hidden');
  for (let number = 1; number <= 6; number += 1) say(message(number, 'x'));
  await vi.waitFor(() => {
    expect(shown).toHaveLength(6);
  });
  expect(shown.map(({ closed }) => closed)).toEqual([true, true, false, false, false, false]);
  visible = 'visible';
  document.dispatchEvent(new Event('visibilitychange'));
  expect(shown.every(({ closed }) => closed)).toBe(true);
});
