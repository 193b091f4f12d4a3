// Who is in a room, said to somebody at its door.
import { expect, test } from 'vitest';

import { participant } from '../call/testing/server';
import { presentText } from './presence';

const people = ['Ada', 'Bo', 'Cy'].map((name) => participant(name, { name }));

test('as long as it is not known, nothing is said', () => {
  expect(presentText(null)).toBe('');
});

test.each([
  [0, 'Nobody is here yet'],
  [1, 'Ada is here'],
  [2, 'Ada and Bo are here'],
  [3, 'Ada, Bo and 1 more are here'],
])('of %i people so much is said', (count, text) => {
  expect(presentText({ people: people.slice(0, count), count })).toBe(text);
});

test('those whom the server counts but does not name are counted', () => {
  expect(presentText({ people, count: 40 })).toBe('Ada, Bo and 38 more are here');
});
