// Hints about one's own voice: muted and not heard, or given back by somebody's loudspeaker.
import { flushSync } from 'svelte';
import type { MockInstance } from 'vitest';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { m } from '../../paraglide/messages.js';
import * as call from '../call';
import { FakeTrack } from '../call/testing/media';
import { participant } from '../call/testing/server';
import { Choices } from './choices.svelte';
import { Hearing } from './hearing.svelte';
import { Meeting } from './meeting.svelte';
import { followEcho, followMutedSpeech } from './voice.svelte';

vi.mock('../call', async (original) => ({
  ...(await original<typeof call>()),
  measureLevel: vi.fn(),
}));

let meeting: Meeting;
let hearing: Hearing;
let choices: Choices;
let end: () => void;
/** What the measured track's level is told to; null while none is measured. */
let told: ((level: number) => void) | null;
/** What the others' levels are read from. */
let back: MockInstance<Meeting['receivedLevels']>;
let measured: MediaStreamTrack | null;

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
  told = null;
  vi.mocked(call.measureLevel).mockImplementation((track, tell) => {
    told = tell;
    measured = track;
    return () => {
      told = null;
    };
  });
  meeting = new Meeting({ room: 'r', language: 'en' });
  hearing = new Hearing();
  choices = new Choices();
  end = $effect.root(() => {
    followMutedSpeech(meeting, choices);
    followEcho(meeting, hearing, choices);
  });
});

afterEach(() => {
  end();
  vi.useRealTimers();
});

const quiet = { microphone: false, camera: false, screen: false, screen_audio: false };

function have(microphone: boolean): FakeTrack {
  const track = new FakeTrack('audio', 'mic');
  track.enabled = microphone;
  meeting.microphoneDevice = track.asTrack;
  meeting.ownMicrophone = track.asTrack;
  meeting.on = { ...quiet, microphone };
  flushSync();
  return track;
}

/** A second of speech as it is measured. */
function speak(): void {
  for (let reading = 0; reading < 17; reading += 1) {
    told?.(0.6);
    vi.advanceTimersByTime(60);
  }
}

test('who speaks while muted is told so, and unmutes with one press', () => {
  have(false);
  const unmute = vi.spyOn(meeting, 'setMicrophone').mockResolvedValue();
  speak();
  expect(meeting.notices.shown.map(({ text }) => text)).toEqual([m.muted_speech()]);
  void meeting.notices.shown[0]?.remedy?.run();
  expect(unmute).toHaveBeenCalledExactlyOnceWith(true);
});

test('what listens is a copy that hears on while the microphone itself is off', () => {
  const track = have(false);
  expect(measured).not.toBe(track);
  expect(measured?.enabled).toBe(true);
  expect(track.enabled).toBe(false);
  const copy = measured;
  meeting.on = { ...quiet, microphone: true };
  flushSync();
  expect(copy?.readyState).toBe('ended');
});

test('nobody is told who is heard, or who does not want to be', () => {
  have(true);
  speak();
  expect(meeting.notices.shown).toEqual([]);
  choices.set({ mutedHint: false });
  have(false);
  expect(told).toBeNull();
});

/** So many seconds in which the other's level follows one's own after 400 ms, or has nothing to do with it. */
function talk(seconds: number, echoes: boolean): void {
  const own: number[] = [];
  for (let reading = 0; reading < seconds * 10; reading += 1) {
    const level = Math.sin(reading * reading) > 0 ? 0.7 : 0.1;
    own.push(level);
    told?.(level);
    const level_back = echoes ? (own.at(-5) ?? 0) * 0.8 : 0.4;
    back.mockReturnValue(new Map([['b', level_back]]));
    vi.advanceTimersByTime(100);
  }
}

test('whose loudspeaker echoes is named once, and muted for me with one press', () => {
  meeting.people = { participants: [participant('b', { name: 'Bo' })], speakers: [], typing: [] };
  back = vi.spyOn(meeting, 'receivedLevels');
  const say = vi.spyOn(meeting.notices, 'say');
  have(true);
  talk(40, true);
  expect(say).toHaveBeenCalledOnce();
  expect(say.mock.calls[0]?.[0]).toBe(m.echo_of({ name: 'Bo' }));
  void say.mock.calls[0]?.[1]?.run();
  expect(hearing.isMutedForMe('b')).toBe(true);
});

test("nobody is blamed whose sound has nothing to do with one's own", () => {
  meeting.people = { participants: [participant('b')], speakers: [], typing: [] };
  back = vi.spyOn(meeting, 'receivedLevels');
  const say = vi.spyOn(meeting.notices, 'say');
  have(true);
  talk(40, false);
  expect(say).not.toHaveBeenCalled();
});
