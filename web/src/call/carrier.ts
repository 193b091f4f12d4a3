import type { ErrorCode, FileInfo } from '../protocol/messages';

/** What became of a piece that was sent: bytes are missing still, or the file is whole. */
export type Carried = { offset: number } | { info: FileInfo };

/** Carries the bytes of an upload over HTTP. Throws `CarrierError`. */
export interface Carrier {
  /** How many bytes are there. */
  offset(path: string): Promise<number>;
  /** Puts bytes behind those that are there. */
  send(path: string, piece: Piece): Promise<Carried>;
  /** Gives an upload up. */
  cancel(path: string): Promise<void>;
}

export interface Piece {
  offset: number;
  bytes: ArrayBuffer;
  /** Is told how many bytes of the piece are on their way. */
  progress: (sent: number) => void;
  signal: AbortSignal;
}

/** An answer other than the one that was hoped for, or none. */
export class CarrierError extends Error {
  override readonly name = 'CarrierError';

  constructor(
    /** The status of the answer; 0 where none came. */
    readonly status: number,
    /** What the server says about it, where it was the server that answered. */
    readonly refusal: { code: ErrorCode; message: string } | null = null,
    /** How many bytes are there, where the answer says so. */
    readonly offset: number | null = null,
  ) {
    super(refusal?.message ?? `The answer was ${String(status)}.`);
  }
}

/** Milliseconds without a byte going out after which a network counts as dead. */
const still_ms = 20_000;
/** Milliseconds that the server may take for a file that is whole: to look into a large picture, behind others. */
const look_ms = 90_000;

/**
 * `Carrier` by the platform's XMLHttpRequest, which tells how far a request is. `language` is the language of the
 * server's sentences.
 */
export function httpCarrier(language: () => string): Carrier {
  const open = (method: string, path: string): XMLHttpRequest => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.setRequestHeader('Accept-Language', language());
    return request;
  };
  return {
    async offset(path) {
      const request = open('HEAD', path);
      request.timeout = still_ms;
      await done(request, null);
      const offset = offsetOf(request);
      if (request.status !== 200 || offset === null) throw refused(request);
      return offset;
    },
    async send(path, { offset, bytes, progress, signal }) {
      const request = open('PATCH', path);
      request.setRequestHeader('Content-Type', 'application/offset+octet-stream');
      request.setRequestHeader('Upload-Offset', String(offset));
      await watched(request, { bytes, progress, signal });
      if (request.status === 200) return { info: JSON.parse(request.responseText) as FileInfo };
      const there = offsetOf(request);
      if (request.status !== 204 || there === null) throw refused(request);
      return { offset: there };
    },
    async cancel(path) {
      const request = open('DELETE', path);
      request.timeout = still_ms;
      await done(request, null);
    },
  };
}

/** Sends bytes for as long as they move. */
async function watched(
  request: XMLHttpRequest,
  { bytes, progress, signal }: Omit<Piece, 'offset'>,
): Promise<void> {
  const stop = () => {
    request.abort();
  };
  let timer = setTimeout(stop, still_ms);
  const within = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(stop, ms);
  };
  request.upload.onprogress = ({ loaded }) => {
    progress(loaded);
    within(loaded < bytes.byteLength ? still_ms : look_ms);
  };
  if (bytes.byteLength === 0) within(look_ms);
  signal.addEventListener('abort', stop);
  try {
    if (signal.aborted) throw new CarrierError(0);
    await done(request, bytes);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

function done(request: XMLHttpRequest, body: ArrayBuffer | null): Promise<void> {
  return new Promise((resolve, reject) => {
    request.onload = () => {
      resolve();
    };
    const none = () => {
      reject(new CarrierError(0));
    };
    request.onerror = none;
    request.onabort = none;
    request.ontimeout = none;
    request.send(body);
  });
}

function offsetOf(request: XMLHttpRequest): number | null {
  const text = request.getResponseHeader('Upload-Offset');
  return text === null || !/^\d{1,15}$/.test(text) ? null : Number(text);
}

function refused(request: XMLHttpRequest): CarrierError {
  return new CarrierError(request.status, refusalOf(request), offsetOf(request));
}

/** What the server says; a proxy before it says something else. */
function refusalOf(request: XMLHttpRequest): { code: ErrorCode; message: string } | null {
  try {
    const said = JSON.parse(request.responseText) as { code?: unknown; message?: unknown } | null;
    return typeof said?.code === 'string' && typeof said.message === 'string'
      ? { code: said.code as ErrorCode, message: said.message }
      : null;
  } catch {
    return null;
  }
}
