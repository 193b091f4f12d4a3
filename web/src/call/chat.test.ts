// A conversation against a simple model: whatever happens in whichever order, what is shown is what the server has.
import { expect, test } from 'vitest';

import type { Event as ServerEvent, Page, PageAt, Person, Request } from '../protocol/messages';
import type { ChatEvent } from './chat';
import { Chat } from './chat';
import { LineError } from './errors';
import type { Line } from './line';
import { joined, page, settle } from './testing/server';
import { WrittenRoom } from './testing/room';

/** The same numbers for the same seed (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

const own = person('ann');
const people = [own, person('bo'), person('cho')];

function person(name: string): Person {
  return { participant: name, author: `author-${name}`, name, ordinal: 1 };
}

interface Read {
  at: PageAt;
  thread: number | undefined;
  /** What the server read; null while it did not yet. */
  page: Page | null;
  answer: (page: Page) => void;
  fail: (error: Error) => void;
}

/** A server whose reads and events take as long as the test likes, events in their order. */
class SlowServer {
  readonly room = new WrittenRoom();
  reads: Read[] = [];
  told: ServerEvent[] = [];
  readonly said: number[] = [];
  readonly chat: Chat;

  constructor(readonly pageSize: number) {
    const request = (message: Request): Promise<unknown> => {
      if (message.type !== 'history') return new Promise(() => undefined);
      return new Promise((answer, fail) => {
        this.reads.push({ at: message.page, thread: message.thread, page: null, answer, fail });
      });
    };
    this.chat = new Chat({
      line: { request, state: 'online' } as unknown as Line,
      changed: () => undefined,
      said: ({ number }) => this.said.push(number),
      store: null,
      room: 'r',
    });
  }

  enter(resumed: boolean): void {
    const { room, chat } = this;
    const changes = resumed ? room.changesAfter(chat.last, own.author) : null;
    const newest = this.read({ before: Number.MAX_SAFE_INTEGER });
    const { last } = room;
    chat.enter(
      own.author,
      joined(changes === null ? { timeline: newest, last } : { timeline: page([]), changes, last }),
    );
  }

  read(at: PageAt, thread?: number): Page {
    const limit = this.pageSize;
    return this.room.page(at, {
      viewer: own.author,
      limit,
      ...(thread !== undefined && { thread }),
    });
  }

  /** The line breaks: what was not told is not told, what was asked is not answered. */
  break(): void {
    this.told = [];
    for (const { fail } of this.reads) fail(new LineError());
    this.reads = [];
  }

  tell(): void {
    const event = this.told.shift();
    if (event !== undefined) this.chat.happened(event as ChatEvent);
  }

  readSome(place: number): void {
    const read = this.reads[place];
    if (read !== undefined) read.page ??= this.read(read.at, read.thread);
  }

  answerSome(place: number): void {
    const read = this.reads[place];
    if (read === undefined || read.page === null) return;
    this.reads.splice(place, 1);
    read.answer(structuredClone(read.page));
  }

  async settleAll(): Promise<void> {
    while (this.told.length > 0) this.tell();
    while (this.reads.length > 0) {
      this.readSome(0);
      this.answerSome(0);
      await settle();
    }
  }
}

/** What is held is a piece of what the server has, in its latest state, and reaches as far as it says. */
function check(server: SlowServer): void {
  const { chat, room } = server;
  const { state } = chat;
  const of = (thread?: number) => room.entries(thread, own.author);
  for (const [shown, all] of [
    [state, of()],
    ...(state.thread === null ? [] : [[state.thread, of(state.thread.number)] as const]),
  ] as const) {
    const numbers = all.map(({ number }) => number);
    const first = shown.entries[0]?.number;
    const from = first === undefined ? numbers.length : numbers.indexOf(first);
    expect(from).toBeGreaterThanOrEqual(0);
    expect(shown.entries).toEqual(all.slice(from, from + shown.entries.length));
    if (!shown.moreAfter) expect(from + shown.entries.length).toBe(all.length);
    if (!shown.moreBefore) expect(from).toBe(0);
  }
  const { root } = state.thread ?? {};
  if (root) expect(root).toEqual(room.entry(root.number, own.author));
}

async function live(seed: number): Promise<void> {
  const random = randomOf(seed);
  const server = new SlowServer(3 + random(6));
  const { room, chat } = server;
  const one = <Thing>(things: readonly Thing[]) => things[random(things.length)];
  const tell = (event: ServerEvent | null) => {
    if (event !== null) server.told.push(event);
  };
  const write = () => {
    room.time_ms += random(1_000);
    const sender = one(people) ?? own;
    const roots = room.entries(undefined, own.author).filter(({ to }) => to === undefined);
    const thread = random(3) === 0 ? one(roots)?.number : undefined;
    const to = thread === undefined && random(6) === 0 ? person('dan') : undefined;
    const client_id = `id-${String(room.last)}`;
    const post = { client_id, text: `said ${client_id}`, ...(thread !== undefined && { thread }) };
    const entry = room.post(sender, post, to);
    // A private message of others is not told.
    if (to === undefined || sender === own) tell({ type: 'entry', entry });
  };
  const some = () => one([...room.entries(undefined, own.author), ...threads()]);
  const threads = () =>
    room.entries(undefined, own.author).flatMap(({ number }) => room.entries(number, own.author));

  for (let before = random(20); before > 0; before -= 1) write();
  server.told = [];
  server.enter(false);
  const { length: asked } = [chat.state];
  expect(asked).toBe(1);
  const reading: Promise<unknown>[] = [];
  const begin = (run: () => Promise<unknown>) => {
    reading.push(run().catch((error: unknown) => expect(error).toBeInstanceOf(LineError)));
  };
  const steps = [
    write,
    write,
    write,
    () => tell(room.edit(some()?.number ?? 0, `edited ${String(room.last)}`)),
    () => tell(room.remove(some()?.number ?? 0)),
    () => {
      const { author, name } = one(people) ?? own;
      tell(
        room.mark(some()?.number ?? 0, one(['👍', '🎉']) ?? '', { author, name }, random(3) > 0),
      );
    },
    () => {
      if (random(8) === 0) tell(room.expire(one(room.entries())?.number ?? 1));
    },
    () => begin(() => chat.loadOlder(random(2) === 0)),
    () => begin(() => chat.loadNewer(random(2) === 0)),
    () => begin(() => chat.jumpTo({ number: some()?.number ?? 1 })),
    () => begin(() => chat.jumpTo({ since_ms: random(room.time_ms + 1) })),
    () => begin(() => chat.jumpTo({ after: random(room.last + 1) })),
    () => chat.toNewest(),
    () => begin(() => chat.openThread(one(room.entries(undefined, own.author))?.number ?? 1)),
    () => {
      if (random(4) === 0) chat.closeThread();
    },
    () => {
      if (random(6) > 0) return;
      server.break();
      for (let away = random(8); away > 0; away -= 1) write();
      server.told = [];
      server.enter(true);
    },
    () => server.tell(),
    () => server.tell(),
    () => server.readSome(random(3)),
    () => server.answerSome(random(3)),
  ];
  for (let round = 0; round < 6; round += 1) {
    for (let step = 0; step < 40; step += 1) {
      one(steps)?.();
      await settle();
    }
    await server.settleAll();
    await Promise.all(reading);
    check(server);
  }
}

test('whatever happens, and however long it takes, what is shown is what the server has', async () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    try {
      await live(seed);
    } catch (error) {
      throw new Error(`seed ${String(seed)}`, { cause: error });
    }
  }
});
