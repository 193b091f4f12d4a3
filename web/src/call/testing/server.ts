import type {
  Answer,
  ClientMessage,
  Entry,
  Event as ServerEvent,
  Joined,
  Page,
  Participant,
  Request,
  Welcome,
} from '../../protocol/messages';
import { defaultLimits } from '../../protocol/messages';
import type { Socket } from '../line';

/** A WebSocket whose other end is the test. */
export class FakeSocket implements Socket {
  readyState: Socket['readyState'] = 0;
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;
  closed = false;
  readonly sent: ClientMessage[] = [];

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientMessage);
  }

  close(): void {
    this.closed = true;
  }

  /** The requests of this type that came. */
  of<Type extends Request['type']>(type: Type) {
    return this.sent.filter(
      (message): message is Extract<ClientMessage, { type: Type }> => message.type === type,
    );
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.call(this as unknown as WebSocket, new Event('open'));
  }

  push(message: object): void {
    const event = new MessageEvent('message', { data: JSON.stringify(message) });
    this.onmessage?.call(this as unknown as WebSocket, event);
  }

  event(event: ServerEvent): void {
    this.push(event);
  }

  break(code = 1006): void {
    this.readyState = 3;
    const event = Object.assign(new Event('close'), { code, reason: '', wasClean: false });
    this.onclose?.call(this as unknown as WebSocket, event);
  }

  answer(request: ClientMessage, answer: Answer): void {
    this.push({ id: request.id, ...answer });
  }
}

/** Every socket that was made, and what a server of the test would say. */
export class FakeServer {
  readonly sockets: FakeSocket[] = [];

  readonly create = (url: string, protocol: string): Socket => {
    const socket = new FakeSocket(url, protocol);
    this.sockets.push(socket);
    return socket;
  };

  /** The newest socket. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no socket was made');
    return socket;
  }

  /** Accepts the newest socket and answers its `hello`. */
  async welcome(welcome: Partial<Welcome> = {}): Promise<void> {
    this.socket.open();
    await this.answer('hello', {
      type: 'welcome',
      server: 'test',
      limits: defaultLimits,
      ...welcome,
    });
  }

  /** Answers the last request of this type, and lets the client take it in. */
  async answer(type: Request['type'], answer: Answer): Promise<void> {
    const request = this.socket.of(type).at(-1);
    if (request === undefined) throw new Error(`no ${type} came`);
    this.socket.answer(request, answer);
    await settle();
  }

  /** Writes down the last message that came, and says so to who sent it. */
  async posted(number: number): Promise<void> {
    const post = this.socket.of('post').at(-1);
    if (post === undefined) throw new Error('no post came');
    const { client_id, thread, text } = post;
    const body = { type: 'message' as const, ...(text !== undefined && { text }) };
    const written = entry(number, { client_id, body, ...(thread !== undefined && { thread }) });
    await this.answer('post', { type: 'posted', entry: written });
  }
}

/** Lets everything that waits for nothing but its turn run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

export function participant(id: string, changes: Partial<Participant> = {}): Participant {
  return {
    participant: id,
    author: `author-${id}`,
    name: `Name of ${id}`,
    ordinal: 1,
    connected: true,
    sources: { microphone: true, camera: false, screen: false, screen_audio: false },
    ...changes,
  };
}

export function entry(number: number, changes: Partial<Entry> = {}): Entry {
  return {
    number,
    changed: number,
    time_ms: number * 1_000,
    sender: { participant: 'b', author: 'author-b', name: 'Bo', ordinal: 1 },
    client_id: `id-${String(number)}`,
    body: { type: 'message', text: `Message ${String(number)}` },
    ...changes,
  };
}

/** A page of these entries, the newest unless said otherwise. */
export function page(entries: Entry[], more_before = false, more_after = false): Page {
  return { entries, more_before, more_after };
}

export function joined(changes: Partial<Joined> = {}): Joined {
  return {
    room: 'blue-otter-42',
    you: 'a',
    resume_token: 'token-1',
    participants: [participant('a')],
    typing: [],
    timeline: page([]),
    last: 0,
    slots: [],
    paused: [],
    peer: true,
    media: { answer: 'answer' },
    ...changes,
  };
}
