import type { ErrorAnswer, ErrorCode } from '../protocol/messages';

/** The server answered that a request was not done. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** What programs go by. */
  readonly code: ErrorCode;

  constructor(answer: ErrorAnswer) {
    super(answer.message);
    this.code = answer.code;
  }
}

/**
 * A request has no answer: the line broke, or was never there. Whether the server did what was asked is
 * unknown.
 */
export class LineError extends Error {
  override readonly name = 'LineError';
}

/** The same request may succeed a little later. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof RequestError &&
    (error.code === 'too_fast' || error.code === 'busy' || error.code === 'offer_pending')
  );
}
