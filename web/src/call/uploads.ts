import type { UploadPlace } from '../protocol/messages';
import { Backoff } from './backoff';
import type { Carried, Carrier } from './carrier';
import { CarrierError } from './carrier';
import { isPassing, LineError, RequestError } from './errors';
import type { OutgoingFile } from './outbox';

/**
 * `waiting` for those before it; `sending`; `stopped` until there is a network, then it goes on by itself;
 * `checking`: all bytes are there, and the server looks into them; `done`; `failed` waits for the person.
 */
export type UploadState = 'waiting' | 'sending' | 'stopped' | 'checking' | 'done' | 'failed';

/** Why an upload failed: what this side sees itself, or a sentence of the server. */
export type UploadProblem = 'too_large' | 'unreadable' | 'refused' | { sentence: string };

/** A file on its way. */
export interface Upload {
  /** This side's number for it. */
  id: number;
  file: File;
  state: UploadState;
  /** Bytes that are sent. */
  sent: number;
  problem: UploadProblem | null;
  /** What a message takes; null until it is done. */
  result: OutgoingFile | null;
}

export interface UploadsOptions {
  /** Asks for a place for a file. Throws `RequestError` and `LineError`. */
  place: (name: string, bytes: number) => Promise<UploadPlace>;
  carrier: Carrier;
  changed: (uploads: readonly Upload[]) => void;
  /** Largest file, in bytes. */
  mostBytes: () => number;
  /** From 0 to below 1, as `Math.random`. */
  random?: () => number;
}

/** Bytes of one request: what proxies take that were not told otherwise. */
const piece_bytes = 1024 * 1024;
/** Files at once: a large one does not hold up the small ones behind it, and the call keeps its share of the way. */
const most_at_once = 2;
/** How often a place that is not known any more is asked for anew: the server may have been emptied once. */
const most_renewals = 2;

/** A file whose bytes cannot be had: a folder, or something that was moved or changed since it was chosen. */
class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

class Job {
  state: UploadState = 'waiting';
  sent = 0;
  problem: UploadProblem | null = null;
  result: OutgoingFile | null = null;
  place: UploadPlace | null = null;
  /** Whether `sent` is what the server has. */
  known = false;
  renewals = 0;
  /** Ends whatever is under way. */
  abort = new AbortController();
  /** Ends a wait. */
  wake: (() => void) | null = null;
  gone = false;

  constructor(
    readonly id: number,
    readonly file: File,
    readonly backoff: Backoff,
  ) {}

  get shown(): Upload {
    const { id, file, state, sent, problem, result } = this;
    return { id, file, state, sent, problem, result };
  }
}

/**
 * Brings files to the server, piece by piece, over as many breaks of the network as it takes: after each the server
 * says how far it is.
 */
export class Uploads {
  readonly #options: UploadsOptions;
  #jobs: Job[] = [];
  #lastId = 0;
  #running = 0;

  constructor(options: UploadsOptions) {
    this.#options = options;
    window.addEventListener('online', this.#online);
    window.addEventListener('offline', this.#offline);
  }

  get all(): readonly Upload[] {
    return this.#jobs.map(({ shown }) => shown);
  }

  add(files: readonly File[]): void {
    const { random } = this.#options;
    for (const file of files) {
      this.#lastId += 1;
      const backoff = new Backoff({ first_ms: 500, most_ms: 15_000, ...(random && { random }) });
      const job = new Job(this.#lastId, file, backoff);
      if (file.size > this.#options.mostBytes()) fail(job, 'too_large');
      this.#jobs.push(job);
    }
    this.#told();
    this.#next();
  }

  /** Tries a failed one once more, from where it got to. */
  retry(id: number): void {
    const job = this.#jobs.find((it) => it.id === id);
    if (job?.state !== 'failed' || job.file.size > this.#options.mostBytes()) return;
    job.state = 'waiting';
    job.problem = null;
    job.known = false;
    job.renewals = 0;
    this.#told();
    this.#next();
  }

  /** Gives one up, whether it is done or on its way. */
  cancel(id: number): void {
    const job = this.#jobs.find((it) => it.id === id);
    if (job === undefined) return;
    this.#drop(job);
    // Where that does not arrive, the server forgets it by itself.
    if (job.place !== null) this.#options.carrier.cancel(job.place.path).catch(() => undefined);
    this.#told();
    this.#next();
  }

  /** Those that are done are in a message. */
  forgetDone(): void {
    this.#jobs = this.#jobs.filter(({ state }) => state !== 'done');
    this.#told();
  }

  /** The network or the line is back: no wait is sat out. */
  hurry(): void {
    for (const { wake } of this.#jobs) wake?.();
  }

  /** Ends all of it. */
  close(): void {
    window.removeEventListener('online', this.#online);
    window.removeEventListener('offline', this.#offline);
    for (const job of [...this.#jobs]) this.#drop(job);
  }

  readonly #online = (): void => {
    this.hurry();
  };

  /** What is under way is lost: noticed at once, and not when a timer runs out. */
  readonly #offline = (): void => {
    for (const job of this.#jobs) job.abort.abort();
  };

  #drop(job: Job): void {
    job.gone = true;
    job.abort.abort();
    job.wake?.();
    this.#jobs = this.#jobs.filter((it) => it !== job);
  }

  #next(): void {
    for (const job of this.#jobs) {
      if (this.#running >= most_at_once) return;
      if (job.state === 'waiting') void this.#run(job);
    }
  }

  async #run(job: Job): Promise<void> {
    this.#running += 1;
    job.state = 'sending';
    this.#told();
    try {
      while (!job.gone && job.result === null && job.problem === null) await this.#attempt(job);
    } finally {
      this.#running -= 1;
      this.#told();
      this.#next();
    }
  }

  /** Goes as far as it gets, and waits where another attempt may get further. */
  async #attempt(job: Job): Promise<void> {
    job.abort = new AbortController();
    try {
      await this.#send(job);
    } catch (error) {
      if (job.gone) return;
      const next = this.#after(job, error);
      this.#told();
      if (next === 'later') await waiting(job);
    }
  }

  async #send(job: Job): Promise<void> {
    const { carrier, place } = this.#options;
    const { file, abort } = job;
    if (job.place === null) {
      job.place = await place(file.name, file.size);
      if (job.gone) return void carrier.cancel(job.place.path).catch(() => undefined);
      job.sent = 0;
    } else if (!job.known) {
      job.sent = await carrier.offset(job.place.path);
    }
    job.known = true;
    const { path, upload } = job.place;
    for (;;) {
      const offset = job.sent;
      const bytes = await read(file, offset);
      if (job.gone) return;
      job.state = bytes.byteLength > 0 ? 'sending' : 'checking';
      this.#told();
      // Whatever breaks from here on, the server knows better how far it is.
      job.known = false;
      const carried = await carrier.send(path, {
        offset,
        bytes,
        progress: (sent) => {
          job.sent = offset + Math.min(sent, bytes.byteLength);
          if (job.sent === file.size) job.state = 'checking';
          this.#told();
        },
        signal: abort.signal,
      });
      if ('info' in carried) return done(job, { upload, info: carried.info });
      this.#went(job, offset, carried);
    }
  }

  #went(job: Job, from: number, { offset }: Extract<Carried, { offset: number }>): void {
    job.sent = offset;
    job.known = true;
    if (offset > from) job.backoff.reset();
    // A server that takes nothing is not asked again and again.
    else throw new CarrierError(0);
  }

  /** What an error means: the person has to decide, or it goes on later, or at once. */
  #after(job: Job, error: unknown): 'never' | 'later' {
    job.known = false;
    if (error instanceof UnreadableError) return fail(job, 'unreadable');
    if (error instanceof LineError) return stop(job);
    if (isPassing(error)) return 'later';
    if (error instanceof RequestError) return fail(job, { sentence: error.message });
    if (!(error instanceof CarrierError)) throw error;
    const { status, refusal, offset } = error;
    if (status === 0) return stop(job);
    if (status === 404 && job.renewals < most_renewals) {
      job.renewals += 1;
      job.place = null;
      return 'later';
    }
    if (status === 409 && offset !== null) return 'later';
    if (refusal !== null && refusal.code !== 'busy') {
      return fail(job, { sentence: refusal.message });
    }
    // Proxies and servers that are just starting.
    return status === 429 || status >= 500 ? stop(job) : fail(job, 'refused');
  }

  #told(): void {
    this.#options.changed(this.all);
  }
}

function fail(job: Job, problem: UploadProblem): 'never' {
  job.state = 'failed';
  job.problem = problem;
  return 'never';
}

function stop(job: Job): 'later' {
  job.state = 'stopped';
  return 'later';
}

function done(job: Job, result: OutgoingFile): void {
  job.state = 'done';
  job.sent = job.file.size;
  job.result = result;
}

async function waiting(job: Job): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, job.backoff.next());
    job.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  job.wake = null;
}

async function read(file: File, from: number): Promise<ArrayBuffer> {
  try {
    return await file.slice(from, from + piece_bytes).arrayBuffer();
  } catch {
    throw new UnreadableError();
  }
}
