import type {
  AuthorId,
  Entry,
  Event as ServerEvent,
  Identity,
  Joined,
  Limits,
  Looked,
  Media,
  MediaAnswer,
  MediaOffer,
  Participant,
  ParticipantId,
  Reaction,
  Sources,
  Tile,
  TileSource,
  Welcome,
} from '../protocol/messages';
import { defaultLimits } from '../protocol/messages';
import type { ChatState } from './chat';
import { Chat } from './chat';
import { Emitter } from './emitter';
import { isPassing, LineError, RequestError } from './errors';
import { Gestures } from './gestures';
import type { LineEnd, LineState, Socket } from './line';
import { Line } from './line';
import { Looking } from './looking';
import { ReceivedLevels } from './media/levels';
import type { CreateConnection, PeerSlot } from './media/peer';
import type { SlotMedia } from './media/playback';
import type { MediaState } from './media/session';
import { MediaSession } from './media/session';
import type { DeviceNotice, SourcesOptions } from './media/sources';
import { LocalSources } from './media/sources';
import type { Store } from './outbox';
import type { PeopleState } from './people';
import { afterEvent, nobody, peopleOf } from './people';
import type { CallStats } from './stats';
import { readStats } from './stats';
import { Viewing } from './viewing';
import { watchWaking } from './wake';

/** `outside`: before entering; `entering`; `inside`, also while the line is broken; `left` for good. */
export type Phase = 'outside' | 'entering' | 'inside' | 'left';

/** Why one is not in the room any more. */
export type LeftReason =
  | 'left'
  /** The same stay goes on in another place. */
  | 'replaced';

/** Somebody shows an emoji for a moment. */
export interface ShownReaction {
  participant: ParticipantId;
  reaction: Reaction;
}

/** Somebody came or went while one was there. */
export interface Passage {
  participant: Participant;
  came: boolean;
}

export interface CallEvents {
  phase: Phase;
  line: LineState;
  media: MediaState;
  people: PeopleState;
  /** Who is in the room while one is outside; null while that is not known. */
  present: Looked | null;
  chat: ChatState;
  /** Somebody wrote, oneself too, while one was there or away for a moment; in threads, too. */
  said: Entry;
  passage: Passage;
  reaction: ShownReaction;
  /** Which stream shows whom changed, or which picture is paused. */
  streams: undefined;
  /** One's own tracks, states or devices changed. */
  sources: undefined;
  notice: DeviceNotice;
  /** Something that only a fault of a program explains. */
  fault: string;
}

export interface CallOptions extends SourcesOptions {
  /** The WebSocket's address. */
  url: string;
  room: string;
  /** A BCP 47 tag: the language of the server's sentences, at first. */
  language: string;
  /** The secret by which one is the same author at each visit; without it each stay is another. */
  identity?: Identity;
  /** Where messages that are not sent yet survive a reload. */
  store?: Store | null;
  createSocket?: (url: string, protocol: string) => Socket;
  createConnection?: CreateConnection;
  mediaDevices?: MediaDevices | undefined;
  /** From 0 to below 1, as `Math.random`. */
  random?: () => number;
}

/** Milliseconds before entering is tried again that the server could not do just then. */
const again_ms = 1_500;

/** Milliseconds for which the room waits to be shown until the answer is taken. */
const answer_ms = 150;

/**
 * One stay in one room, from looking at the preview to leaving: commands in, events out. It survives broken lines,
 * restarts of the server and changes of network by itself.
 */
export class Call extends Emitter<CallEvents> {
  readonly sources: LocalSources;
  /** What is said, and all that is done about it. */
  readonly conversation: Chat;
  /** A BCP 47 tag: the language of the server's sentences, from the next connection on. */
  language: string;
  readonly #options: CallOptions;
  readonly #line: Line;
  readonly #session: MediaSession;
  readonly #viewing: Viewing;
  readonly #gestures: Gestures;
  readonly #looking: Looking;
  readonly #levels = new ReceivedLevels();
  #phase: Phase = 'outside';
  #leftReason: LeftReason = 'left';
  #people: PeopleState = nobody;
  #limits: Limits = defaultLimits;
  #name = '';
  #self: ParticipantId | null = null;
  #author: AuthorId | null = null;
  #roomName: string;
  #token: string | null = null;
  #published = '';
  #lineReady: (() => void) | null = null;
  #endWatch: (() => void) | null = null;

  constructor(options: CallOptions) {
    super();
    this.#options = options;
    this.language = options.language;
    this.#roomName = options.room;
    const { createSocket, createConnection, random } = options;
    this.sources =
      'mediaDevices' in options
        ? new LocalSources(options, options.mediaDevices)
        : new LocalSources(options);
    this.#line = new Line({
      url: options.url,
      hello: () => this.#hello(),
      ...(createSocket && { createSocket }),
      ...(random && { random }),
    });
    this.#session = new MediaSession({
      send: (media) => this.#sendMedia(media),
      createConnection,
      phone: options.phone,
      random,
    });
    this.conversation = new Chat({
      line: this.#line,
      changed: () => {
        this.emit('chat', this.chat);
      },
      said: (entry) => {
        this.emit('said', entry);
      },
      store: options.store ?? null,
      room: options.room,
    });
    this.#viewing = new Viewing({
      tell: (tiles) => this.#line.request({ type: 'view', tiles }, 'done'),
      mostTiles: () => this.#limits.view_tiles,
    });
    this.#gestures = new Gestures({ line: this.#line, limits: () => this.#limits });
    this.#looking = new Looking({
      ask: () => this.#line.request({ type: 'look', room: this.#options.room }, 'looked'),
      changed: (present) => {
        this.emit('present', present);
      },
    });
    this.#connectParts();
  }

  get phase(): Phase {
    return this.#phase;
  }

  get leftReason(): LeftReason {
    return this.#leftReason;
  }

  get line(): LineState {
    return this.#line.state;
  }

  /** Failed attempts at a line since there was one. */
  get lineFailures(): number {
    return this.#line.failures;
  }

  get media(): MediaState {
    return this.#session.state;
  }

  get people(): PeopleState {
    return this.#people;
  }

  get chat(): ChatState {
    return this.conversation.state;
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** The room's name as its first visitor wrote it. */
  get roomName(): string {
    return this.#roomName;
  }

  /** Which participant one is. */
  get self(): ParticipantId | null {
    return this.#self;
  }

  /** Connects and prepares the offer while the person still looks at the preview. */
  warm(): void {
    this.#line.open();
    this.#session.warm();
    window.addEventListener('online', this.#networkChanged);
    this.#endWatch ??= watchWaking(this.#woke);
  }

  /**
   * Enters the room. Throws `RequestError` where the server says no for good; a server that cannot be reached is
   * waited for.
   */
  async join(name: string): Promise<void> {
    if (this.#phase !== 'outside') return;
    this.#name = name;
    this.#setPhase('entering');
    this.warm();
    try {
      await this.#enter();
    } catch (error) {
      if (!this.#gone()) this.#setPhase('outside');
      throw error;
    }
  }

  /** Leaves for good and frees every device. */
  async leave(): Promise<void> {
    if (this.#phase === 'left') return;
    const said =
      this.#self === null
        ? null
        : this.#line.request({ type: 'leave' }, 'done').catch(() => undefined);
    this.#finish('left');
    await said;
    this.#line.close();
  }

  /** Who one is in this room, over all one's stays in it. */
  get author(): AuthorId | null {
    return this.#author;
  }

  setTyping(typing: boolean): void {
    if (this.#phase === 'inside') this.conversation.setTyping(typing);
  }

  /** Raises or lowers one's hand; the room's order is in `people`. */
  raiseHand(raised: boolean): void {
    this.#gestures.raise(raised);
  }

  /** Shows everybody, oneself too, an emoji for a moment; false where it comes to nothing. */
  react(reaction: Reaction): boolean {
    return this.#gestures.react(reaction);
  }

  /** These tiles are shown, the most important first; nobody's own. `besidePage` are seen while the page is hidden. */
  show(tiles: readonly Tile[], besidePage: readonly Tile[] = []): void {
    this.#viewing.show(tiles, besidePage);
    const screens = tiles.filter(({ source }) => source === 'screen').length;
    this.#session.show({ people: tiles.length - screens, screens });
  }

  /** What shows and sounds this participant, where something does. */
  mediaOf(participant: ParticipantId, source: TileSource): SlotMedia | null {
    return this.#session.mediaOf(participant, source);
  }

  /** Whether the way to here is too slow for this picture just then. */
  isPaused(participant: ParticipantId, source: TileSource): boolean {
    return this.#session.isPaused(participant, source);
  }

  /** Every slot with somebody in it. */
  get filledSlots(): { slot: PeerSlot; participant: ParticipantId }[] {
    return (this.#session.peer?.slots ?? []).flatMap((slot) => {
      const participant = this.#session.assignments.get(slot.slot);
      return participant === undefined ? [] : [{ slot, participant }];
    });
  }

  /** How loud each person is received just then, from 0 (silence) to 1 (full scale); a share's sound is nobody's. */
  receivedLevels(): Map<ParticipantId, number> {
    const voices = this.filledSlots.filter(({ slot }) => slot.kind !== 'stage');
    return new Map(
      voices.map(({ slot, participant }) => [participant, this.#levels.read(slot.audio.receiver)]),
    );
  }

  /** A diagnosis of the call as it is. */
  stats(): Promise<CallStats> {
    return readStats(this.#session, { participant: this.#self, line: this.#line.state });
  }

  #connectParts(): void {
    this.#line.on('state', (state) => {
      if (state !== 'online') this.#pause();
      this.emit('line', state);
    });
    this.#line.on('welcome', (welcome) => void this.#welcomed(welcome));
    this.#line.on('event', (event) => {
      this.#happened(event);
    });
    this.#line.on('ended', (end) => {
      this.#lineEnded(end);
    });
    this.#line.on('fault', (fault) => {
      this.emit('fault', fault);
    });
    this.#session.on('state', (state) => {
      this.emit('media', state);
    });
    this.#session.on('streams', () => {
      this.emit('streams', undefined);
    });
    this.sources.on('track', ({ source, track }) => {
      this.#session.setTrack(source, track).catch((error: unknown) => {
        this.emit('fault', String(error));
      });
    });
    this.sources.on('changed', () => {
      this.#publish();
      this.emit('sources', undefined);
    });
    this.sources.on('notice', (notice) => {
      this.emit('notice', notice);
    });
  }

  #hello() {
    const { language } = this;
    if (this.#token === null) return { language };
    return { language, resume: { token: this.#token, after: this.conversation.last } };
  }

  async #welcomed(welcome: Welcome): Promise<void> {
    this.#limits = welcome.limits;
    this.#lineReady?.();
    if (this.#phase === 'outside') this.#looking.open();
    if (welcome.resumed !== undefined) return this.#entered(welcome.resumed, null);
    if (this.#phase !== 'inside') return;
    // The stay is over for the server: come in anew, as somebody else of the same name.
    this.#token = null;
    try {
      await this.#enter();
    } catch (error) {
      this.emit('fault', String(error));
      this.#finish('left');
      this.#line.close();
    }
  }

  /** Sends `join` until it is answered. */
  async #enter(): Promise<void> {
    let offered = true;
    for (;;) {
      await this.#online();
      if (this.#gone()) return;
      const media = offered ? await this.#joinOffer() : null;
      try {
        const sources = this.sources.state;
        const { identity } = this.#options;
        const joined = await this.#line.request(
          {
            type: 'join',
            room: this.#options.room,
            name: this.#name,
            sources,
            ...(identity !== undefined && { identity }),
            ...(media && { media }),
          },
          'joined',
        );
        this.#published = JSON.stringify(sources);
        if (this.#gone()) return;
        return await this.#entered(joined, joined.media ?? null);
      } catch (error) {
        if (error instanceof RequestError && error.code === 'joined_already') return;
        if (error instanceof RequestError && error.code === 'bad_offer' && offered) {
          // Who cannot see and hear can still write.
          this.emit('fault', error.message);
          offered = false;
          continue;
        }
        if (isPassing(error)) await delay(again_ms);
        else if (!(error instanceof LineError)) throw error;
        // An inside without a line: the next welcome enters again.
        else if (this.#phase === 'inside') return;
      }
    }
  }

  async #joinOffer(): Promise<MediaOffer | null> {
    try {
      return await this.#session.joinOffer();
    } catch (error) {
      // Who cannot see and hear can still write.
      this.emit('fault', String(error));
      return null;
    }
  }

  async #entered(joined: Joined, answer: MediaAnswer | null): Promise<void> {
    this.#token = joined.resume_token;
    this.#self = joined.you;
    this.#roomName = joined.room;
    this.#people = peopleOf(joined);
    this.emit('people', this.#people);
    const self = joined.participants.find(({ participant }) => participant === joined.you);
    this.#author = self?.author ?? null;
    if (answer === null && self !== undefined) this.#published = JSON.stringify(self.sources);
    this.conversation.enter(this.#author, joined);
    this.#viewing.enter();
    this.#gestures.enter(self);
    const media = this.#session.joined({
      answer,
      peer: joined.peer,
      slots: joined.slots,
      paused: joined.paused,
      limits: this.#limits,
    });
    // Taking the answer needs this thread, and so does drawing the room: media first, which then connects meanwhile.
    await Promise.race([media, delay(answer_ms)]);
    if (this.#gone()) return;
    this.#setPhase('inside');
    this.#publish();
    await media;
  }

  #happened(event: ServerEvent): void {
    switch (event.type) {
      case 'participant_joined':
        this.emit('passage', { participant: event.participant, came: true });
        break;
      case 'participant_left': {
        const left = this.#people.participants.find((it) => it.participant === event.participant);
        if (left !== undefined) this.emit('passage', { participant: left, came: false });
        break;
      }
      case 'participant_changed':
      case 'typing':
      case 'speakers':
      case 'quality':
        break;
      case 'reaction': {
        const { participant, reaction } = event;
        return this.emit('reaction', { participant, reaction });
      }
      case 'entry':
      case 'entry_changed':
      case 'marked':
      case 'expired':
        return this.conversation.happened(event);
      case 'slots':
        return this.#session.assign(event.slots);
      case 'picture':
        return this.#session.setPaused(event.slot, event.paused);
      case 'media_ended':
        return this.#session.ended();
      // Events of a later version of the protocol.
      default:
        return;
    }
    this.#people = afterEvent(this.#people, event);
    this.emit('people', this.#people);
  }

  async #sendMedia(media: Media): Promise<MediaAnswer> {
    return this.#line.request({ type: 'media', ...media }, 'media');
  }

  /** Tells the server what is on, where that is not what it knows. */
  #publish(): void {
    if (this.#phase !== 'inside' || this.#line.state !== 'online') return;
    const sources: Sources = this.sources.state;
    const text = JSON.stringify(sources);
    if (text === this.#published) return;
    this.#published = text;
    this.#line.request({ type: 'publish', sources }, 'done').catch((error: unknown) => {
      if (this.#published !== text) return;
      this.#published = '';
      // Refused just then: what others see must not stay wrong. A lost line tells it when it comes back.
      if (error instanceof RequestError) void delay(again_ms).then(() => this.#publish());
    });
  }

  #pause(): void {
    this.conversation.pause();
    this.#session.pause();
    this.#viewing.pause();
    this.#gestures.pause();
    this.#looking.close();
  }

  #lineEnded(end: LineEnd): void {
    this.#lineReady?.();
    if (this.#phase !== 'left' && end !== 'closed') this.#finish(end);
  }

  #finish(reason: LeftReason): void {
    window.removeEventListener('online', this.#networkChanged);
    this.#endWatch?.();
    this.#leftReason = reason;
    this.conversation.setTyping(false);
    this.#pause();
    this.#session.close();
    this.#viewing.close();
    this.sources.close();
    this.#setPhase('left');
  }

  #gone(): boolean {
    return this.#phase === 'left';
  }

  /** Waits until the line is up, or closed for good. */
  async #online(): Promise<void> {
    while (this.#line.state !== 'online' && this.#line.state !== 'closed') {
      await new Promise<void>((resolve) => {
        this.#lineReady = resolve;
      });
    }
  }

  readonly #woke = (): void => {
    void this.sources.recover();
    this.#session.networkChanged();
  };

  readonly #networkChanged = (): void => {
    this.#session.networkChanged();
  };

  #setPhase(phase: Phase): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    if (phase === 'outside' && this.#line.state === 'online') this.#looking.open();
    else if (phase !== 'outside') this.#looking.close();
    this.sources.seen = phase === 'inside';
    this.emit('phase', phase);
  }
}

function delay(wait_ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, wait_ms);
  });
}
