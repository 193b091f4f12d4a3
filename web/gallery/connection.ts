import type { Paint } from './drawing';
import { Scene, tone } from './studio';

interface Transceiver {
  mid: string | null;
  direction: RTCRtpTransceiverDirection;
  sender: {
    track: MediaStreamTrack | null;
    replaceTrack: (track: MediaStreamTrack | null) => Promise<void>;
    getParameters: () => object;
    setParameters: () => Promise<void>;
    getStats: () => Promise<Map<string, unknown>>;
  };
  receiver: {
    track: MediaStreamTrack;
    getStats: () => Promise<Map<string, unknown>>;
    getSynchronizationSources: () => RTCRtpSynchronizationSource[];
  };
  setCodecPreferences: () => void;
  scene: Scene | null;
}

/** The connections that are not closed; the page means the newest. */
const open: ScriptedConnection[] = [];

/** Shows something on an m-line, perhaps in another shape than a camera's, or nothing. */
export function showOn(mid: string, paint: Paint | null, shape?: number): void {
  open.at(-1)?.show(mid, paint, shape);
}

/** The way that media takes breaks, and nothing gets through any more. */
export function breakMedia(): void {
  ScriptedConnection.reaches = false;
  open.at(-1)?.become('disconnected');
}

/**
 * An RTCPeerConnection without a network: what it receives is drawn here. It connects when it is answered, unless
 * `reaches` says that nothing gets through.
 */
export class ScriptedConnection extends EventTarget {
  static reaches = true;

  connectionState: RTCPeerConnectionState = 'new';
  iceConnectionState: RTCIceConnectionState = 'new';
  remoteDescription: RTCSessionDescriptionInit | null = null;
  readonly #transceivers: Transceiver[] = [];
  readonly #arrived = new Set<Transceiver>();

  constructor() {
    super();
    open.push(this);
  }

  addTransceiver(kind: 'audio' | 'video', init: RTCRtpTransceiverInit = {}): Transceiver {
    const receives = init.direction === 'recvonly';
    const scene = receives && kind === 'video' ? new Scene(null) : null;
    const noStats = () => Promise.resolve(new Map<string, unknown>());
    const sender: Transceiver['sender'] = {
      track: null,
      replaceTrack: (track) => {
        sender.track = track;
        return Promise.resolve();
      },
      getParameters: () => ({ encodings: [{}] }),
      setParameters: () => Promise.resolve(),
      getStats: noStats,
    };
    const transceiver: Transceiver = {
      mid: null,
      direction: init.direction ?? 'sendrecv',
      sender,
      receiver: {
        track: scene?.track ?? tone(0),
        getStats: noStats,
        getSynchronizationSources: () => [],
      },
      setCodecPreferences: () => undefined,
      scene,
    };
    this.#transceivers.push(transceiver);
    return transceiver;
  }

  getTransceivers(): Transceiver[] {
    return this.#transceivers;
  }

  createOffer(): Promise<RTCSessionDescriptionInit> {
    return Promise.resolve({ type: 'offer', sdp: 'v=0\r\n' });
  }

  setLocalDescription(): Promise<void> {
    this.#transceivers.forEach((transceiver, index) => (transceiver.mid = String(index)));
    return Promise.resolve();
  }

  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    this.remoteDescription = description;
    if (!ScriptedConnection.reaches) {
      this.become('failed');
      return Promise.resolve();
    }
    for (const transceiver of this.#transceivers) this.#arrive(transceiver);
    if (this.connectionState !== 'connected') this.become('connected');
    return Promise.resolve();
  }

  restartIce(): void {
    this.iceConnectionState = 'checking';
  }

  getStats(): Promise<Map<string, unknown>> {
    return Promise.resolve(new Map<string, unknown>());
  }

  close(): void {
    for (const { scene } of this.#transceivers) scene?.close();
    open.splice(open.indexOf(this), 1);
  }

  become(state: 'connected' | 'disconnected' | 'failed'): void {
    this.connectionState = state;
    this.iceConnectionState = state;
    this.dispatchEvent(new Event('connectionstatechange'));
    this.dispatchEvent(new Event('iceconnectionstatechange'));
  }

  show(mid: string, paint: Paint | null, shape?: number): void {
    this.#transceivers.find((it) => it.mid === mid)?.scene?.show(paint, shape);
  }

  #arrive(transceiver: Transceiver): void {
    if (transceiver.direction !== 'recvonly' || this.#arrived.has(transceiver)) return;
    this.#arrived.add(transceiver);
    const { track } = transceiver.receiver;
    const fields = { transceiver, track, receiver: transceiver.receiver, streams: [] };
    this.dispatchEvent(Object.assign(new Event('track'), fields));
  }
}
