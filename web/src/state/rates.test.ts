// What somebody's streams did between two readings.
import { expect, test } from 'vitest';

import type { CallStats, ReceivedStats, SentStats } from '../call';
import { ratesOf } from './rates';

const nothing: ReceivedStats = {
  codec: 'video/VP8',
  packets_received: 0,
  packets_lost: 0,
  bytes_received: 0,
  jitter_buffer_delay_ms: 0,
  jitter_buffer_emitted: 0,
  audio_energy: 0,
  frames_decoded: 0,
  key_frames_decoded: 0,
  freeze_count: 0,
  width: 640,
  height: 360,
};

const stats = (changes: Partial<CallStats>): CallStats => ({
  participant: 'me',
  line: 'online',
  media: 'connected',
  connection: 'connected',
  offers: 1,
  protocol: 'udp',
  round_trip_ms: 42,
  srtp_cipher: null,
  dtls_version: null,
  slots: [],
  sent: [],
  ...changes,
});

const receiving = (video: Partial<ReceivedStats>) =>
  stats({
    slots: [
      {
        slot: 'person-0',
        participant: 'a',
        paused: false,
        stream: 'person-0',
        audio: null,
        video: { ...nothing, ...video },
      },
    ],
  });

const reading = (at_ms: number, of: CallStats) => ({ at_ms, stats: of });

test('rates are of the time between two readings', () => {
  const before = receiving({ packets_received: 100, packets_lost: 5, frames_decoded: 10 });
  const after = receiving({
    packets_received: 190,
    packets_lost: 15,
    frames_decoded: 60,
    bytes_received: 250_000,
    jitter_buffer_delay_ms: 3_000,
    jitter_buffer_emitted: 50,
  });
  const { video, round_trip_ms } = ratesOf(reading(1_000, before), reading(3_000, after), 'a');
  expect(video).toMatchObject({
    codec: 'video/VP8',
    width: 640,
    height: 360,
    frames_per_second: 25,
    bitrate_bps: 1_000_000,
    loss: 0.1,
    jitter_buffer_ms: 60,
  });
  expect(round_trip_ms).toBe(42);
});

test('where nothing came no loss is made up', () => {
  const same = receiving({ packets_received: 9 });
  const { video } = ratesOf(reading(0, same), reading(1_000, same), 'a');
  expect(video).toMatchObject({ loss: null, jitter_buffer_ms: null, bitrate_bps: 0 });
});

test('a connection that began anew counts from zero, not below it', () => {
  const before = receiving({ frames_decoded: 900, bytes_received: 900 });
  const { video } = ratesOf(reading(0, before), reading(1_000, receiving({})), 'a');
  expect(video).toMatchObject({ frames_per_second: 0, bitrate_bps: 0 });
});

test('who is in no slot has no streams', () => {
  const { video, audio } = ratesOf(reading(0, stats({})), reading(1_000, stats({})), 'b');
  expect([video, audio]).toEqual([null, null]);
});

test('of oneself it is what one sends: the largest layer that runs, and the bits of all', () => {
  const layer = (rid: string, width: number, changes: Partial<SentStats>): SentStats => ({
    source: 'camera',
    rid,
    codec: 'video/VP8',
    loss: 0.02,
    packets_sent: 0,
    bytes_sent: 0,
    frames_encoded: 0,
    width,
    height: (width * 9) / 16,
    ...changes,
  });
  const before = stats({ sent: [layer('q', 320, {}), layer('h', 640, {}), layer('f', 1280, {})] });
  const after = stats({
    sent: [
      layer('q', 320, { packets_sent: 10, bytes_sent: 10_000, frames_encoded: 30 }),
      layer('h', 640, { packets_sent: 20, bytes_sent: 40_000, frames_encoded: 24 }),
      layer('f', 1280, {}),
    ],
  });
  const { video } = ratesOf(reading(0, before), reading(1_000, after), 'me');
  expect(video).toMatchObject({
    width: 640,
    frames_per_second: 24,
    bitrate_bps: 400_000,
    loss: 0.02,
  });
});
