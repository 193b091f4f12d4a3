// Names that are offered while one types: where, whose, and in which order.
import { describe, expect, test } from 'vitest';

import type { Person } from '../../protocol/messages';
import { candidatesOf, loosened, offer, wantedAt } from './completion';

const person = (name: string, ordinal = 1): Person => ({
  participant: name,
  author: `${name}-${String(ordinal)}`,
  name,
  ordinal,
});
const people = ['민지', '김민수', 'Mina Kim', 'Kim', '田中'].map((name) => ({
  person: person(name),
  here: true,
}));
const offered = (typed: string) =>
  offer({ kind: 'mention', from: 0, typed }, people).map((it) => it.person.name);

describe('a name is wanted', () => {
  test.each([
    ['@', { kind: 'mention', from: 0, typed: '' }],
    ['hi @mi', { kind: 'mention', from: 3, typed: 'mi' }],
    ['(@Mina K', { kind: 'mention', from: 1, typed: 'Mina K' }],
    ['안녕@민', { kind: 'mention', from: 2, typed: '민' }],
    ['/ki', { kind: 'private', from: 0, typed: 'ki' }],
  ])('in %s', (text, wanted) => {
    expect(wantedAt(text, text.length, true)).toEqual(wanted);
  });

  test.each(['', 'a', 'a@b', 'mina.kim@example', '@ x', '@a\nb', 'x /k', '/usr/bin', '/k\nx'])(
    'not in %s',
    (text) => {
      expect(wantedAt(text, text.length, true)).toBeNull();
    },
  );

  test('not by a slash where nothing can be private', () => {
    expect(wantedAt('/k', 2, false)).toBeNull();
  });
});

describe('who is offered', () => {
  test.each([
    ['', ['민지', '김민수', 'Mina Kim', 'Kim', '田中']],
    ['m', ['Mina Kim', 'Kim']],
    ['kim', ['Kim', 'Mina Kim']],
    ['mina k', ['Mina Kim']],
    ['ㅁ', ['민지', '김민수']],
    ['미', ['민지', '김민수']],
    ['민', ['민지', '김민수']],
    ['믽', ['민지']],
    ['민지', ['민지']],
    ['田', ['田中']],
    ['nobody', []],
  ])('for @%s', (typed, names) => {
    expect(offered(typed)).toEqual(names);
  });

  test('nobody any more behind a whole name and a space, but for a longer name', () => {
    expect(offered('Kim ')).toEqual([]);
    expect(offered('kim how are you')).toEqual([]);
    const longer = [...people, { person: person('Kim Lee'), here: true }];
    expect(
      offer({ kind: 'mention', from: 0, typed: 'Kim ' }, longer).map((it) => it.person.name),
    ).toEqual(['Kim Lee']);
  });

  test('those who are here before those who wrote lately, each once, and never oneself', () => {
    const others = [person('Kim')];
    const entries = ['old', 'Kim', 'own', 'new'].map((name) => ({ sender: person(name) }));
    expect(
      candidatesOf(others, entries, 'own-1').map(({ person: { name }, here }) => [name, here]),
    ).toEqual([
      ['Kim', true],
      ['new', false],
      ['old', false],
    ]);
  });

  test('alone only those who are here', () => {
    const away = [{ person: person('Kim'), here: false }];
    expect(offer({ kind: 'private', from: 0, typed: '' }, away)).toEqual([]);
  });
});

test.each([
  ['믽', '민ㅈ'],
  ['각', '가ㄱ'],
  ['값', '갑ㅅ'],
  ['강감찮', '강감찬ㅎ'],
  ['미', '미'],
  ['Kim', 'Kim'],
  ['', ''],
])('%s may become %s', (typed, looser) => {
  expect(loosened(typed)).toBe(looser);
});
