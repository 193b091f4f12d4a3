import { FakeSocket, joined } from '../src/call/testing/server';
import type { Socket } from '../src/call/line';
import type {
  ClientMessage,
  Entry,
  Event as ServerEvent,
  Joined,
  Page,
  PageAt,
  Participant,
  Person,
  Post,
  Slot,
  SlotAssignment,
  Tile,
  TileSource,
} from '../src/protocol/messages';
import { defaultLimits } from '../src/protocol/messages';
import { showOn } from './connection';
import { person, screen } from './drawing';
import type { WrittenRoom } from '../src/call/testing/room';
import { idAt, participantAt, personAt, placeOf, talkOf } from './people';
import type { World } from './world';

/** A socket whose every request is answered by the server of the gallery. */
class ScriptedSocket extends FakeSocket {
  constructor(
    url: string,
    protocol: string,
    readonly heard: (socket: ScriptedSocket, message: ClientMessage) => void,
  ) {
    super(url, protocol);
  }

  override send(text: string): void {
    super.send(text);
    const message = JSON.parse(text) as ClientMessage;
    setTimeout(() => {
      this.heard(this, message);
    });
  }
}

/** A whole server with one room, made up from a world. */
export class ScriptedServer {
  readonly #world: World;
  #socket: ScriptedSocket | null = null;
  #people: Participant[];
  readonly #written: WrittenRoom;
  #slots: Slot[] = [];
  readonly #assigned = new Map<string, { participant: string; source: TileSource }>();
  /** What the page asked to see last. */
  lastView: readonly Tile[] = [];
  #reachable = true;
  #entered = false;

  constructor(world: World) {
    this.#world = world;
    this.#people = Array.from({ length: world.people }, (_, place) => participantAt(world, place));
    this.#written = talkOf(world, Date.now());
    if (world.unread > 0) this.#rememberReading(world);
  }

  readonly connect = (url: string, protocol: string): Socket => {
    const socket = new ScriptedSocket(url, protocol, this.#heard);
    setTimeout(() => {
      if (!this.#reachable) return socket.break();
      this.#socket = socket;
      socket.open();
    });
    return socket;
  };

  /** Tells the page of something. */
  event(event: ServerEvent): void {
    this.#socket?.event(event);
  }

  /** The next attempt at a line succeeds. */
  comeBack(): void {
    this.#reachable = true;
    window.dispatchEvent(new Event('online'));
  }

  /** Breaks the line; no other comes about. */
  vanish(): void {
    this.#reachable = false;
    this.#socket?.break();
    this.#socket = null;
  }

  /** Somebody's state is another from here on. */
  change(place: number, changes: Partial<Participant>): void {
    const id = idAt(place);
    this.#people = this.#people.map((it) => (it.participant === id ? { ...it, ...changes } : it));
    const participant = this.#people.find((it) => it.participant === id);
    if (participant !== undefined) this.event({ type: 'participant_changed', participant });
  }

  /** Somebody else comes in. */
  come(place: number): void {
    const participant = participantAt(this.#world, place);
    this.#people = [...this.#people, participant];
    this.event({ type: 'participant_joined', participant });
  }

  go(place: number): void {
    const participant = idAt(place);
    this.#people = this.#people.filter((it) => it.participant !== participant);
    this.event({ type: 'participant_left', participant, reason: 'left' });
  }

  react(place: number, reaction: string): void {
    this.event({ type: 'reaction', participant: idAt(place), reaction });
  }

  say(place: number, text: string): void {
    const sender = this.#people.find(({ participant }) => participant === idAt(place));
    if (sender === undefined) return;
    const post = { client_id: `said-${String(this.#written.last)}`, text };
    this.#post(personOf(sender), post);
  }

  readonly #heard = (socket: ScriptedSocket, message: ClientMessage): void => {
    switch (message.type) {
      case 'hello':
        socket.answer(message, {
          type: 'welcome',
          server: 'gallery',
          limits: defaultLimits,
          ...(message.resume !== undefined && { resumed: this.#joined() }),
        });
        break;
      case 'look': {
        const others = this.#people.slice(1);
        const people = others.slice(0, defaultLimits.look_people).map(personOf);
        socket.answer(message, { type: 'looked', people, count: others.length, call: true });
        break;
      }
      case 'join':
        this.#enter(socket, message);
        break;
      case 'media':
        this.#slots = message.media.slots;
        socket.answer(message, { type: 'media', answer: 'v=0\r\n' });
        // The first pictures come with the answer, after the page has taken it.
        setTimeout(() => {
          this.#view(this.lastView);
        });
        break;
      case 'view':
        socket.answer(message, { type: 'done' });
        this.#view(message.tiles);
        break;
      case 'publish':
        socket.answer(message, { type: 'done' });
        this.change(0, { sources: message.sources });
        break;
      case 'post': {
        const to = this.#people.find(({ participant }) => participant === message.to);
        const entry = this.#post(personOf(this.#self), message, to && personOf(to));
        socket.answer(message, { type: 'posted', entry });
        break;
      }
      case 'edit':
        socket.answer(message, { type: 'done' });
        this.#tell(this.#written.edit(message.number, message.text ?? ''));
        break;
      case 'delete':
        socket.answer(message, { type: 'done' });
        this.#tell(this.#written.remove(message.number));
        break;
      case 'mark': {
        const { author, name } = this.#self;
        const by = { author, name };
        socket.answer(message, { type: 'done' });
        this.#tell(this.#written.mark(message.number, message.reaction, by, message.on));
        break;
      }
      case 'history': {
        const { page, thread } = message;
        socket.answer(message, { type: 'history', ...this.#page(page, thread) });
        break;
      }
      case 'search': {
        const found = this.#written
          .entries(undefined, this.#self.author)
          .filter(({ body }) => body.type === 'message' && body.text?.includes(message.text));
        const entries = found.reverse().slice(0, defaultLimits.search_hits);
        socket.answer(message, { type: 'found', entries, more: false });
        break;
      }
      case 'upload':
        // No bytes are taken here.
        break;
      case 'hand':
        socket.answer(message, { type: 'done' });
        this.#raise(message.raised);
        break;
      case 'react':
        socket.answer(message, { type: 'done' });
        this.react(0, message.reaction);
        break;
      case 'leave':
      case 'ping':
      case 'typing':
        socket.answer(message, { type: 'done' });
    }
  };

  get #self(): Participant {
    return this.#people[0] ?? participantAt(this.#world, 0);
  }

  #enter(socket: ScriptedSocket, message: Extract<ClientMessage, { type: 'join' }>): void {
    const { entering, language, typing, speaking } = this.#world;
    if (entering === 'silence') return;
    if (entering === 'full') {
      const sentence =
        language === 'ko'
          ? '방이 가득 찼습니다. 누군가 나간 뒤에 다시 시도해 주세요.'
          : 'This room is full. Try again when somebody has left.';
      socket.answer(message, { type: 'error', code: 'room_full', message: sentence });
      return;
    }
    this.#entered = true;
    this.#slots = message.media?.slots ?? [];
    const { name, sources } = message;
    this.#people = this.#people.map((it, place) => (place === 0 ? { ...it, name, sources } : it));
    socket.answer(message, {
      type: 'joined',
      ...this.#joined(),
      typing: typing.map(idAt),
      ...(message.media && { media: { answer: 'v=0\r\n' } }),
    });
    // What comes after the answer comes in a message of its own.
    setTimeout(() => {
      this.event({ type: 'speakers', participants: speaking.map(idAt) });
    });
  }

  #raise(raised: boolean): void {
    const last = Math.max(0, ...this.#people.map(({ hand }) => hand ?? 0));
    this.#people = this.#people.map((it, place) => {
      if (place !== 0) return it;
      const { hand, ...lowered } = it;
      return raised ? { ...lowered, hand: hand ?? last + 1 } : lowered;
    });
    this.event({ type: 'participant_changed', participant: this.#self });
  }

  #joined(): Joined {
    return joined({
      room: this.#world.room,
      you: idAt(0),
      participants: this.#people,
      timeline: this.#page({ before: Number.MAX_SAFE_INTEGER }),
      last: this.#written.last,
      slots: this.#assignments(),
      peer: this.#entered,
    });
  }

  #page(at: PageAt, thread?: number): Page {
    const viewer = this.#self.author;
    return this.#written.page(at, { viewer, ...(thread !== undefined && { thread }) });
  }

  /** Somebody does something to the conversation; for tests. */
  edit(number: number, text: string): void {
    this.#tell(this.#written.edit(number, text));
  }

  mark(place: number, number: number, reaction: string, on: boolean): void {
    const { author, name } = personAt(this.#world, place);
    this.#tell(this.#written.mark(number, reaction, { author, name }, on));
  }

  #post(sender: Person, post: Post, to?: Person): Entry {
    this.#written.time_ms = Date.now();
    const entry = this.#written.post(sender, post, to);
    this.event({ type: 'entry', entry });
    return entry;
  }

  #tell(event: ServerEvent | null): void {
    if (event !== null) this.event(event);
  }

  /** One was here before, and read all but the last messages. */
  #rememberReading({ room, unread }: World): void {
    const at_ms = Date.now() - 3_600_000;
    const last = this.#written.entries().at(-unread - 1)?.number ?? 0;
    localStorage.setItem('zoom.read', JSON.stringify({ [room]: { last, at_ms, threads: {} } }));
  }

  /** Who is looked at gets a slot; whoever has one keeps it. */
  #view(tiles: readonly Tile[]): void {
    this.lastView = tiles;
    const wanted = ({ participant, source }: Pick<Tile, 'participant' | 'source'>) =>
      tiles.some((tile) => tile.participant === participant && tile.source === source);
    const changed: SlotAssignment[] = [];
    for (const [slot, who] of this.#assigned) {
      if (wanted(who)) continue;
      this.#assigned.delete(slot);
      changed.push({ slot, participant: null });
    }
    for (const { participant, source } of tiles) {
      const seated = [...this.#assigned.values()].some(
        (it) => it.participant === participant && it.source === source,
      );
      const kind = source === 'screen' ? 'stage-' : 'person-';
      const free = this.#slots.find(
        ({ slot }) => slot.startsWith(kind) && !this.#assigned.has(slot),
      );
      if (seated || free === undefined) continue;
      this.#assigned.set(free.slot, { participant, source });
      changed.push({ slot: free.slot, participant });
    }
    this.#showAll();
    if (changed.length === 0) return;
    this.event({ type: 'slots', slots: changed });
    this.#pause();
  }

  #assignments(): SlotAssignment[] {
    return [...this.#assigned].map(([slot, { participant }]) => ({ slot, participant }));
  }

  #showAll(): void {
    for (const { slot, video } of this.#slots) {
      if (video === undefined) continue;
      const who = this.#assigned.get(slot);
      if (who === undefined) showOn(video, null);
      else {
        const place = placeOf(who.participant);
        if (who.source === 'screen') showOn(video, screen(place), this.#world.screenShape);
        else showOn(video, person(place));
      }
    }
  }

  #pause(): void {
    for (const [slot, { participant }] of this.#assigned) {
      if (this.#world.paused.includes(placeOf(participant))) {
        this.event({ type: 'picture', slot, paused: true });
      }
    }
  }
}

function personOf({ participant, author, name, ordinal }: Participant): Person {
  return { participant, author, name, ordinal };
}
