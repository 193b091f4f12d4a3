import type { Peer, PeerSlot } from './peer';

/** What a while brought of one slot's picture. */
export interface Seen {
  /** By a clock that does not go back. */
  at_ms: number;
  packets: number;
  /** Requests to send something again; what comes in the wrong order asks for itself, too. */
  requests: number;
  frames: number;
  freezes: number;
  /** Since the look before. */
  seconds: number;
  /** To the server and back; null where the browser does not say. */
  round_trip_ms: number | null;
}

/** How long a slot's jitter buffers hold what came, and what that was decided by. */
export interface Patience {
  /** Zero leaves it to the browser. */
  readonly target_ms: number;
  /** The newest whiles, the oldest first. */
  readonly recent: readonly Seen[];
  /** Smoothed; null until there is one. */
  readonly round_trip_ms: number | null;
  /** Repairs in a row that are waited for beyond what the losses ask for. */
  readonly more: number;
  /** When something was last seen that asks for no less than the target. */
  readonly needed_ms: number;
  /** When the target was last raised. */
  readonly raised_ms: number;
}

export const noPatience: Patience = {
  target_ms: 0,
  recent: [],
  round_trip_ms: null,
  more: 0,
  needed_ms: 0,
  raised_ms: 0,
};

/** Looks whose losses count together: what a single one brings is much or little by chance. */
const recent_looks = 3;
/** One repair in a row is waited for from so many requests a packet on; below, a picture freezes for less than 0.1 %. */
const some_loss = { share: 0.003, requests: 2 };
/** Two are: a repair and its repeat. */
const much_loss = { share: 0.02, requests: 4 };
/** Round trips beyond the repairs themselves: a loss is seen by the packet behind it, and browsers ask in steps of 20 ms. */
const slack_rounds = 0.5;
/** Repairs in a row that freezes may add. */
const most_more = 2;
/** Milliseconds that a raised target needs to show what it does: browsers stretch pictures by 100 ms a second. */
const settle_ms = 4_000;
/** Where no round trip is known. */
const usual_round_trip_ms = 100;
/** Part of a newer round trip that goes into the smoothed one. */
const newer = 0.25;
/** Beyond this people interrupt each other. */
const most_ms = 600;
/** Changes that are too small to stretch sound for, in milliseconds. */
const least_change_ms = 20;
/** Milliseconds without need before the target falls: losses come in clusters, and each change is a change of pace. */
const hold_ms = 20_000;
/** Milliseconds by which it falls each second: 2 % faster, which nobody hears. */
const fall_ms_per_s = 20;

/**
 * How long to hold what comes, from how long it was held and what was seen since.
 *
 * A lost packet that is asked for again comes a round trip later, or two where the repair is lost as well. The
 * browser holds pictures by how evenly they came, which does not foresee a repair that takes longer, so that each of
 * them stops the picture. Where nothing is lost nobody waits.
 */
export function patience(before: Patience, seen: Seen): Patience {
  const recent = [...before.recent, seen].slice(-recent_looks);
  const round_trip_ms = smoothed(before.round_trip_ms, seen.round_trip_ms);
  // A way that becomes bad shows it in one look.
  const repairs = Math.max(repairsInARow(recent), repairsInARow([seen]));
  const settled = seen.at_ms - before.raised_ms >= settle_ms;
  const froze = repairs > 0 && before.target_ms > 0 && seen.freezes > 0 && settled;
  const more = before.target_ms === 0 ? 0 : Math.min(most_more, before.more + (froze ? 1 : 0));
  const wanted_ms = repairs === 0 ? 0 : targetFor(repairs + more, round_trip_ms, recent);
  const rest = { recent, round_trip_ms, more };
  if (wanted_ms >= before.target_ms + least_change_ms) {
    const now_ms = seen.at_ms;
    return { ...rest, target_ms: wanted_ms, needed_ms: now_ms, raised_ms: now_ms };
  }
  const { raised_ms } = before;
  if (wanted_ms > 0 && wanted_ms >= before.target_ms - least_change_ms) {
    return { ...rest, target_ms: before.target_ms, needed_ms: seen.at_ms, raised_ms };
  }
  const { needed_ms } = before;
  const held = seen.at_ms - needed_ms < hold_ms;
  const fallen_ms = Math.max(wanted_ms, before.target_ms - fall_ms_per_s * seen.seconds);
  const target_ms = held ? before.target_ms : fallen_ms;
  return { ...rest, target_ms: target_ms < least_change_ms ? 0 : target_ms, needed_ms, raised_ms };
}

function smoothed(before: number | null, now: number | null): number | null {
  if (now === null) return before;
  return before === null ? now : before + (now - before) * newer;
}

/** How many repairs of one packet, one after the other, are to be waited for. */
function repairsInARow(recent: readonly Seen[]): number {
  const requests = sum(recent, (seen) => seen.requests);
  const share = requests / Math.max(1, requests + sum(recent, (seen) => seen.packets));
  const reaches = (loss: typeof some_loss) => requests >= loss.requests && share >= loss.share;
  if (reaches(much_loss)) return 2;
  return reaches(some_loss) ? 1 : 0;
}

function targetFor(repairs: number, round_trip_ms: number | null, recent: readonly Seen[]): number {
  const frames = sum(recent, (seen) => seen.frames);
  const seconds = sum(recent, (seen) => seen.seconds);
  // The last packet of a picture is missed when the next picture comes.
  const frame_ms = Math.min(100, (1_000 * seconds) / Math.max(1, frames));
  const rounds_ms = (repairs + slack_rounds) * (round_trip_ms ?? usual_round_trip_ms);
  return Math.min(most_ms, Math.round(rounds_ms + frame_ms));
}

function sum(recent: readonly Seen[], value: (seen: Seen) => number): number {
  return recent.reduce((total, seen) => total + value(seen), 0);
}

/** Milliseconds between two looks: what is lost in the meantime stops the picture. */
const look_ms = 1_000;

/** Counters of one picture since its connection began. */
type Counters = Record<'packets' | 'requests' | 'frames' | 'freezes', number>;

type Report = Record<string, unknown>;

/**
 * Holds what comes for a connection's slots as long as repairs take. Sound and picture of a slot are held alike, so
 * that lips and words stay together.
 */
export class JitterBuffers {
  readonly #peer: Pick<Peer, 'connection' | 'slots'>;
  readonly #slots = new Map<PeerSlot, { patience: Patience; counters: Counters; at_ms: number }>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #looking = false;

  constructor(peer: Pick<Peer, 'connection' | 'slots'>) {
    this.#peer = peer;
  }

  /** Begins to look; does nothing where the browser takes no targets. */
  start(): void {
    const [slot] = this.#peer.slots;
    if (slot === undefined || !('jitterBufferTarget' in slot.audio.receiver)) return;
    this.#timer ??= setInterval(() => void this.#look(), look_ms);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    // Nothing comes that could be lost; and a busy browser answers late.
    const pictures = this.#peer.slots.some(({ video }) => video?.receiver.track.muted === false);
    if (this.#looking || !pictures) return;
    this.#looking = true;
    try {
      const reports: Report[] = [];
      (await this.#peer.connection.getStats()).forEach((it: Report) => reports.push(it));
      // It may have been stopped meanwhile.
      if (this.#timer !== undefined) this.#judge(reports, performance.now());
    } finally {
      this.#looking = false;
    }
  }

  #judge(reports: readonly Report[], at_ms: number): void {
    const round_trip_ms = roundTripOf(reports);
    for (const slot of this.#peer.slots) {
      const id = slot.video?.receiver.track.id;
      const report = reports.find(
        (it) => it['type'] === 'inbound-rtp' && it['trackIdentifier'] === id,
      );
      if (id === undefined || report === undefined) continue;
      const counters = countersOf(report);
      const before = this.#slots.get(slot) ?? { patience: noPatience, counters, at_ms };
      const since = (field: keyof Counters) =>
        Math.max(0, counters[field] - before.counters[field]);
      const next = patience(before.patience, {
        at_ms,
        packets: since('packets'),
        requests: since('requests'),
        frames: since('frames'),
        freezes: since('freezes'),
        seconds: (at_ms - before.at_ms) / 1_000,
        round_trip_ms,
      });
      this.#slots.set(slot, { patience: next, counters, at_ms });
      if (next.target_ms !== before.patience.target_ms) hold(slot, next.target_ms);
    }
  }
}

/** Lets both receivers of a slot hold what comes for so long. */
function hold({ audio, video }: PeerSlot, target_ms: number): void {
  const target = target_ms === 0 ? null : target_ms;
  audio.receiver.jitterBufferTarget = target;
  if (video !== null) video.receiver.jitterBufferTarget = target;
}

function countersOf(report: Report): Counters {
  return {
    packets: number(report['packetsReceived']) ?? 0,
    requests: number(report['nackCount']) ?? 0,
    frames: number(report['framesDecoded']) ?? 0,
    freezes: number(report['freezeCount']) ?? 0,
  };
}

/** Of the path that is used, by its newest check. */
function roundTripOf(reports: readonly Report[]): number | null {
  const transport = reports.find((it) => it['type'] === 'transport');
  const pairs = reports.filter((it) => it['type'] === 'candidate-pair');
  const chosen = transport?.['selectedCandidatePairId'];
  // Firefox marks the pair itself.
  const pair =
    pairs.find((it) => it['id'] === chosen) ?? pairs.find((it) => it['selected'] === true);
  const seconds = number(pair?.['currentRoundTripTime']);
  return seconds === null ? null : seconds * 1_000;
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
