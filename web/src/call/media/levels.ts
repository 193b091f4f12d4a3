import { loudness } from './level';

/** What a receiver tells of what it played last. */
type Receiver = Pick<RTCRtpReceiver, 'getSynchronizationSources'>;

/** How loud somebody is received, from 0 (silence) to 1 (full scale), on the scale of `measureLevel`. */
export class ReceivedLevels {
  readonly #latest = new WeakMap<Receiver, number>();

  /** What came since the last reading; 0 where nothing did. */
  read(receiver: Receiver): number {
    const [source] = [...receiver.getSynchronizationSources()].sort(
      (a, b) => b.timestamp - a.timestamp,
    );
    if (source === undefined) return 0;
    // Sources are told of for ten seconds after their last packet.
    const stale = this.#latest.get(receiver) === source.timestamp;
    this.#latest.set(receiver, source.timestamp);
    const { audioLevel = 0 } = source;
    return stale ? 0 : loudness(audioLevel * audioLevel);
  }
}
