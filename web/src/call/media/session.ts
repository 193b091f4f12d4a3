import type {
  Limits,
  Media,
  MediaAnswer,
  MediaOffer,
  ParticipantId,
  SlotAssignment,
  SlotId,
  Source,
  TileSource,
} from '../../protocol/messages';
import { defaultLimits } from '../../protocol/messages';
import { Backoff } from '../backoff';
import { Emitter } from '../emitter';
import { LineError } from '../errors';
import { firstSlots, slotKind, slotsFor } from './layout';
import type { CreateConnection, PeerSlot } from './peer';
import { Peer } from './peer';
import type { SlotMedia } from './playback';

/**
 * `none`: this browser cannot, or nobody asked; `connecting`; `connected`; `broken`: media does not flow, and it is
 * being mended; `blocked`: it never flowed in several attempts, so something on the way keeps it from flowing.
 */
export type MediaState = 'none' | 'connecting' | 'connected' | 'broken' | 'blocked';

export interface SessionEvents {
  state: MediaState;
  /** Which stream shows whom changed, or which picture is paused. */
  streams: undefined;
}

/** What the next negotiation is for; a later one of these does what an earlier one would. */
const needs = ['offer', 'restart', 'replace'] as const;
type Need = (typeof needs)[number];

/** Milliseconds for which a connection may be `disconnected` before its paths are looked for again. */
const patience_ms = 2_500;
/** Milliseconds for a restarted connection to come back before it is replaced. */
const restart_ms = 8_000;
/** Failures without a connection ever after which something is said to be in the way. */
const blocked_after = 1;

/**
 * The media side of a stay in a room: makes the peer, keeps it connected, and knows whose stream is whose. At most
 * one offer is in flight.
 */
export class MediaSession extends Emitter<SessionEvents> {
  readonly #send: (media: Media) => Promise<MediaAnswer>;
  readonly #createConnection: CreateConnection | undefined;
  readonly #phone: boolean;
  readonly #backoff: Backoff;
  readonly #tracks = new Map<Source, MediaStreamTrack>();
  readonly #assignments = new Map<SlotId, ParticipantId>();
  /** The slots whose picture the way from the server does not carry. */
  readonly #paused = new Set<SlotId>();
  #peer: Peer | null = null;
  #state: MediaState = 'none';
  #shown = { people: 0, screens: 0 };
  #limits: Limits = defaultLimits;
  /** Offers of all connections so far. */
  #earlierOffers = 0;
  #need: Need | null = null;
  #negotiating = false;
  #lineUp = false;
  #everConnected = false;
  #restarted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: {
    send: (media: Media) => Promise<MediaAnswer>;
    createConnection?: CreateConnection | undefined;
    phone?: boolean | undefined;
    random?: (() => number) | undefined;
  }) {
    super();
    this.#send = options.send;
    this.#createConnection = options.createConnection;
    this.#phone = options.phone ?? false;
    this.#backoff = new Backoff({
      first_ms: 1_000,
      most_ms: 15_000,
      ...(options.random && { random: options.random }),
    });
  }

  /** Whether this browser can see and hear at all. */
  static supported(): boolean {
    return typeof RTCPeerConnection === 'function' && 'getCapabilities' in RTCRtpReceiver;
  }

  get state(): MediaState {
    return this.#state;
  }

  get peer(): Peer | null {
    return this.#peer;
  }

  /** Offers made since the beginning, over all connections. */
  get offers(): number {
    return this.#earlierOffers + (this.#peer?.offers ?? 0);
  }

  /** The slots whose picture is paused. */
  get paused(): ReadonlySet<SlotId> {
    return this.#paused;
  }

  get assignments(): ReadonlyMap<SlotId, ParticipantId> {
    return this.#assignments;
  }

  /** Makes the peer and its first offer's text, so that joining waits for neither. */
  warm(): void {
    if (this.#peer === null && MediaSession.supported()) this.#newPeer().prepare();
  }

  /** The offer that goes with `join`; null where this browser has no media. */
  async joinOffer(): Promise<MediaOffer | null> {
    if (!MediaSession.supported()) return null;
    // An offer that was made and never answered is of no further use.
    if (this.#peer !== null && this.#peer.offers > 0) this.#closePeer();
    const peer = this.#peer ?? this.#newPeer();
    this.#setState('connecting');
    return peer.offer({ restart: false });
  }

  /** One is in the room: with an answer to the join's offer, or after a resume without one. */
  async joined(joined: {
    answer: MediaAnswer | null;
    peer: boolean;
    slots: SlotAssignment[];
    /** A server of an earlier version does not say. */
    paused?: readonly SlotId[] | undefined;
    limits: Limits;
  }): Promise<void> {
    this.#limits = joined.limits;
    this.#lineUp = true;
    this.#assignments.clear();
    this.#paused.clear();
    this.assign(joined.slots);
    for (const slot of joined.paused ?? []) this.setPaused(slot, true);
    if (joined.answer !== null && this.#peer !== null) {
      try {
        await this.#peer.accept(joined.answer);
      } catch {
        this.#want('replace');
      }
    } else if (MediaSession.supported()) {
      const alive = joined.peer && this.#peer !== null;
      if (!alive) this.#want('replace');
      else if (this.#peer?.connection.connectionState !== 'connected') this.#want('restart');
    }
    this.#growIfNeeded();
    void this.#negotiate();
  }

  /** The line broke: media may flow on, but nothing can be negotiated. */
  pause(): void {
    this.#lineUp = false;
  }

  /** Takes what the server says of slots. */
  assign(slots: readonly SlotAssignment[]): void {
    for (const { slot, participant } of slots) {
      // Who comes into a slot is not paused there until the server says so.
      this.#paused.delete(slot);
      if (participant === null) this.#assignments.delete(slot);
      else this.#assignments.set(slot, participant);
    }
    this.emit('streams', undefined);
  }

  /** The way from the server ceased, or began again, to carry the picture of a slot. */
  setPaused(slot: SlotId, paused: boolean): void {
    if (paused) this.#paused.add(slot);
    else this.#paused.delete(slot);
    this.emit('streams', undefined);
  }

  /** The server's end of the peer is gone. */
  ended(): void {
    this.#paused.clear();
    this.emit('streams', undefined);
    this.#again();
  }

  /** The network changed: look for paths anew. */
  networkChanged(): void {
    if (this.#peer !== null && this.#peer.offers > 0) this.#want('restart');
  }

  /** So many tiles are shown; slots are added where they are too few. */
  show(shown: { people: number; screens: number }): void {
    this.#shown = shown;
    if (this.#lineUp) this.#growIfNeeded();
  }

  /** Sends this track as that source, or nothing. */
  async setTrack(source: Source, track: MediaStreamTrack | null): Promise<void> {
    if (track === null) this.#tracks.delete(source);
    else this.#tracks.set(source, track);
    await this.#peer?.setTrack(source, track);
  }

  /** What shows and sounds this participant, where a slot does. */
  mediaOf(participant: ParticipantId, source: TileSource): SlotMedia | null {
    return this.#slotOf(participant, source)?.media ?? null;
  }

  /** Whether the way from the server does not carry this picture just then. */
  isPaused(participant: ParticipantId, source: TileSource): boolean {
    const slot = this.#slotOf(participant, source)?.slot;
    return slot !== undefined && this.#paused.has(slot);
  }

  /** The slots that this participant is in. */
  slotsOf(participant: ParticipantId): PeerSlot[] {
    return (this.#peer?.slots ?? []).filter(
      ({ slot }) => this.#assignments.get(slot) === participant,
    );
  }

  /** Ends everything; the tracks themselves belong to whoever made them. */
  close(): void {
    clearTimeout(this.#timer);
    this.#lineUp = false;
    this.#need = null;
    this.#closePeer();
    this.#assignments.clear();
    this.#paused.clear();
    this.clear();
  }

  #slotOf(participant: ParticipantId, source: TileSource): PeerSlot | undefined {
    return this.slotsOf(participant).find(
      ({ slot }) => (slotKind(slot) === 'stage') === (source === 'screen'),
    );
  }

  #newPeer(): Peer {
    const peer = new Peer({
      slots: slotsFor(this.#shown, firstSlots, this.#limits),
      createConnection: this.#createConnection,
      phone: this.#phone,
    });
    this.#peer = peer;
    peer.on('connection', (state) => {
      this.#connectionChanged(peer, state);
    });
    peer.on('stream', () => {
      this.emit('streams', undefined);
    });
    for (const [source, track] of this.#tracks) {
      // A track that ended meanwhile is replaced by whoever owns it.
      peer.setTrack(source, track).catch(() => undefined);
    }
    return peer;
  }

  #closePeer(): void {
    if (this.#peer === null) return;
    this.#earlierOffers += this.#peer.offers;
    this.#peer.close();
    this.#peer = null;
    this.emit('streams', undefined);
  }

  #connectionChanged(peer: Peer, state: RTCPeerConnectionState): void {
    if (peer !== this.#peer) return;
    clearTimeout(this.#timer);
    switch (state) {
      case 'connected':
        this.#everConnected = true;
        this.#restarted = false;
        this.#backoff.reset();
        this.#setState('connected');
        break;
      case 'disconnected':
        this.#setState('broken');
        this.#timer = setTimeout(() => {
          this.#want('restart');
        }, patience_ms);
        break;
      case 'failed':
        this.#setState('broken');
        if (this.#restarted) this.#again();
        else this.#want('restart');
        break;
      case 'new':
      case 'connecting':
      case 'closed':
        break;
    }
  }

  /** Replaces the peer, after a wait that grows with each failure. */
  #again(): void {
    clearTimeout(this.#timer);
    const first = this.#backoff.failures === 0;
    const wait_ms = this.#backoff.next();
    const blocked = !this.#everConnected && this.#backoff.failures >= blocked_after;
    this.#setState(blocked ? 'blocked' : 'broken');
    this.#timer = setTimeout(
      () => {
        this.#want('replace');
      },
      first ? 0 : wait_ms,
    );
  }

  #want(need: Need): void {
    if (this.#need === null || needs.indexOf(need) > needs.indexOf(this.#need)) this.#need = need;
    void this.#negotiate();
  }

  #growIfNeeded(): void {
    const peer = this.#peer;
    if (peer === null) return;
    const wanted = slotsFor(this.#shown, peer.counts, this.#limits);
    const { person, stage } = peer.counts;
    if (wanted.person === person && wanted.stage === stage) return;
    peer.grow(wanted);
    this.#want('offer');
  }

  async #negotiate(): Promise<void> {
    if (this.#negotiating) return;
    this.#negotiating = true;
    try {
      while (this.#need !== null && this.#lineUp) {
        const need = this.#need;
        this.#need = null;
        await this.#negotiateOnce(need);
      }
    } finally {
      this.#negotiating = false;
    }
  }

  async #negotiateOnce(need: Need): Promise<void> {
    const replace = need === 'replace' || this.#peer === null;
    if (replace) {
      this.#closePeer();
      this.#assignments.clear();
      this.#paused.clear();
    }
    const peer = this.#peer ?? this.#newPeer();
    const flows = peer.connection.connectionState === 'connected';
    if (this.#state !== 'blocked' && !flows) {
      this.#setState(this.#everConnected ? 'broken' : 'connecting');
    }
    try {
      const media = await peer.offer({ restart: need === 'restart' });
      await peer.accept(await this.#send({ replace, media }));
      if (need === 'restart') this.#watchRestart(peer);
    } catch (error) {
      if (peer !== this.#peer) return;
      // The offer hangs without an answer, and whether the server took it is unknown where the line broke.
      if (error instanceof LineError && !this.#lineUp) this.#need = 'replace';
      else this.#again();
    }
  }

  #watchRestart(peer: Peer): void {
    this.#restarted = true;
    if (peer.connection.connectionState === 'connected') {
      this.#restarted = false;
      this.#setState('connected');
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (peer === this.#peer && peer.connection.connectionState !== 'connected') this.#again();
    }, restart_ms);
  }

  #setState(state: MediaState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.emit('state', state);
  }
}
