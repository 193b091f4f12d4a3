import type {
  MediaAnswer,
  MediaOffer,
  Slot,
  SlotId,
  SlotKind,
  Source,
  SourceMids,
} from '../../protocol/messages';
import { Emitter } from '../emitter';
import { JitterBuffers } from './jitter';
import type { SlotCounts } from './layout';
import type { SlotMedia } from './playback';
import { cameraLayers, phoneLayers, roomCodecs, screenLayer, sourceOrder } from './layout';

/** Makes a connection; the platform's RTCPeerConnection by default. */
export type CreateConnection = (configuration: RTCConfiguration) => RTCPeerConnection;

export interface PeerEvents {
  connection: RTCPeerConnectionState;
  /** A slot's stream came, or has another track. */
  stream: SlotId;
}

/** A receive place and what came for it. */
export interface PeerSlot {
  readonly slot: SlotId;
  readonly kind: SlotKind;
  readonly audio: RTCRtpTransceiver;
  readonly video: RTCRtpTransceiver | null;
  media: SlotMedia | null;
}

/**
 * One RTCPeerConnection to the server. Its m-lines are laid once: four that send, whose tracks come and go by
 * `replaceTrack`, and the slots that receive. Only this side offers, so there is no glare.
 */
export class Peer extends Emitter<PeerEvents> {
  readonly connection: RTCPeerConnection;
  readonly #sending = new Map<Source, RTCRtpTransceiver>();
  readonly #slots: PeerSlot[] = [];
  readonly #layers: readonly RTCRtpEncodingParameters[];
  readonly #jitterBuffers = new JitterBuffers(this);
  #prepared: Promise<RTCSessionDescriptionInit> | null = null;
  #offers = 0;

  constructor(options: {
    slots: SlotCounts;
    /** A phone sends smaller pictures. */
    phone?: boolean | undefined;
    createConnection?: CreateConnection | undefined;
  }) {
    super();
    this.#layers = options.phone === true ? phoneLayers : cameraLayers;
    const create = options.createConnection ?? ((it) => new RTCPeerConnection(it));
    this.connection = create({ bundlePolicy: 'max-bundle', iceServers: [] });
    this.connection.addEventListener('connectionstatechange', this.#connectionChanged);
    this.connection.addEventListener('track', this.#trackCame);
    for (const source of sourceOrder) this.#sending.set(source, this.#addSource(source));
    this.grow(options.slots);
  }

  get slots(): readonly PeerSlot[] {
    return this.#slots;
  }

  /** Offers that this connection made. */
  get offers(): number {
    return this.#offers;
  }

  get counts(): SlotCounts {
    const count = (kind: SlotKind) => this.#slots.filter((slot) => slot.kind === kind).length;
    return { person: count('person'), voice: count('voice'), stage: count('stage') };
  }

  /** Adds the slots that are missing to these counts; they exist for the server from the next offer on. */
  grow(counts: SlotCounts): void {
    for (const kind of ['person', 'voice', 'stage'] as const) {
      for (let index = this.counts[kind]; index < counts[kind]; index += 1) {
        this.#slots.push({
          slot: `${kind}-${String(index)}`,
          kind,
          audio: this.#addTransceiver('audio', { direction: 'recvonly' }),
          video: kind === 'voice' ? null : this.#addTransceiver('video', { direction: 'recvonly' }),
          media: null,
        });
      }
    }
  }

  /** Makes and applies the first offer ahead of time: keys, codecs and m-lines cost tens of milliseconds. */
  prepare(): void {
    this.#prepared ??= this.#describe();
    // Who uses it meets the failure.
    this.#prepared.catch(() => undefined);
  }

  /** Makes the next offer, with other ICE credentials where `restart` is set. */
  async offer(options: { restart: boolean }): Promise<MediaOffer> {
    if (options.restart) this.connection.restartIce();
    const prepared = options.restart ? null : this.#prepared;
    this.#prepared = null;
    const offer = await (prepared ?? this.#describe());
    this.#offers += 1;
    return {
      offer: offer.sdp ?? '',
      sources: this.#sourceMids(),
      slots: this.#slots.map(describe),
    };
  }

  /** Takes the server's answer to the last offer. */
  async accept({ answer }: MediaAnswer): Promise<void> {
    await this.connection.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  /** Sends this track as that source from here on; null sends nothing. No offer is needed. */
  async setTrack(source: Source, track: MediaStreamTrack | null): Promise<void> {
    const sender = this.#sending.get(source)?.sender;
    if (sender === undefined) return;
    if (sender.track !== track) await sender.replaceTrack(track);
    // Of the same track, too: its owner may have changed what it is for.
    if (source === 'screen' && track !== null) await keepWhatMatters(sender, track);
  }

  /** Statistics of what is sent as this source. */
  senderOf(source: Source): RTCRtpSender | null {
    return this.#sending.get(source)?.sender ?? null;
  }

  close(): void {
    this.clear();
    this.#jitterBuffers.stop();
    this.connection.removeEventListener('connectionstatechange', this.#connectionChanged);
    this.connection.removeEventListener('track', this.#trackCame);
    this.connection.close();
  }

  async #describe(): Promise<RTCSessionDescriptionInit> {
    const offer = await this.connection.createOffer();
    await this.connection.setLocalDescription(offer);
    return offer;
  }

  #addSource(source: Source): RTCRtpTransceiver {
    const direction = 'sendonly';
    switch (source) {
      case 'microphone':
        return this.#addTransceiver('audio', { direction }, 'microphone');
      case 'screen_audio':
        return this.#addTransceiver('audio', { direction });
      case 'camera':
        return this.#addTransceiver('video', { direction, sendEncodings: [...this.#layers] });
      case 'screen':
        return this.#addTransceiver('video', { direction, sendEncodings: [screenLayer] });
    }
  }

  #addTransceiver(
    kind: 'audio' | 'video',
    init: RTCRtpTransceiverInit,
    use: 'microphone' | 'audio' | 'video' = kind,
  ): RTCRtpTransceiver {
    const transceiver = this.connection.addTransceiver(kind, init);
    // Receiving capabilities for sending m-lines too: that is what the method is specified to take.
    const codecs = roomCodecs(use, RTCRtpReceiver.getCapabilities(kind)?.codecs ?? []);
    if (codecs.length > 0) transceiver.setCodecPreferences(codecs);
    return transceiver;
  }

  #sourceMids(): SourceMids {
    const mids: SourceMids = {};
    for (const [source, { mid }] of this.#sending) {
      if (mid !== null) mids[source] = mid;
    }
    return mids;
  }

  readonly #connectionChanged = (): void => {
    if (this.connection.connectionState === 'connected') this.#jitterBuffers.start();
    this.emit('connection', this.connection.connectionState);
  };

  readonly #trackCame = (event: RTCTrackEvent): void => {
    const slot = this.#slots.find(
      ({ audio, video }) => audio === event.transceiver || video === event.transceiver,
    );
    if (slot === undefined) return;
    // The server puts a slot's sound and picture under one stream id, which is what makes browsers keep them
    // together; here they only have to stay in that stream.
    slot.media ??= {
      stream: event.streams[0] ?? new MediaStream(),
      video: slot.video?.receiver.track ?? null,
    };
    const { stream } = slot.media;
    if (!stream.getTracks().includes(event.track)) stream.addTrack(event.track);
    this.emit('stream', slot.slot);
  };
}

function describe({ slot, audio, video }: PeerSlot): Slot {
  const described: Slot = { slot, audio: audio.mid ?? '' };
  return video === null ? described : { ...described, video: video.mid ?? '' };
}

/** A shared text is read: rather fewer pictures than blurred ones. Of what moves, rather all of them. */
async function keepWhatMatters(
  sender: RTCRtpSender,
  { contentHint }: MediaStreamTrack,
): Promise<void> {
  try {
    await sender.setParameters({
      ...sender.getParameters(),
      degradationPreference:
        contentHint === 'motion' ? 'maintain-framerate' : 'maintain-resolution',
    });
  } catch {
    // Firefox does not know the preference; it scales less by itself.
  }
}
