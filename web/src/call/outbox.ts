import type { ClientId, FileInfo, Mention, Person, UploadId } from '../protocol/messages';

/** A file that is on the server already, and in no message yet. */
export interface OutgoingFile {
  upload: UploadId;
  info: FileInfo;
}

/** What somebody wrote, or is writing. It has a text, or files, or both. */
export interface Draft {
  text: string;
  /** Whom it mentions: each `@` with their name is in the text. */
  mentions?: readonly Mention[];
  /** The number of the message whose thread it belongs to. */
  thread?: number;
  /** The one person in the room who may read it besides oneself. */
  to?: Person;
  files?: readonly OutgoingFile[];
}

/** A message of one's own that is not in the timeline yet. */
export interface OutgoingMessage extends Draft {
  client_id: ClientId;
  /** When it was written by this browser's clock, milliseconds since 1970-01-01T00:00:00Z. */
  time_ms: number;
  /** `failed` waits for the person; `pending` for the server. */
  state: 'pending' | 'failed';
  /** Why it failed: a sentence of the server. */
  reason: string | null;
}

/** The part of the platform's `Storage` that an outbox needs. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** What happened to an attempt at sending. */
export type Delivery =
  /** It is on disk. */
  | { done: 'sent' }
  /** Not this time: try again, after this many milliseconds or when the line is back. */
  | { done: 'later'; wait_ms: number | null }
  /** Never like this: the person decides. */
  | { done: 'refused'; reason: string };

/**
 * Messages on their way, in the order in which they were written, one in flight at a time. Each keeps its id
 * until it is in the timeline, so that one that was sent twice is written once.
 */
export class Outbox {
  readonly #deliver: (message: OutgoingMessage) => Promise<Delivery>;
  readonly #changed: () => void;
  readonly #store: Store | null;
  readonly #key: string;
  #messages: OutgoingMessage[] = [];
  #open = false;
  #sending = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: {
    deliver: (message: OutgoingMessage) => Promise<Delivery>;
    changed: () => void;
    /** Where what is not sent yet survives a reload. */
    store: Store | null;
    key: string;
  }) {
    this.#deliver = options.deliver;
    this.#changed = options.changed;
    this.#store = options.store;
    this.#key = options.key;
    this.#messages = this.#load();
  }

  get messages(): readonly OutgoingMessage[] {
    return this.#messages;
  }

  /** Adds a message and sends it as soon as that is possible. */
  add(draft: Draft): ClientId {
    const client_id = freshId();
    const written = { ...draft, client_id, time_ms: Date.now() };
    this.#update([...this.#messages, { ...written, state: 'pending', reason: null }]);
    void this.#flush();
    return client_id;
  }

  /** Tries a failed message once more. */
  retry(id: ClientId): void {
    this.#replace(id, { state: 'pending', reason: null });
    void this.#flush();
  }

  /** Forgets a message: it is in the timeline, or the person gave it up. */
  remove(id: ClientId): void {
    if (!this.#messages.some(({ client_id }) => client_id === id)) return;
    this.#update(this.#messages.filter(({ client_id }) => client_id !== id));
  }

  /** The line carries messages from here on. */
  open(): void {
    this.#open = true;
    void this.#flush();
  }

  /** The line does not carry messages. */
  close(): void {
    this.#open = false;
    clearTimeout(this.#timer);
  }

  async #flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#timer);
    try {
      for (;;) {
        const next = this.#messages.find(({ state }) => state === 'pending');
        if (next === undefined || !this.#open) return;
        const delivery = await this.#deliver(next);
        if (delivery.done === 'sent') {
          this.remove(next.client_id);
        } else if (delivery.done === 'refused') {
          this.#replace(next.client_id, { state: 'failed', reason: delivery.reason });
        } else {
          if (delivery.wait_ms !== null) this.#later(delivery.wait_ms);
          return;
        }
      }
    } finally {
      this.#sending = false;
    }
  }

  #later(wait_ms: number): void {
    this.#timer = setTimeout(() => {
      void this.#flush();
    }, wait_ms);
  }

  #replace(id: ClientId, change: Partial<OutgoingMessage>): void {
    this.#update(
      this.#messages.map((message) =>
        message.client_id === id ? { ...message, ...change } : message,
      ),
    );
  }

  #update(messages: OutgoingMessage[]): void {
    this.#messages = messages;
    this.#save();
    this.#changed();
  }

  #save(): void {
    try {
      if (this.#messages.length === 0) this.#store?.removeItem(this.#key);
      else this.#store?.setItem(this.#key, JSON.stringify(this.#messages));
    } catch {
      // A full or forbidden store costs the survival of a reload, nothing else.
    }
  }

  #load(): OutgoingMessage[] {
    try {
      const stored: unknown = JSON.parse(this.#store?.getItem(this.#key) ?? '[]');
      if (!Array.isArray(stored)) return [];
      return stored.filter(isMessage);
    } catch {
      return [];
    }
  }
}

/** 128 random bits. Not `randomUUID`, which pages that came over plain HTTP do not have. */
function freshId(): ClientId {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function isMessage(value: unknown): value is OutgoingMessage {
  if (typeof value !== 'object' || value === null) return false;
  const { client_id, text, time_ms, state, reason } = value as Record<string, unknown>;
  return (
    typeof client_id === 'string' &&
    typeof text === 'string' &&
    typeof time_ms === 'number' &&
    (state === 'pending' || state === 'failed') &&
    (reason === null || typeof reason === 'string')
  );
}
