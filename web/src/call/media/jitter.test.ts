// How long jitter buffers hold what comes: as long as repairs take, while there is something to repair.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Patience, Seen } from './jitter';
import { JitterBuffers, noPatience, patience } from './jitter';

/** A second of a camera on a way of 100 ms. */
const second = (at_s: number, more: Partial<Seen> = {}): Seen => ({
  at_ms: at_s * 1_000,
  packets: 130,
  requests: 0,
  freezes: 0,
  seconds: 1,
  round_trip_ms: 100,
  ...more,
});

/** Follows so many seconds that are alike. */
function follow(
  before: Patience,
  from_s: number,
  seconds: number,
  more: Partial<Seen> = {},
): Patience {
  let now = before;
  for (let at = from_s; at < from_s + seconds; at += 1) now = patience(now, second(at, more));
  return now;
}

test('nobody waits on a clean way', () => {
  expect(follow(noPatience, 0, 60).target_ms).toBe(0);
});

test('one packet that came too late makes nobody wait', () => {
  const late = patience(follow(noPatience, 0, 5), second(5, { requests: 1 }));
  expect(late.target_ms).toBe(0);
});

test('at much loss a repair and its repeat are waited for from the first second on', () => {
  const lossy = patience(follow(noPatience, 0, 5), second(5, { requests: 7 }));
  // Two and a half round trips, a picture, and what asking takes.
  expect(lossy.target_ms).toBe(340);
});

test('at some loss one repair is waited for', () => {
  expect(follow(noPatience, 0, 5, { requests: 1 }).target_ms).toBe(220);
});

test('a longer way is waited for longer, up to what a conversation bears', () => {
  const at = (round_trip_ms: number) =>
    follow(noPatience, 0, 5, { requests: 7, round_trip_ms }).target_ms;
  expect(at(20)).toBe(140);
  expect(at(200)).toBe(590);
  expect(at(800)).toBe(600);
});

test('an unknown round trip is taken for a usual one', () => {
  expect(follow(noPatience, 0, 5, { requests: 7, round_trip_ms: null }).target_ms).toBe(340);
});

test('one long round trip among short ones changes little', () => {
  const before = follow(noPatience, 0, 10, { requests: 7, round_trip_ms: 40 });
  const spike = patience(before, second(10, { requests: 7, round_trip_ms: 120 }));
  expect(spike.target_ms - before.target_ms).toBeLessThanOrEqual(50);
});

test('a first round trip that was too long is forgotten with the next one', () => {
  const before = follow(noPatience, 0, 3, { requests: 7, round_trip_ms: 230 });
  expect(before.target_ms).toBe(600);
  expect(follow(before, 3, 10, { requests: 7 }).target_ms).toBe(340);
});

test('losses that come and go do not move the target', () => {
  let now = follow(noPatience, 0, 5, { requests: 7 });
  for (let at = 5; at < 120; at += 10) {
    now = follow(now, at, 1, { requests: 9 });
    now = follow(now, at + 1, 9);
    expect(now.target_ms).toBe(340);
  }
});

test('after the last loss the target stays for a while and then falls slowly to nothing', () => {
  const lossy = follow(noPatience, 0, 10, { requests: 7 });
  expect(follow(lossy, 10, 15).target_ms).toBe(340);
  let before = lossy.target_ms;
  let now = lossy;
  for (let at = 10; at < 70; at += 1) {
    now = patience(now, second(at));
    expect(before - now.target_ms).toBeLessThanOrEqual(40);
    before = now.target_ms;
  }
  expect(now.target_ms).toBe(0);
});

test('one freeze changes nothing, a second one makes it wait for one repair more', () => {
  const lossy = follow(noPatience, 0, 10, { requests: 7 });
  const froze = patience(lossy, second(10, { requests: 7, freezes: 1 }));
  expect(froze.target_ms).toBe(340);
  const later = follow(froze, 11, 9, { requests: 7 });
  const again = patience(later, second(20, { requests: 7, freezes: 1 }));
  expect(again.target_ms).toBe(460);
});

test('however often a picture freezes, it is not waited for without end', () => {
  const always = { requests: 7, freezes: 1 };
  expect(follow(noPatience, 0, 120, always).target_ms).toBe(580);
});

test('freezes without losses are no reason to wait', () => {
  expect(follow(noPatience, 0, 30, { freezes: 1 }).target_ms).toBe(0);
});

interface Receiver {
  track: { id: string; muted: boolean };
  jitterBufferTarget?: number | null;
}

/** A connection with one slot whose counters a test moves on. */
function slotOnAWay() {
  const counters = { packetsReceived: 0, nackCount: 0, freezeCount: 0 };
  const receiver = (id: string): Receiver => ({
    track: { id, muted: false },
    jitterBufferTarget: null,
  });
  const slot = { audio: { receiver: receiver('sound') }, video: { receiver: receiver('picture') } };
  const getStats = vi.fn(() => {
    const report = { type: 'inbound-rtp', trackIdentifier: 'picture', ...counters };
    const pair = { type: 'candidate-pair', selected: true, currentRoundTripTime: 0.1 };
    return Promise.resolve(
      new Map<string, unknown>([
        ['picture', report],
        ['pair', pair],
      ]),
    );
  });
  const buffers = new JitterBuffers({ connection: { getStats }, slots: [slot] } as never);
  const pass = async (seconds: number, requests: number) => {
    for (let at = 0; at < seconds; at += 1) {
      counters.packetsReceived += 130;
      counters.nackCount += requests;
      await vi.advanceTimersByTimeAsync(1_000);
    }
  };
  return { slot, buffers, pass, getStats };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('sound and picture of a slot are held alike, and are left to the browser again afterwards', async () => {
  const { slot, buffers, pass } = slotOnAWay();
  buffers.start();
  await pass(3, 0);
  expect(slot.video.receiver.jitterBufferTarget).toBeNull();
  await pass(4, 7);
  expect(slot.video.receiver.jitterBufferTarget).toBe(340);
  expect(slot.audio.receiver.jitterBufferTarget).toBe(340);
  await pass(60, 0);
  expect(slot.video.receiver.jitterBufferTarget).toBeNull();
  expect(slot.audio.receiver.jitterBufferTarget).toBeNull();
  buffers.stop();
});

test('a target is gone to in steps that do not stop the picture', async () => {
  const { slot, buffers, pass } = slotOnAWay();
  buffers.start();
  await pass(3, 7);
  let before = slot.video.receiver.jitterBufferTarget ?? 0;
  for (let step = 0; step < 10; step += 1) {
    await vi.advanceTimersByTimeAsync(250);
    const now = slot.video.receiver.jitterBufferTarget ?? 0;
    expect(now - before).toBeLessThanOrEqual(80);
    before = now;
  }
  expect(before).toBe(340);
  buffers.stop();
});

test('nothing is looked at before a picture comes, nor after the end', async () => {
  const { slot, buffers, pass, getStats } = slotOnAWay();
  slot.video.receiver.track.muted = true;
  buffers.start();
  await pass(3, 0);
  expect(getStats).not.toHaveBeenCalled();
  slot.video.receiver.track.muted = false;
  await pass(1, 0);
  expect(getStats).toHaveBeenCalled();
  buffers.stop();
  getStats.mockClear();
  await pass(3, 7);
  expect(getStats).not.toHaveBeenCalled();
});

test('a browser that takes no targets is not asked for figures', async () => {
  const { slot, buffers, pass, getStats } = slotOnAWay();
  delete slot.audio.receiver.jitterBufferTarget;
  buffers.start();
  await pass(3, 7);
  expect(getStats).not.toHaveBeenCalled();
});
