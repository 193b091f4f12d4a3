import type { ParticipantId, SlotId, Source } from '../protocol/messages';
import { sourceOrder } from './media/layout';
import type { MediaSession, MediaState } from './media/session';
import type { Peer, PeerSlot } from './media/peer';

/** What came for one track of a slot since the connection began. */
export interface ReceivedStats {
  /** Such as `video/VP8`; null until something came. */
  codec: string | null;
  packets_received: number;
  packets_lost: number;
  bytes_received: number;
  /** How long all that was played had waited in the jitter buffer, and how many samples or frames that were. */
  jitter_buffer_delay_ms: number;
  jitter_buffer_emitted: number;
  /** Sound only: the sum of energy as in W3C webrtc-stats; rises while something is heard. */
  audio_energy: number;
  /** Pictures only. */
  frames_decoded: number;
  key_frames_decoded: number;
  freeze_count: number;
  width: number;
  height: number;
}

/** One receive place. */
export interface SlotStats {
  slot: SlotId;
  participant: ParticipantId | null;
  /** The server said that the way here does not carry its picture. */
  paused: boolean;
  /** The id of its MediaStream; equal to `slot` where the server named it. */
  stream: string | null;
  audio: ReceivedStats | null;
  video: ReceivedStats | null;
}

/** One layer that is sent, or the only one. */
export interface SentStats {
  source: Source;
  rid: string | null;
  codec: string | null;
  /** Of what was sent lately, the share that did not arrive, as the server reports: 0 to 1; null where it does not. */
  loss: number | null;
  packets_sent: number;
  bytes_sent: number;
  frames_encoded: number;
  width: number;
  height: number;
}

/** A call's diagnosis: counters of the current connection. */
export interface CallStats {
  participant: ParticipantId | null;
  /** `WebSocket` line. */
  line: string;
  media: MediaState;
  /** Of the RTCPeerConnection. */
  connection: RTCPeerConnectionState | null;
  /** Offers since the page was opened, over all connections. */
  offers: number;
  /** Of the chosen path: `udp` or `tcp`. */
  protocol: string | null;
  round_trip_ms: number | null;
  srtp_cipher: string | null;
  dtls_version: string | null;
  slots: SlotStats[];
  sent: SentStats[];
}

/** Statistics differ between browsers in what they have, not in what it means. */
type Report = Record<string, unknown> & { id: string; type: string };

/** Reads the statistics of a session. */
export async function readStats(
  session: MediaSession,
  rest: Pick<CallStats, 'participant' | 'line'>,
): Promise<CallStats> {
  const { peer } = session;
  const reports = peer === null ? [] : reportsOf(await peer.connection.getStats());
  const transport = reports.find(({ type }) => type === 'transport');
  return {
    ...rest,
    media: session.state,
    connection: peer?.connection.connectionState ?? null,
    offers: session.offers,
    ...pathOf(reports, transport),
    srtp_cipher: text(transport, 'srtpCipher'),
    dtls_version: text(transport, 'tlsVersion'),
    slots: (peer?.slots ?? []).map((slot) => slotStats(slot, session, reports)),
    sent: peer === null ? [] : await sentStats(peer),
  };
}

function slotStats(
  { slot, media, audio, video }: PeerSlot,
  session: MediaSession,
  reports: readonly Report[],
): SlotStats {
  return {
    slot,
    participant: session.assignments.get(slot) ?? null,
    paused: session.paused.has(slot),
    stream: media?.stream.id ?? null,
    audio: received(audio, reports),
    video: video === null ? null : received(video, reports),
  };
}

function received(
  { receiver }: RTCRtpTransceiver,
  reports: readonly Report[],
): ReceivedStats | null {
  const report = reports.find(
    (it) => it.type === 'inbound-rtp' && it['trackIdentifier'] === receiver.track.id,
  );
  if (report === undefined) return null;
  return {
    codec: codecOf(report, reports),
    packets_received: count(report, 'packetsReceived'),
    packets_lost: count(report, 'packetsLost'),
    bytes_received: count(report, 'bytesReceived'),
    jitter_buffer_delay_ms: count(report, 'jitterBufferDelay') * 1_000,
    jitter_buffer_emitted: count(report, 'jitterBufferEmittedCount'),
    audio_energy: count(report, 'totalAudioEnergy'),
    frames_decoded: count(report, 'framesDecoded'),
    key_frames_decoded: count(report, 'keyFramesDecoded'),
    freeze_count: count(report, 'freezeCount'),
    width: count(report, 'frameWidth'),
    height: count(report, 'frameHeight'),
  };
}

async function sentStats(peer: Peer): Promise<SentStats[]> {
  const bySource = sourceOrder.map(async (source) => {
    const sender = peer.senderOf(source);
    if (sender === null) return [];
    const reports = reportsOf(await sender.getStats());
    return reports
      .filter(({ type }) => type === 'outbound-rtp')
      .map((report) => ({
        source,
        rid: text(report, 'rid'),
        codec: codecOf(report, reports),
        loss: lossOf(report, reports),
        packets_sent: count(report, 'packetsSent'),
        bytes_sent: count(report, 'bytesSent'),
        frames_encoded: count(report, 'framesEncoded'),
        width: count(report, 'frameWidth'),
        height: count(report, 'frameHeight'),
      }));
  });
  return (await Promise.all(bySource)).flat();
}

function pathOf(
  reports: readonly Report[],
  transport: Report | undefined,
): Pick<CallStats, 'protocol' | 'round_trip_ms'> {
  const chosen = text(transport, 'selectedCandidatePairId');
  const pairs = reports.filter(({ type }) => type === 'candidate-pair');
  // Firefox marks the pair itself.
  const pair = pairs.find(({ id }) => id === chosen) ?? pairs.find((it) => it['selected'] === true);
  const local = reports.find(({ id }) => id === text(pair, 'localCandidateId'));
  const seconds = pair?.['currentRoundTripTime'];
  return {
    protocol: text(local, 'protocol'),
    round_trip_ms: typeof seconds === 'number' ? seconds * 1_000 : null,
  };
}

function codecOf(report: Report, reports: readonly Report[]): string | null {
  return text(
    reports.find(({ id }) => id === report['codecId']),
    'mimeType',
  );
}

function lossOf(report: Report, reports: readonly Report[]): number | null {
  const remote = reports.find(
    ({ id, type }) => type === 'remote-inbound-rtp' && id === report['remoteId'],
  );
  const loss = remote?.['fractionLost'];
  return typeof loss === 'number' ? loss : null;
}

function reportsOf(stats: RTCStatsReport): Report[] {
  const reports: Report[] = [];
  stats.forEach((report: Report) => reports.push(report));
  return reports;
}

function count(report: Report, field: string): number {
  const value = report[field];
  return typeof value === 'number' ? value : 0;
}

function text(report: Report | undefined, field: string): string | null {
  const value = report?.[field];
  return typeof value === 'string' ? value : null;
}
