import type { Peer, PeerSlot } from './peer';

/** What a while brought of one slot's picture. */
export interface Seen {
  /** By a clock that does not go back. */
  at_ms: number;
  packets: number;
  /** Requests to send something again; what comes in the wrong order asks for itself, too. */
  requests: number;
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
  /** Repairs in a row that are waited for. */
  readonly repairs: number;
  /** When so many were last needed. */
  readonly needed_ms: number;
  /** When the target was last raised. */
  readonly raised_ms: number;
  /** When the picture last stopped at a target that had settled; null once that has been answered. */
  readonly froze_ms: number | null;
}

export const noPatience: Patience = {
  target_ms: 0,
  recent: [],
  round_trip_ms: null,
  repairs: 0,
  needed_ms: 0,
  raised_ms: 0,
  froze_ms: null,
};

/** Looks whose losses count together at most: what a single one brings is much or little by chance. */
const recent_looks = 6;
/** One repair in a row is waited for from so many requests a packet on; below, a picture freezes for less than 0.1 %. */
const some_loss = { share: 0.003, requests: 2 };
/** Two are: a repair and its repeat. */
const much_loss = { share: 0.02, requests: 4 };
/** With a link that is much longer or worse on the publisher's side. */
const most_repairs = 4;
/** Milliseconds that each repair takes beyond the round trip: browsers ask again in steps. */
const asking_ms = 20;
/** Round trips beyond the repairs: ways are uneven. */
const slack_rounds = 0.5;
/** Milliseconds from one picture to the next, by which the loss of a picture's last packet is seen. */
const picture_ms = 50;
/** Milliseconds in which a second freeze asks for one repair more; a single one may be the camera's. */
const freezes_ms = 30_000;
/** Milliseconds that a raised target needs to show what it does. */
const settle_ms = 4_000;
/** Where no round trip is known. */
const usual_round_trip_ms = 100;
/** Part of a longer round trip that goes into the smoothed one; a shorter one is believed at once. */
const longer = 0.25;
/** Beyond this people interrupt each other. */
const most_ms = 600;
/** Changes that are too small to stretch sound for, in milliseconds. */
const least_change_ms = 20;
/** Milliseconds without need before fewer repairs are waited for: losses come in clusters. */
const hold_ms = 20_000;
/** Milliseconds by which the target falls each second: 4 % faster, which nobody hears. */
const fall_ms_per_s = 40;

/**
 * How long to hold what comes, from how long it was held and what was seen since.
 *
 * A lost packet that is asked for again comes a round trip later, or two where the repair is lost as well. The
 * browser holds pictures by how evenly they came, which does not foresee a repair that takes longer, so that each of
 * them stops the picture. Where nothing is lost nobody waits.
 */
export function patience(before: Patience, seen: Seen): Patience {
  const { at_ms } = seen;
  const recent = [...before.recent, seen].slice(-recent_looks);
  const round_trip_ms = smoothed(before.round_trip_ms, seen.round_trip_ms);
  const held = { ...before, recent, round_trip_ms, ...repairsAfter(before, seen, recent) };
  const wanted_ms = held.repairs === 0 ? 0 : targetFor(held.repairs, round_trip_ms);
  if (wanted_ms >= before.target_ms + least_change_ms) {
    return { ...held, target_ms: wanted_ms, raised_ms: at_ms };
  }
  if (wanted_ms > before.target_ms - least_change_ms) return held;
  const fallen_ms = before.target_ms - fall_ms_per_s * seen.seconds;
  return { ...held, target_ms: Math.round(Math.max(wanted_ms, fallen_ms)) };
}

/** How many repairs in a row are waited for: more at once, fewer after a while. */
function repairsAfter(
  before: Patience,
  seen: Seen,
  recent: readonly Seen[],
): Pick<Patience, 'repairs' | 'needed_ms' | 'froze_ms'> {
  const { at_ms } = seen;
  // A way that becomes bad shows it in the newest looks.
  const needed = Math.max(...recent.map((_, from) => repairsFor(recent.slice(from))));
  const settled = before.repairs > 0 && at_ms - before.raised_ms >= settle_ms;
  const froze = needed > 0 && seen.freezes > 0 && settled;
  if (froze && before.froze_ms !== null && at_ms - before.froze_ms < freezes_ms) {
    const repairs = Math.min(most_repairs, before.repairs + 1);
    return { repairs, needed_ms: at_ms, froze_ms: null };
  }
  const froze_ms = froze ? at_ms : before.froze_ms;
  if (needed >= before.repairs) return { repairs: needed, needed_ms: at_ms, froze_ms };
  if (at_ms - before.needed_ms < hold_ms) {
    return { repairs: before.repairs, needed_ms: before.needed_ms, froze_ms };
  }
  return { repairs: before.repairs - 1, needed_ms: at_ms, froze_ms };
}

function smoothed(before: number | null, now: number | null): number | null {
  if (now === null) return before;
  return before === null || now < before ? now : before + (now - before) * longer;
}

/** How many repairs of one packet, one after the other, these losses ask to wait for. */
function repairsFor(recent: readonly Seen[]): number {
  const requests = sum(recent, (seen) => seen.requests);
  const share = requests / Math.max(1, requests + sum(recent, (seen) => seen.packets));
  const reaches = (loss: typeof some_loss) => requests >= loss.requests && share >= loss.share;
  if (reaches(much_loss)) return 2;
  return reaches(some_loss) ? 1 : 0;
}

function targetFor(repairs: number, round_trip_ms: number | null): number {
  const rounds_ms = (repairs + slack_rounds) * (round_trip_ms ?? usual_round_trip_ms);
  return Math.min(most_ms, Math.round(rounds_ms + repairs * asking_ms + picture_ms));
}

function sum(recent: readonly Seen[], value: (seen: Seen) => number): number {
  return recent.reduce((total, seen) => total + value(seen), 0);
}

/** Milliseconds between two steps towards a target. */
const step_ms = 250;
/** Looks are every so many steps: until the first one, what is lost stops the picture. */
const steps_a_look = 2;
/** Milliseconds that a step adds at most: the picture goes slower for a moment, where by one leap it would stop. */
const most_step_ms = 80;

/** Counters of one picture since its connection began. */
type Counters = Record<'packets' | 'requests' | 'freezes', number>;

type Report = Record<string, unknown>;

/** What is known of a slot. */
interface Held {
  patience: Patience;
  counters: Counters;
  at_ms: number;
  /** What its receivers were told last. */
  told_ms: number;
}

/**
 * Holds what comes for a connection's slots as long as repairs take. Sound and picture of a slot are held alike, so
 * that lips and words stay together.
 */
export class JitterBuffers {
  readonly #peer: Pick<Peer, 'connection' | 'slots'>;
  readonly #slots = new Map<PeerSlot, Held>();
  #steps = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #looking = false;

  constructor(peer: Pick<Peer, 'connection' | 'slots'>) {
    this.#peer = peer;
  }

  /** Begins to look; does nothing where the browser takes no targets. */
  start(): void {
    const [slot] = this.#peer.slots;
    if (slot === undefined || !('jitterBufferTarget' in slot.audio.receiver)) return;
    this.#timer ??= setInterval(this.#step, step_ms);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  readonly #step = (): void => {
    this.#steps += 1;
    if (this.#steps % steps_a_look === 0) void this.#look();
    for (const [slot, held] of this.#slots) {
      const { target_ms } = held.patience;
      if (held.told_ms === target_ms) continue;
      held.told_ms = Math.min(target_ms, held.told_ms + most_step_ms);
      tell(slot, held.told_ms);
    }
  };

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
      const fresh = { patience: noPatience, counters, at_ms, told_ms: 0 };
      const before = this.#slots.get(slot) ?? fresh;
      const since = (field: keyof Counters) =>
        Math.max(0, counters[field] - before.counters[field]);
      const after = patience(before.patience, {
        at_ms,
        packets: since('packets'),
        requests: since('requests'),
        freezes: since('freezes'),
        seconds: (at_ms - before.at_ms) / 1_000,
        round_trip_ms,
      });
      this.#slots.set(slot, { patience: after, counters, at_ms, told_ms: before.told_ms });
    }
  }
}

/** Lets both receivers of a slot hold what comes for so long. */
function tell({ audio, video }: PeerSlot, target_ms: number): void {
  const target = target_ms === 0 ? null : target_ms;
  audio.receiver.jitterBufferTarget = target;
  if (video !== null) video.receiver.jitterBufferTarget = target;
}

function countersOf(report: Report): Counters {
  return {
    packets: number(report['packetsReceived']) ?? 0,
    requests: number(report['nackCount']) ?? 0,
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
