// What a browser really receives and sends, from its own statistics.
import { expect, type Page } from '@playwright/test';

/** One receiving m-line at one moment. */
export interface Inbound {
  mid: string;
  kind: 'audio' | 'video';
  framesDecoded: number;
  audioEnergy: number;
  width: number;
  bytes: number;
}

/** One sent layer at one moment. */
export interface Outbound {
  mid: string;
  kind: 'audio' | 'video';
  rid: string;
  packets: number;
  frames: number;
}

/** What this file reads of `RTCInboundRtpStreamStats` and `RTCOutboundRtpStreamStats`. */
interface RtpStats {
  type: string;
  mid: string;
  kind: 'audio' | 'video';
  rid?: string;
  framesDecoded?: number;
  framesEncoded?: number;
  frameWidth?: number;
  totalAudioEnergy?: number;
  bytesReceived?: number;
  packetsSent?: number;
}

/** What the page's newest peer connection receives. */
export async function inbound(page: Page): Promise<Inbound[]> {
  return page.evaluate(async () => {
    const peer = window.watched.peers.at(-1)?.peer;
    if (!peer) return [];
    const rows: Inbound[] = [];
    for (const entry of (await peer.getStats()).values() as Iterable<RtpStats>) {
      if (entry.type !== 'inbound-rtp') continue;
      rows.push({
        mid: entry.mid,
        kind: entry.kind,
        framesDecoded: entry.framesDecoded ?? 0,
        audioEnergy: entry.totalAudioEnergy ?? 0,
        width: entry.frameWidth ?? 0,
        bytes: entry.bytesReceived ?? 0,
      });
    }
    return rows;
  });
}

/** What the page's newest peer connection sends. */
export async function outbound(page: Page): Promise<Outbound[]> {
  return page.evaluate(async () => {
    const peer = window.watched.peers.at(-1)?.peer;
    if (!peer) return [];
    const rows: Outbound[] = [];
    for (const entry of (await peer.getStats()).values() as Iterable<RtpStats>) {
      if (entry.type !== 'outbound-rtp') continue;
      rows.push({
        mid: entry.mid,
        kind: entry.kind,
        rid: entry.rid ?? '',
        packets: entry.packetsSent ?? 0,
        frames: entry.framesEncoded ?? 0,
      });
    }
    return rows;
  });
}

/** How many offers each of the page's peer connections has made. */
export async function offerCounts(page: Page): Promise<number[]> {
  return page.evaluate(() => window.watched.peers.map(({ offers }) => offers));
}

/** Waits until, between two looks, a value rises on exactly this many m-lines. */
async function expectRising(
  page: Page,
  kind: Inbound['kind'],
  count: number,
  timeout: number,
): Promise<void> {
  let before = await inbound(page);
  await expect
    .poll(
      async () => {
        const after = await inbound(page);
        const rising = after.filter((row) => {
          const earlier = before.find(({ mid }) => mid === row.mid);
          return row.kind === kind && progress(row) > (earlier ? progress(earlier) : 0);
        });
        before = after;
        return rising.length;
      },
      // Pretended microphones beep once a second.
      {
        message: `${kind} on ${count} m-lines`,
        intervals: [kind === 'audio' ? 1_500 : 300],
        timeout,
      },
    )
    .toBe(count);
}

/** What rises while somebody is seen or heard. */
function progress({ framesDecoded, audioEnergy }: Inbound): number {
  return framesDecoded + audioEnergy;
}

/** Waits until the page decodes pictures on exactly this many m-lines. */
export async function expectPictures(page: Page, count: number, timeout = 30_000): Promise<void> {
  await expectRising(page, 'video', count, timeout);
}

/** Waits until the page hears sound on exactly this many m-lines. */
export async function expectVoices(page: Page, count: number, timeout = 30_000): Promise<void> {
  await expectRising(page, 'audio', count, timeout);
}

/** Waits until no picture or no sound arrives any more. */
export async function expectNothing(
  page: Page,
  kind: Inbound['kind'],
  timeout = 30_000,
): Promise<void> {
  await expectRising(page, kind, 0, timeout);
}
