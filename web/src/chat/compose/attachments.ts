import type { OutgoingFile } from '../../call';

/** Files that go with the message that is being written. */
export interface Attachments {
  /** Those that are on the server, in their order. */
  readonly finished: readonly OutgoingFile[];
  /** Some are on their way, or failed and wait for the person. */
  readonly busy: boolean;
  /** One failed, and waits for the person. */
  readonly failed: boolean;
  /** Takes files that were pasted. */
  add(files: readonly File[]): void;
  /** They are in a message. */
  clear(): void;
}
