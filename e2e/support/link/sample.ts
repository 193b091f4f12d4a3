// What a page receives, from its own statistics: looks at it, and what happened between two looks.
import type { Page } from '@playwright/test';

/** One stream that has arrived, since it began. What a browser does not count is null. */
export interface Stream {
  id: string;
  kind: 'audio' | 'video';
  bytes: number;
  packets: number;
  packets_lost: number;
  retransmitted_packets: number | null;
  retransmitted_bytes: number | null;
  frames_decoded: number;
  key_frames_asked: number;
  frozen_ms: number | null;
  height: number;
  samples: number;
  concealed_samples: number;
  /** How long all that was played was held before, and how many pictures or samples that was. */
  held_ms: number;
  played: number;
}

/** One look at a page. */
export interface Sample {
  /** By the page's clock. */
  at_ms: number;
  streams: Stream[];
  /** When pictures of people were shown, by the page's clock, since `noteShown`. */
  shown_ms: number[];
}

/** What this file reads of `RTCInboundRtpStreamStats`. */
interface InboundStats {
  id: string;
  type: string;
  kind: 'audio' | 'video';
  bytesReceived?: number;
  packetsReceived?: number;
  packetsLost?: number;
  retransmittedPacketsReceived?: number;
  retransmittedBytesReceived?: number;
  framesDecoded?: number;
  pliCount?: number;
  firCount?: number;
  totalFreezesDuration?: number;
  frameHeight?: number;
  totalSamplesReceived?: number;
  concealedSamples?: number;
  jitterBufferDelay?: number;
  jitterBufferEmittedCount?: number;
}

/** What this file reads of `RTCIceCandidatePairStats`. */
interface PairStats {
  type: string;
  nominated?: boolean;
  currentRoundTripTime?: number;
}

declare global {
  interface Window {
    /** When pictures of people were shown. */
    shown?: number[];
  }
}

/** Notes from the first call on when pictures are shown. */
export async function noteShown(page: Page): Promise<void> {
  await page.evaluate(() => {
    if (window.shown) return;
    const shown: number[] = (window.shown = []);
    const watched = new WeakSet<HTMLVideoElement>();
    const find = () => {
      for (const video of document.querySelectorAll('video')) {
        const stream = video.srcObject as MediaStream | null;
        if (watched.has(video) || !stream?.id.startsWith('person-')) continue;
        watched.add(video);
        const note = (now: number) => {
          shown.push(now);
          video.requestVideoFrameCallback(note);
        };
        video.requestVideoFrameCallback(note);
      }
    };
    find();
    new MutationObserver(find).observe(document.body, { childList: true, subtree: true });
  });
}

/** Looks at what the page's newest peer connection receives. */
export async function sample(page: Page): Promise<Sample> {
  return page.evaluate(async () => {
    const peer = window.watched.peers.at(-1)?.peer;
    const entries = [...((await peer?.getStats()) ?? new Map()).values()] as InboundStats[];
    return {
      at_ms: performance.now(),
      shown_ms: window.shown ?? [],
      streams: entries
        .filter(({ type, packetsReceived }) => type === 'inbound-rtp' && packetsReceived)
        .map((entry) => ({
          id: entry.id,
          kind: entry.kind,
          bytes: entry.bytesReceived ?? 0,
          packets: entry.packetsReceived ?? 0,
          packets_lost: entry.packetsLost ?? 0,
          retransmitted_packets: entry.retransmittedPacketsReceived ?? null,
          retransmitted_bytes: entry.retransmittedBytesReceived ?? null,
          frames_decoded: entry.framesDecoded ?? 0,
          key_frames_asked: (entry.pliCount ?? 0) + (entry.firCount ?? 0),
          frozen_ms:
            entry.totalFreezesDuration === undefined ? null : entry.totalFreezesDuration * 1_000,
          height: entry.frameHeight ?? 0,
          samples: entry.totalSamplesReceived ?? 0,
          concealed_samples: entry.concealedSamples ?? 0,
          held_ms: (entry.jitterBufferDelay ?? 0) * 1_000,
          played: entry.jitterBufferEmittedCount ?? 0,
        })),
    };
  });
}

/** How long the newest check of the way to the program took; zero where a browser does not say. */
export async function roundTripMs(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const peer = window.watched.peers.at(-1)?.peer;
    const entries = [...((await peer?.getStats()) ?? new Map()).values()] as PairStats[];
    const pair = entries.find(({ type, nominated }) => type === 'candidate-pair' && nominated);
    return (pair?.currentRoundTripTime ?? 0) * 1_000;
  });
}

/** What a page received in a while. */
export interface Received {
  seconds: number;
  video_kbit_per_s: number;
  frames_decoded: number;
  /** Of the largest picture in the end. */
  height: number;
  key_frames_asked: number;
  /**
   * The share of the time in which the picture stood still, as the browser counts: it adds a freeze
   * when it is over.
   */
  frozen_share: number | null;
  /**
   * The same by when pictures were shown, with a freeze that goes on. Several people's pictures
   * count as one.
   */
  shown_frozen_share: number;
  /** Each time it stood still by that count, since the first look. */
  freezes: { at_ms: number; ms: number }[];
  packets_lost: number;
  retransmitted_packets: number | null;
  retransmitted_bytes: number | null;
  /** Of sound; somebody who speaks sends 50. */
  sound_packets_per_s: number;
  /** The share of the sound that the browser made up. */
  concealed_share: number;
  /** How long a jitter buffer held a picture, and sound, on average. */
  picture_held_ms: number;
  sound_held_ms: number;
}

/** The share of the time in which the picture stood still, by the count that finds more. */
export function stoodStill({ frozen_share, shown_frozen_share }: Received): number {
  return Math.max(frozen_share ?? 0, shown_frozen_share);
}

/** What came between two looks, on streams that carried something then. */
export function between(before: Sample, after: Sample): Received {
  const seconds = (after.at_ms - before.at_ms) / 1_000;
  const rows = after.streams.flatMap((stream) => {
    const earlier = before.streams.find(({ id }) => id === stream.id);
    return stream.packets > (earlier?.packets ?? 0) ? [{ stream, earlier }] : [];
  });
  const sum = (kind: Stream['kind'], value: (stream: Stream) => number | null): number | null => {
    const values = rows
      .filter(({ stream }) => stream.kind === kind)
      .map(({ stream, earlier }) => {
        const now = value(stream);
        return now === null ? null : now - ((earlier && value(earlier)) ?? 0);
      });
    return values.reduce<number | null>(
      (total, more) => (total === null || more === null ? null : total + more),
      0,
    );
  };
  const held = (kind: Stream['kind']): number =>
    (sum(kind, ({ held_ms }) => held_ms) ?? 0) /
    Math.max(1, sum(kind, ({ played }) => played) ?? 0);
  const pictures = rows.filter(({ stream }) => stream.kind === 'video');
  const shown = after.shown_ms.filter((at) => at > before.at_ms);
  const stood = freezes([before.at_ms, ...shown, after.at_ms]);
  const frozen_ms = sum('video', ({ frozen_ms }) => frozen_ms);
  return {
    seconds,
    video_kbit_per_s: ((sum('video', ({ bytes }) => bytes) ?? 0) * 8) / 1_000 / seconds,
    frames_decoded: sum('video', ({ frames_decoded }) => frames_decoded) ?? 0,
    height: Math.max(0, ...pictures.map(({ stream }) => stream.height)),
    key_frames_asked: sum('video', ({ key_frames_asked }) => key_frames_asked) ?? 0,
    // Of several pictures, the mean.
    frozen_share:
      frozen_ms === null ? null : frozen_ms / 1_000 / seconds / Math.max(1, pictures.length),
    shown_frozen_share: stood.reduce((total, { ms }) => total + ms, 0) / 1_000 / seconds,
    freezes: stood,
    packets_lost: sum('video', ({ packets_lost }) => packets_lost) ?? 0,
    retransmitted_packets: sum('video', ({ retransmitted_packets }) => retransmitted_packets),
    retransmitted_bytes: sum('video', ({ retransmitted_bytes }) => retransmitted_bytes),
    sound_packets_per_s: (sum('audio', ({ packets }) => packets) ?? 0) / seconds,
    concealed_share:
      (sum('audio', ({ concealed_samples }) => concealed_samples) ?? 0) /
      Math.max(1, sum('audio', ({ samples }) => samples) ?? 0),
    picture_held_ms: held('video'),
    sound_held_ms: held('audio'),
  };
}

/**
 * When a picture stood still and for how long, in milliseconds, as `totalFreezesDuration` of the
 * statistics of WebRTC has it: every gap above three times the mean of the last 30, and above it by
 * 150 ms.
 */
export function freezes(times: readonly number[]): { at_ms: number; ms: number }[] {
  const found: { at_ms: number; ms: number }[] = [];
  const gaps: number[] = [];
  for (const [index, at] of times.entries()) {
    const before = times[index - 1] ?? at;
    const gap = at - before;
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / Math.max(1, gaps.length);
    if (gap > Math.max(3 * mean, mean + 150)) {
      found.push({ at_ms: Math.round(before - (times[0] ?? before)), ms: Math.round(gap) });
    }
    gaps.push(gap);
    if (gaps.length > 30) gaps.shift();
  }
  return found;
}
