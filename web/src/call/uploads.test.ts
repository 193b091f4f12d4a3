// Files get to the server, whatever happens on the way, and each byte of them once.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Carried, Carrier, Piece } from './carrier';
import { CarrierError } from './carrier';
import { LineError, RequestError } from './errors';
import type { Upload } from './uploads';
import { Uploads } from './uploads';

const mebibyte = 1024 * 1024;

/** A server that keeps what it gets, and breaks as it is told. */
class FakeCarrier implements Carrier {
  readonly kept = new Map<string, Uint8Array[]>();
  readonly asked: string[] = [];
  readonly cancelled: string[] = [];
  readonly sizes = new Map<string, number>();
  /** What the next requests come to, before anything of them is done. */
  faults: CarrierError[] = [];
  /** The next piece arrives, and its answer is lost. */
  answerLost = false;
  /** Pieces wait until they are let go. */
  held: (() => void)[] | null = null;

  bytesOf(path: string): number {
    return (this.kept.get(path) ?? []).reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  offset(path: string): Promise<number> {
    this.asked.push(`HEAD ${path}`);
    const fault = this.faults.shift();
    if (fault !== undefined) return Promise.reject(fault);
    return Promise.resolve(this.bytesOf(path));
  }

  async send(path: string, { offset, bytes, progress, signal }: Piece): Promise<Carried> {
    this.asked.push(`PATCH ${path} ${String(offset)}+${String(bytes.byteLength)}`);
    const { held } = this;
    if (held !== null) {
      progress(Math.floor(bytes.byteLength / 2));
      await new Promise<void>((resolve, reject) => {
        held.push(resolve);
        signal.addEventListener('abort', () => {
          reject(new CarrierError(0));
        });
      });
    }
    const fault = this.faults.shift();
    if (fault !== undefined) throw fault;
    if (offset !== this.bytesOf(path)) throw new CarrierError(409, null, this.bytesOf(path));
    this.kept.set(path, [...(this.kept.get(path) ?? []), new Uint8Array(bytes)]);
    progress(bytes.byteLength);
    if (this.answerLost) {
      this.answerLost = false;
      throw new CarrierError(0);
    }
    const there = this.bytesOf(path);
    if (there < (this.sizes.get(path) ?? 0)) return { offset: there };
    const info = { hash: `hash of ${path}`, name: path, media_type: 'text/plain', bytes: there };
    return { info };
  }

  cancel(path: string): Promise<void> {
    this.cancelled.push(path);
    return Promise.resolve();
  }
}

let carrier: FakeCarrier;
let uploads: Uploads;
let refusals: Error[];
let places: number;
let shown: readonly Upload[];

beforeEach(() => {
  vi.useFakeTimers();
  carrier = new FakeCarrier();
  refusals = [];
  places = 0;
  uploads = new Uploads({
    place: (_, bytes) => {
      const refusal = refusals.shift();
      if (refusal !== undefined) return Promise.reject(refusal);
      places += 1;
      const path = `/${String(places)}`;
      carrier.sizes.set(path, bytes);
      return Promise.resolve({ upload: `upload-${String(places)}`, path });
    },
    carrier,
    changed: (all) => (shown = all),
    mostBytes: () => 10 * mebibyte,
    random: () => 0.5,
  });
});

afterEach(() => {
  uploads.close();
  vi.useRealTimers();
});

function file(bytes: number, name = 'file'): File {
  return new File([new Uint8Array(bytes)], name);
}

/** Lets everything happen that waits for its turn, or for so many milliseconds. */
async function pass(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  // Reading a file is none of the timers' affairs.
  for (let turn = 0; turn < 20; turn += 1) await vi.advanceTimersByTimeAsync(0);
}

const states = () => shown.map(({ state }) => state);

test('a file goes in pieces, one behind the other, and is done', async () => {
  uploads.add([file(2.5 * mebibyte)]);
  await pass();
  expect(carrier.asked).toEqual([
    `PATCH /1 0+${String(mebibyte)}`,
    `PATCH /1 ${String(mebibyte)}+${String(mebibyte)}`,
    `PATCH /1 ${String(2 * mebibyte)}+${String(mebibyte / 2)}`,
  ]);
  expect(shown[0]).toMatchObject({
    state: 'done',
    sent: 2.5 * mebibyte,
    result: { upload: 'upload-1', info: { hash: 'hash of /1' } },
  });
});

test('a file without bytes is sent, too', async () => {
  uploads.add([file(0)]);
  await pass();
  expect(carrier.asked).toEqual(['PATCH /1 0+0']);
  expect(states()).toEqual(['done']);
});

test('one is told how far it is within a piece', async () => {
  carrier.held = [];
  uploads.add([file(1_000)]);
  await pass();
  expect(shown[0]).toMatchObject({ state: 'sending', sent: 500 });
});

test('after a break of the network it goes on where the server says that it is', async () => {
  uploads.add([file(2 * mebibyte)]);
  carrier.answerLost = true;
  await pass();
  expect(states()).toEqual(['stopped']);
  await pass(1_000);
  expect(states()).toEqual(['done']);
  // What had arrived was not sent again.
  expect(carrier.asked).toEqual([
    `PATCH /1 0+${String(mebibyte)}`,
    'HEAD /1',
    `PATCH /1 ${String(mebibyte)}+${String(mebibyte)}`,
  ]);
});

test('the answer to the last piece is asked for again where it was lost', async () => {
  uploads.add([file(100)]);
  carrier.answerLost = true;
  await pass(1_000);
  expect(carrier.asked).toEqual(['PATCH /1 0+100', 'HEAD /1', 'PATCH /1 100+0']);
  expect(states()).toEqual(['done']);
});

test('without a network it waits, and with one it goes on at once', async () => {
  carrier.held = [];
  uploads.add([file(100)]);
  await pass();
  carrier.faults = Array.from({ length: 4 }, () => new CarrierError(0));
  window.dispatchEvent(new Event('offline'));
  await pass(5_000);
  expect(states()).toEqual(['stopped']);
  carrier.faults = [];
  carrier.held = null;
  window.dispatchEvent(new Event('online'));
  await pass();
  expect(states()).toEqual(['done']);
});

test('without a line no place can be asked for, which is waited for', async () => {
  refusals = [new LineError('The line is down.')];
  uploads.add([file(100)]);
  await pass();
  expect(states()).toEqual(['stopped']);
  uploads.hurry();
  await pass();
  expect(states()).toEqual(['done']);
});

test('what the server refuses is said in its words, and may be tried again', async () => {
  const message = 'The room has no more space.';
  refusals = [new RequestError({ code: 'room_files_full', message })];
  uploads.add([file(100)]);
  await pass();
  expect(shown[0]).toMatchObject({ state: 'failed', problem: { sentence: message } });
  uploads.retry(shown[0]?.id ?? 0);
  await pass();
  expect(states()).toEqual(['done']);
});

test('a full disk is said, and its place is kept for another attempt', async () => {
  carrier.faults = [
    new CarrierError(507, { code: 'storage_full', message: 'The disk is full.' }, null),
  ];
  uploads.add([file(100)]);
  await pass();
  expect(shown[0]).toMatchObject({ state: 'failed', problem: { sentence: 'The disk is full.' } });
  uploads.retry(1);
  await pass();
  expect(states()).toEqual(['done']);
  expect(places).toBe(1);
});

test('a server that is busy is asked again by itself', async () => {
  carrier.faults = [new CarrierError(503, { code: 'busy', message: 'Busy.' })];
  uploads.add([file(100)]);
  await pass(1_000);
  expect(states()).toEqual(['done']);
});

test('a place that is not known any more is asked for anew, and the file begins again', async () => {
  const gone = new CarrierError(404, { code: 'no_upload', message: 'No such upload.' });
  uploads.add([file(2 * mebibyte)]);
  carrier.faults = [gone];
  await pass(1_000);
  expect(places).toBe(2);
  expect(states()).toEqual(['done']);
  expect(carrier.bytesOf('/2')).toBe(2 * mebibyte);
});

test('a file that is too large is not begun', async () => {
  uploads.add([file(10 * mebibyte + 1)]);
  await pass();
  expect(shown[0]).toMatchObject({ state: 'failed', problem: 'too_large' });
  expect(places).toBe(0);
});

test('what cannot be read, such as a folder, is said', async () => {
  const folder = file(100);
  const piece = { arrayBuffer: () => Promise.reject(new DOMException('', 'NotReadableError')) };
  folder.slice = () => piece as unknown as Blob;
  uploads.add([folder]);
  await pass();
  expect(shown[0]).toMatchObject({ state: 'failed', problem: 'unreadable' });
});

test('two files are sent at once, others wait for them', async () => {
  carrier.held = [];
  uploads.add([file(10), file(20), file(30)]);
  await pass();
  expect(states()).toEqual(['sending', 'sending', 'waiting']);
  const { held } = carrier;
  carrier.held = null;
  for (const go of held) go();
  await pass();
  expect(states()).toEqual(['done', 'done', 'done']);
});

test('one that is cancelled ends at once, and the server forgets it', async () => {
  carrier.held = [];
  uploads.add([file(10), file(20)]);
  await pass();
  uploads.cancel(1);
  expect(shown.map(({ id }) => id)).toEqual([2]);
  expect(carrier.cancelled).toEqual(['/1']);
});

test('those that are in a message are forgotten here and stay on the server', async () => {
  uploads.add([file(10)]);
  await pass();
  uploads.forgetDone();
  expect(shown).toEqual([]);
  expect(carrier.cancelled).toEqual([]);
});
