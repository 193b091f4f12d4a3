import type { CallStats, ReceivedStats, SentStats } from '../call';
import type { ParticipantId } from '../protocol/messages';

/** A reading of the call's diagnosis, and when it was taken. */
export interface Reading {
  at_ms: number;
  stats: CallStats;
}

/** How one stream did between two readings; null where nothing is known. */
export interface StreamRates {
  codec: string | null;
  width: number;
  height: number;
  frames_per_second: number;
  bitrate_bps: number;
  /** Of the packets of that time, the share that was lost, 0 to 1. */
  loss: number | null;
  /** How long what was played had waited on average. */
  jitter_buffer_ms: number | null;
  freezes: number;
}

/** How one person's picture and sound did, and the way between here and the server. */
export interface PersonRates {
  video: StreamRates | null;
  audio: StreamRates | null;
  round_trip_ms: number | null;
  protocol: string | null;
}

/** What became of somebody's streams between two readings; of oneself, of what one sends. */
export function ratesOf(before: Reading, after: Reading, participant: ParticipantId): PersonRates {
  const seconds = Math.max(0.001, (after.at_ms - before.at_ms) / 1_000);
  const own = participant === after.stats.participant;
  return {
    ...(own ? sent(before, after, seconds) : received(before, after, participant, seconds)),
    round_trip_ms: after.stats.round_trip_ms,
    protocol: after.stats.protocol,
  };
}

type Streams = Pick<PersonRates, 'video' | 'audio'>;

function received(
  before: Reading,
  after: Reading,
  participant: ParticipantId,
  seconds: number,
): Streams {
  const slots = after.stats.slots.filter((slot) => slot.participant === participant);
  const slot = slots.find(({ video }) => video !== null) ?? slots[0];
  const earlier = before.stats.slots.find((it) => it.slot === slot?.slot);
  if (slot === undefined) return { video: null, audio: null };
  return {
    video: receivedRates(earlier?.video ?? null, slot.video, seconds),
    audio: receivedRates(earlier?.audio ?? null, slot.audio, seconds),
  };
}

function receivedRates(
  before: ReceivedStats | null,
  after: ReceivedStats | null,
  seconds: number,
): StreamRates | null {
  if (after === null) return null;
  const gained = (field: Counter) => Math.max(0, after[field] - (before?.[field] ?? after[field]));
  const lost = gained('packets_lost');
  const expected = lost + gained('packets_received');
  const emitted = gained('jitter_buffer_emitted');
  return {
    codec: after.codec,
    width: after.width,
    height: after.height,
    frames_per_second: gained('frames_decoded') / seconds,
    bitrate_bps: (gained('bytes_received') * 8) / seconds,
    loss: expected === 0 ? null : lost / expected,
    jitter_buffer_ms: emitted === 0 ? null : gained('jitter_buffer_delay_ms') / emitted,
    freezes: after.freeze_count,
  };
}

type Counter = {
  [Field in keyof ReceivedStats]: ReceivedStats[Field] extends number ? Field : never;
}[keyof ReceivedStats];

function sent(before: Reading, after: Reading, seconds: number): Streams {
  const rates = (source: SentStats['source']) => {
    const layers = after.stats.sent.filter((it) => it.source === source);
    const running = layers.flatMap((layer) => {
      const earlier = before.stats.sent.find((it) => it.source === source && it.rid === layer.rid);
      const packets = layer.packets_sent - (earlier?.packets_sent ?? layer.packets_sent);
      return packets > 0 && earlier !== undefined ? [{ layer, earlier }] : [];
    });
    // The largest layer says what can be seen; the bit rate is of all.
    const best = running.reduce<(typeof running)[number] | null>(
      (most, it) => (most !== null && most.layer.width >= it.layer.width ? most : it),
      null,
    );
    if (best === null) return null;
    const bytes = running.reduce(
      (sum, { layer, earlier }) => sum + layer.bytes_sent - earlier.bytes_sent,
      0,
    );
    return {
      codec: best.layer.codec,
      width: best.layer.width,
      height: best.layer.height,
      frames_per_second: (best.layer.frames_encoded - best.earlier.frames_encoded) / seconds,
      bitrate_bps: (bytes * 8) / seconds,
      loss: best.layer.loss,
      jitter_buffer_ms: null,
      freezes: 0,
    };
  };
  return { video: rates('camera'), audio: rates('microphone') };
}
