// The timeline: pieces without a gap, whatever comes in which order, and of each entry its latest state.
import { expect, test } from 'vitest';

import type { Entry } from '../protocol/messages';
import { entry, page } from './testing/server';
import { most_entries, Timeline } from './timeline';

const from = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => entry(first + index));
const numbers = (timeline: Timeline) => timeline.shown.entries.map(({ number }) => number);
const text = (timeline: Timeline, number: number) => {
  const body = timeline.entry(number)?.body;
  return body?.type === 'message' ? body.text : body?.type;
};
const edited = (number: number, changed: number, said: string): Entry =>
  entry(number, { changed, body: { type: 'message', text: said, edited_ms: changed } });

function begun(entries: Entry[], more_before = false): Timeline {
  const timeline = new Timeline();
  timeline.begin(page(entries, more_before));
  return timeline;
}

test('entries that are just written go to the end, each once', () => {
  const timeline = begun(from(3, 4), true);
  timeline.take(entry(7));
  timeline.take(entry(7));
  timeline.take(entry(3));
  expect(numbers(timeline)).toEqual([3, 4, 7]);
  expect(timeline.shown.moreBefore).toBe(true);
});

test('an older page goes to the front and says whether there is more', () => {
  const timeline = begun(from(6, 9), true);
  timeline.older(page(from(3, 5), true), 6);
  timeline.older(page(from(1, 2)), 3);
  expect(numbers(timeline)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(timeline.shown.moreBefore).toBe(false);
});

test('a page that was asked for before something else was looked at is not kept', () => {
  const timeline = begun(from(50, 52), true);
  timeline.jump(page(from(10, 12), true, true));
  timeline.older(page(from(40, 49), true), 50);
  expect(numbers(timeline)).toEqual([10, 11, 12]);
});

test('a jump shows another place, and what is written meanwhile waits at the newest end', () => {
  const timeline = begun(from(50, 52), true);
  timeline.jump(page(from(10, 12), true, true));
  timeline.take(entry(60));
  expect(numbers(timeline)).toEqual([10, 11, 12]);
  expect(timeline.shown.moreAfter).toBe(true);
  timeline.toNewest();
  expect(numbers(timeline)).toEqual([50, 51, 52, 60]);
});

test('another place that is read on grows together with the newest end', () => {
  const timeline = begun(from(20, 22), true);
  timeline.jump(page(from(10, 12), true, true));
  timeline.newer(page(from(13, 20), true, true), 12);
  expect(numbers(timeline)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]);
  expect(timeline.shown.moreAfter).toBe(false);
  timeline.take(entry(23));
  expect(numbers(timeline).at(-1)).toBe(23);
});

test('a jump that reaches the newest end is no other place', () => {
  const timeline = begun(from(20, 22), true);
  timeline.jump(page(from(15, 20), true, true));
  expect(timeline.newest).toBe(timeline.shown);
  expect(timeline.shown).toMatchObject({ moreBefore: true, moreAfter: false });
});

test('of two states of an entry the later holds, in whatever order they come', () => {
  const timeline = begun(from(1, 3));
  timeline.change(edited(2, 9, 'later'));
  timeline.change(edited(2, 7, 'earlier'));
  timeline.take(edited(2, 8, 'between'));
  expect(text(timeline, 2)).toBe('later');
});

test('an edit keeps the thread and the emoji, a deletion the thread alone', () => {
  const replies = { count: 2, last_ms: 5 };
  const marks = [{ reaction: '👍', count: 1, people: [], mine: false }];
  const timeline = begun([entry(1, { replies, marks })]);
  timeline.change(edited(1, 4, 'again'));
  expect(timeline.entry(1)).toMatchObject({ replies, marks });
  timeline.change(entry(1, { changed: 5, body: { type: 'deleted', deleted_ms: 1 } }));
  expect(timeline.entry(1)).toMatchObject({ replies });
  expect(timeline.entry(1)?.marks).toBeUndefined();
});

test('emoji are counted as the server says, and named by who put them', () => {
  const timeline = begun(from(1, 1));
  const mark = (changed: number, who: string, on: boolean, count: number, mine = false) => {
    const by = { author: who, name: who };
    timeline.mark({ type: 'marked', number: 1, changed, reaction: '🎉', by, on, count }, mine);
  };
  mark(2, 'ann', true, 1);
  mark(3, 'bo', true, 2, true);
  mark(3, 'bo', true, 2, true);
  expect(timeline.entry(1)?.marks).toEqual([
    {
      reaction: '🎉',
      count: 2,
      mine: true,
      people: [
        { author: 'ann', name: 'ann' },
        { author: 'bo', name: 'bo' },
      ],
    },
  ]);
  mark(4, 'bo', false, 1, true);
  mark(5, 'ann', false, 0);
  expect(timeline.entry(1)?.marks).toEqual([]);
});

test('a reply that the count has already is not counted again', () => {
  const timeline = begun([entry(1, { changed: 6, replies: { count: 2, last_ms: 6 } })]);
  timeline.replied(1, { changed: 6, count: 1, time_ms: 6 });
  timeline.replied(1, { changed: 7, count: 1, time_ms: 7 });
  expect(timeline.entry(1)?.replies).toEqual({ count: 3, last_ms: 7 });
  timeline.replied(1, { changed: 8, count: -1, time_ms: 7 });
  expect(timeline.entry(1)?.replies).toEqual({ count: 2, last_ms: 7 });
});

test('what expired is gone, wherever one looks', () => {
  const timeline = begun(from(20, 22), true);
  timeline.jump(page(from(1, 5), false, true));
  timeline.expire(4);
  expect(numbers(timeline)).toEqual([4, 5]);
  timeline.expire(21);
  expect(numbers(timeline)).toEqual([21, 22]);
  expect(timeline.shown.moreBefore).toBe(false);
});

test('a day of scrolling keeps so many entries, and lets go of the far end', () => {
  const size = 1_000;
  const newest = 10 * size;
  const timeline = begun(from(newest - size + 1, newest), true);
  for (let first = newest - size + 1; first > 1; first -= size) {
    timeline.older(page(from(first - size, first - 1), first - size > 1), first);
  }
  expect(numbers(timeline)).toHaveLength(most_entries);
  expect(timeline.shown).toMatchObject({ moreBefore: false, moreAfter: true });
  timeline.take(entry(newest + 1));
  for (let last = most_entries; last < newest; last += size) {
    timeline.newer(page(from(last + 1, last + size), true, last + size < newest), last);
  }
  expect(numbers(timeline)).toHaveLength(most_entries);
  expect(timeline.shown).toMatchObject({ moreBefore: true, moreAfter: false });
  expect(numbers(timeline).at(-1)).toBe(newest + 1);
});

test('an empty room has nothing before its first entry', () => {
  const timeline = begun([]);
  expect(timeline.shown).toMatchObject({ entries: [], moreBefore: false, moreAfter: false });
  timeline.take(entry(1));
  expect(numbers(timeline)).toEqual([1]);
});
