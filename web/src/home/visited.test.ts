// Which rooms a browser remembers, and that a damaged memory does no harm.
import { beforeEach, expect, test } from 'vitest';

import { forgetRoom, forgetRooms, rememberRoom, roomPath, visitedRooms } from './visited';

beforeEach(() => {
  localStorage.clear();
});

test('the room entered last comes first, and each only once', () => {
  rememberRoom('a', 1);
  rememberRoom('회의실', 2);
  rememberRoom('A', 3);
  expect(visitedRooms()).toEqual([
    { name: 'A', at: 3 },
    { name: '회의실', at: 2 },
  ]);
});

test('only the last twelve rooms are remembered', () => {
  for (let i = 0; i < 20; i += 1) rememberRoom(`room-${String(i)}`, i);
  const rooms = visitedRooms();
  expect(rooms).toHaveLength(12);
  expect(rooms[0]?.name).toBe('room-19');
});

test('rooms can be forgotten one by one and all at once', () => {
  rememberRoom('a', 1);
  rememberRoom('b', 2);
  forgetRoom('a');
  expect(visitedRooms().map((room) => room.name)).toEqual(['b']);
  forgetRooms();
  expect(visitedRooms()).toEqual([]);
});

test('a memory that something else wrote counts as empty', () => {
  for (const damaged of ['{', '{}', '[1, {"name": 2}, {"name": "", "at": 1}]', 'null']) {
    localStorage.setItem('zoom.visited', damaged);
    expect(visitedRooms()).toEqual([]);
  }
});

test('a room path is percent-encoded', () => {
  expect(roomPath('회 a')).toBe('/r/%ED%9A%8C%20a');
});
