// Playing a slot: the sound at once, the picture when there is one, nothing of who was there before.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { PlayingElement } from './playback';
import { Playback } from './playback';
import { FakeStream, FakeTrack } from '../testing/media';

class FakeElement {
  readyState = 0;
  attached = 0;
  frame: (() => void) | null = null;
  refuse = false;
  #stream: unknown = null;

  set srcObject(stream: unknown) {
    this.#stream = stream;
    if (stream !== null) this.attached += 1;
  }

  get srcObject() {
    return this.#stream;
  }

  play() {
    return this.refuse
      ? Promise.reject(new DOMException('', 'NotAllowedError'))
      : Promise.resolve();
  }

  requestVideoFrameCallback(callback: () => void) {
    this.frame = callback;
    return 1;
  }

  cancelVideoFrameCallback() {
    this.frame = null;
  }
}

let element: FakeElement;
let audio: FakeTrack;
let video: FakeTrack;
let stream: FakeStream;
let shown: boolean[];
let blocked: number;

function play(): Playback {
  const media = { stream: stream as unknown as MediaStream, video: video.asTrack };
  return new Playback(element as unknown as PlayingElement, media, {
    onpicture: (there) => shown.push(there),
    onblocked: () => (blocked += 1),
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  element = new FakeElement();
  audio = new FakeTrack('audio', 'voice');
  video = new FakeTrack('video', 'face');
  video.muted = true;
  stream = new FakeStream([audio, video]);
  shown = [];
  blocked = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

test('somebody whose camera is off is heard: the element has the sound alone', () => {
  play().wantPicture(false);
  expect(element.srcObject).toBe(stream);
  expect(stream.getTracks()).toEqual([audio]);
});

test('a picture joins the same stream when its first packet has come', () => {
  play().wantPicture(true);
  expect(stream.getTracks()).toEqual([audio]);
  video.unmute();
  expect(stream.getTracks()).toEqual([audio, video]);
  expect(element.attached).toBe(1);
  expect(shown).toEqual([]);
  element.frame?.();
  expect(shown).toEqual([true]);
});

test('a picture that goes off and on again is shown from its next frame on', () => {
  video.muted = false;
  const playback = play();
  playback.wantPicture(true);
  element.frame?.();
  playback.wantPicture(false);
  expect(shown).toEqual([true, false]);
  playback.wantPicture(true);
  expect(shown).toEqual([true, false]);
  element.frame?.();
  expect(shown).toEqual([true, false, true]);
  expect(element.attached).toBe(1);
});

test('an element that waits for a picture in vain gets the sound back, and tries again', () => {
  video.muted = false;
  play().wantPicture(true);
  vi.advanceTimersByTime(2_000);
  expect(stream.getTracks()).toEqual([audio]);
  expect(element.attached).toBe(2);
  vi.advanceTimersByTime(2_000);
  expect(stream.getTracks()).toEqual([audio, video]);
});

test('an element that sounds without a picture is left alone', () => {
  video.muted = false;
  element.readyState = 4;
  play().wantPicture(true);
  vi.advanceTimersByTime(10_000);
  expect(element.attached).toBe(1);
});

test('a browser that holds the sound back says so', async () => {
  element.refuse = true;
  play();
  await vi.advanceTimersByTimeAsync(0);
  expect(blocked).toBe(1);
});

test('what is closed frees its element, and does not touch one that plays something else', () => {
  const first = play();
  first.close();
  expect(element.srcObject).toBeNull();
  const second = play();
  const other = new FakeStream();
  element.srcObject = other;
  second.close();
  expect(element.srcObject).toBe(other);
});
