import type {
  Answer,
  ClientMessage,
  Event as ServerEvent,
  Hello,
  Request,
  ServerMessage,
  Welcome,
} from '../protocol/messages';
import { subprotocol } from '../protocol/messages';
import { Backoff } from './backoff';
import { Emitter } from './emitter';
import { LineError, RequestError } from './errors';

/** What a line needs of a WebSocket. */
export type Socket = Pick<
  WebSocket,
  'send' | 'close' | 'readyState' | 'onopen' | 'onmessage' | 'onclose' | 'onerror'
>;

/**
 * `idle` before `open`; `connecting` until the server welcomed; `online`; `waiting` for the next attempt;
 * `closed` for good.
 */
export type LineState = 'idle' | 'connecting' | 'online' | 'waiting' | 'closed';

/** Why a line is closed for good. */
export type LineEnd =
  /** This side closed it. */
  | 'closed'
  /** The participant came back on another socket. */
  | 'replaced'
  /** The server closed it after `leave`. */
  | 'left';

export interface LineEvents {
  state: LineState;
  /** The server's answer to `hello`, on every connection, before any request of the application. */
  welcome: Welcome;
  event: ServerEvent;
  ended: LineEnd;
  /** The server could not read something; a fault of this program. */
  fault: string;
}

export interface LineOptions {
  /** The WebSocket's address. */
  url: string;
  /** What to say first on each connection. */
  hello: () => Hello;
  /** Makes a socket; the platform's WebSocket by default. */
  createSocket?: (url: string, protocol: string) => Socket;
  /** From 0 to below 1, as `Math.random`. */
  random?: () => number;
}

/** Milliseconds within which the server has to welcome. */
const welcome_ms = 10_000;
/** Milliseconds within which a request has to be answered. */
const answer_ms = 15_000;
/** Milliseconds without a byte from the server after which to ask whether it is there. */
const quiet_ms = 10_000;
/** Milliseconds within which a ping has to be answered, or the socket is dead. */
const ping_ms = 6_000;
/** Milliseconds to stay away after the server called this a flood. */
const flood_ms = 60_000;

// Close codes of the protocol that mean something other than "come back".
const normal = 1000;
const replaced = 4001;
const flood = 4003;

interface Waiting {
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * One lasting line to the server, over as many WebSockets as it takes: connects, says `hello`, matches answers
 * to requests, finds dead sockets, and comes back by itself.
 */
export class Line extends Emitter<LineEvents> {
  readonly #options: LineOptions;
  readonly #backoff: Backoff;
  readonly #waiting = new Map<number, Waiting>();
  #socket: Socket | null = null;
  #state: LineState = 'idle';
  #lastId = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;
  #pinging = false;
  /** The server said to stay away for a while. */
  #sentAway = false;

  constructor(options: LineOptions) {
    super();
    this.#options = options;
    this.#backoff = new Backoff({
      first_ms: 400,
      most_ms: 8_000,
      ...(options.random && { random: options.random }),
    });
  }

  get state(): LineState {
    return this.#state;
  }

  /** Failed attempts since the line was last online. */
  get failures(): number {
    return this.#backoff.failures;
  }

  /** Connects, and stays connected until `close`. */
  open(): void {
    if (this.#state !== 'idle') return;
    if (typeof window !== 'undefined') {
      window.addEventListener('online', this.#hurry);
      document.addEventListener('visibilitychange', this.#hurry);
    }
    this.#connect();
  }

  /** Closes for good. Requests that wait fail. */
  close(): void {
    this.#end('closed');
  }

  /**
   * Sends a request and returns its one answer. Throws `RequestError` where the server says no, and `LineError`
   * where there is no answer.
   */
  async request<Type extends Answer['type']>(
    request: Request,
    expected: Type,
  ): Promise<Extract<Answer, { type: Type }>> {
    if (this.#state !== 'online') throw new LineError('The line is down.');
    return this.#ask(request, expected);
  }

  async #ask<Type extends Answer['type']>(
    request: Request,
    expected: Type,
    timeout_ms = answer_ms,
  ): Promise<Extract<Answer, { type: Type }>> {
    const socket = this.#socket;
    if (socket === null) throw new LineError('The line is down.');
    this.#lastId = this.#lastId === 0xffff_ffff ? 1 : this.#lastId + 1;
    const id = this.#lastId;
    const answer = await new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new LineError('No answer came in time.'));
      }, timeout_ms);
      this.#waiting.set(id, { resolve, reject, timer });
      const message: ClientMessage = { id, ...request };
      socket.send(JSON.stringify(message));
    });
    if (answer.type === 'error') throw new RequestError(answer);
    if (answer.type !== expected) throw new LineError(`Got ${answer.type} for ${expected}.`);
    return answer as Extract<Answer, { type: Type }>;
  }

  #connect(): void {
    clearTimeout(this.#timer);
    this.#setState('connecting');
    const create = this.#options.createSocket ?? ((url, protocol) => new WebSocket(url, protocol));
    const socket = create(this.#options.url, subprotocol);
    this.#socket = socket;
    this.#timer = setTimeout(() => {
      this.#drop();
    }, welcome_ms);
    socket.onopen = () => {
      void this.#greet();
    };
    socket.onmessage = (message) => {
      if (typeof message.data === 'string') this.#receive(message.data);
    };
    socket.onclose = (close) => {
      this.#closed(close.code);
    };
    // Whatever it is, `close` follows.
    socket.onerror = null;
  }

  async #greet(): Promise<void> {
    try {
      const hello = this.#options.hello();
      const welcome = await this.#ask({ type: 'hello', ...hello }, 'welcome', welcome_ms);
      clearTimeout(this.#timer);
      this.#backoff.reset();
      this.#setState('online');
      this.#heard();
      this.emit('welcome', welcome);
    } catch (error) {
      if (error instanceof RequestError) this.emit('fault', error.message);
      this.#drop();
    }
  }

  #receive(data: string): void {
    this.#heard();
    let message: ServerMessage;
    try {
      message = JSON.parse(data) as ServerMessage;
    } catch {
      this.emit('fault', 'The server sent something that is not JSON.');
      return;
    }
    if (!('id' in message)) {
      this.emit('event', message);
      return;
    }
    if (message.id === null) {
      if (message.type === 'error') this.emit('fault', message.message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    this.#waiting.delete(message.id);
    clearTimeout(waiting.timer);
    waiting.resolve(message);
  }

  /** Something came from the server: the line is alive, ask again only after a while of quiet. */
  #heard(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      void this.#ping();
    }, quiet_ms);
  }

  async #ping(): Promise<void> {
    if (this.#state !== 'online' || this.#pinging) return;
    this.#pinging = true;
    const socket = this.#socket;
    try {
      await this.#ask({ type: 'ping' }, 'done', ping_ms);
    } catch (error) {
      // A refusal is an answer too.
      if (error instanceof LineError && socket === this.#socket) this.#drop();
    } finally {
      this.#pinging = false;
    }
  }

  /** The network or the person came back: do not sit out a wait, and do not trust an old socket. */
  readonly #hurry = (): void => {
    if (document.visibilityState === 'hidden') return;
    if (this.#state === 'waiting' && !this.#sentAway) this.#connect();
    else if (this.#state === 'online') void this.#ping();
  };

  /** Gives the socket up without waiting for its closing handshake, which on a dead network takes a minute. */
  #drop(): void {
    this.#socket?.close();
    this.#closed(0);
  }

  #closed(code: number): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#forget(socket);
    if (code === normal) return this.#end('left');
    if (code === replaced) return this.#end('replaced');
    this.#sentAway = code === flood;
    this.#setState('waiting');
    this.#timer = setTimeout(
      () => {
        this.#connect();
      },
      this.#sentAway ? flood_ms : this.#backoff.next(),
    );
  }

  #forget(socket: Socket): void {
    this.#socket = null;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    clearTimeout(this.#timer);
    clearTimeout(this.#quiet);
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject, timer } of waiting) {
      clearTimeout(timer);
      reject(new LineError('The line broke.'));
    }
  }

  #end(end: LineEnd): void {
    if (this.#state === 'closed') return;
    if (typeof window !== 'undefined') {
      window.removeEventListener('online', this.#hurry);
      document.removeEventListener('visibilitychange', this.#hurry);
    }
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (socket !== null) {
      this.#forget(socket);
      socket.close(normal);
    }
    this.#setState('closed');
    this.emit('ended', end);
  }

  #setState(state: LineState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.emit('state', state);
  }
}
