// The line: hello, answers to requests, dead sockets found, coming back by itself.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { LineError, RequestError } from './errors';
import { Line } from './line';
import { FakeServer, page, settle } from './testing/server';

let server: FakeServer;
let line: Line;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  line = new Line({
    url: 'ws://test/api/socket',
    hello: () => ({ language: 'ko' }),
    createSocket: server.create,
    random: () => 1,
  });
});

afterEach(() => {
  line.close();
  vi.useRealTimers();
});

test('it says hello in the protocol before anything else', async () => {
  line.open();
  expect(server.socket.protocol).toBe('zoom.1');
  expect(line.state).toBe('connecting');
  server.socket.open();
  expect(server.socket.sent).toEqual([{ id: 1, type: 'hello', language: 'ko' }]);
  await server.answer('hello', { type: 'welcome', server: 't', limits: {} as never });
  expect(line.state).toBe('online');
});

test('each answer reaches the request with its id, in whatever order they come', async () => {
  line.open();
  await server.welcome();
  const first = line.request({ type: 'history', page: { before: 9 } }, 'history');
  const second = line.request({ type: 'ping' }, 'done');
  await server.answer('ping', { type: 'done' });
  await server.answer('history', { type: 'history', ...page([]) });
  expect((await second).type).toBe('done');
  expect((await first).more_before).toBe(false);
});

test('a refusal is an error with the stable code', async () => {
  line.open();
  await server.welcome();
  const request = line.request({ type: 'leave' }, 'done');
  const refused = expect(request).rejects.toMatchObject({ code: 'busy', message: 'Later.' });
  await server.answer('leave', { type: 'error', code: 'busy', message: 'Later.' });
  await refused;
  await expect(request).rejects.toBeInstanceOf(RequestError);
});

test('a request without an answer fails in the end', async () => {
  line.open();
  await server.welcome();
  const failed = expect(line.request({ type: 'leave' }, 'done')).rejects.toBeInstanceOf(LineError);
  await vi.advanceTimersByTimeAsync(6_000);
  server.socket.event({ type: 'speakers', participants: [] });
  await vi.advanceTimersByTimeAsync(9_000);
  await failed;
});

test('a request without a line fails at once', async () => {
  await expect(line.request({ type: 'ping' }, 'done')).rejects.toBeInstanceOf(LineError);
});

test('it comes back after a break, sooner at first and later after many failures', async () => {
  line.open();
  await server.welcome();
  server.socket.break();
  expect(line.state).toBe('waiting');
  const waits: number[] = [];
  for (let attempt = 2; attempt < 7; attempt += 1) {
    const before_ms = Date.now();
    while (server.sockets.length < attempt) await vi.advanceTimersByTimeAsync(50);
    waits.push(Date.now() - before_ms);
    server.socket.break();
  }
  expect(waits).toEqual([400, 800, 1_600, 3_200, 6_400]);
});

test('requests that wait fail when the line breaks', async () => {
  line.open();
  await server.welcome();
  const failed = expect(line.request({ type: 'leave' }, 'done')).rejects.toBeInstanceOf(LineError);
  server.socket.break();
  await failed;
});

test('a silent server is asked, and a dead socket given up', async () => {
  line.open();
  await server.welcome();
  const dead = server.socket;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(dead.of('ping')).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(dead.closed).toBe(true);
  expect(line.state).toBe('waiting');
});

test('a server that answers the question is left alone', async () => {
  line.open();
  await server.welcome();
  for (let round = 1; round < 4; round += 1) {
    await vi.advanceTimersByTimeAsync(10_000);
    await server.answer('ping', { type: 'done' });
    expect(server.socket.of('ping')).toHaveLength(round);
  }
  expect(line.state).toBe('online');
});

test('a server that never welcomes is given up', async () => {
  line.open();
  server.socket.open();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(line.state).toBe('waiting');
});

test('the network coming back ends the wait', async () => {
  line.open();
  await server.welcome();
  server.socket.break();
  window.dispatchEvent(new Event('online'));
  expect(server.sockets).toHaveLength(2);
  await server.welcome();
  expect(line.state).toBe('online');
});

test('a flood keeps away for a minute, even when the network comes back', async () => {
  line.open();
  await server.welcome();
  server.socket.break(4003);
  window.dispatchEvent(new Event('online'));
  await vi.advanceTimersByTimeAsync(59_000);
  expect(server.sockets).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(server.sockets).toHaveLength(2);
});

test.each([
  [1000, 'left'],
  [4001, 'replaced'],
])('close code %i ends it for good: %s', async (code, end) => {
  const ends: string[] = [];
  line.on('ended', (it) => ends.push(it));
  line.open();
  await server.welcome();
  server.socket.break(code);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.sockets).toHaveLength(1);
  expect(ends).toEqual([end]);
});

test('events are passed on, and what is not JSON is a fault that harms nothing', async () => {
  const events: string[] = [];
  const faults: string[] = [];
  line.on('event', ({ type }) => events.push(type));
  line.on('fault', (fault) => faults.push(fault));
  line.open();
  await server.welcome();
  server.socket.onmessage?.call(
    server.socket as unknown as WebSocket,
    new MessageEvent('message', { data: '{' }),
  );
  server.socket.event({ type: 'speakers', participants: [] });
  await settle();
  expect(events).toEqual(['speakers']);
  expect(faults).toHaveLength(1);
});
