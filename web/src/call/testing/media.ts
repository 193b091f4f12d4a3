import { vi } from 'vitest';

/** A track that goes nowhere. */
export class FakeTrack extends EventTarget {
  enabled = true;
  muted = false;
  readyState: 'live' | 'ended' = 'live';
  contentHint = '';
  constraints: MediaTrackConstraints | null = null;
  displaySurface: string | undefined;
  onended: (() => void) | null = null;
  onmute: (() => void) | null = null;
  onunmute: (() => void) | null = null;

  constructor(
    readonly kind: 'audio' | 'video',
    readonly label: string,
    readonly deviceId = label,
    readonly id = `track-${label}`,
  ) {
    super();
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /** The device was pulled out. */
  unplug(): void {
    this.readyState = 'ended';
    this.onended?.();
  }

  /** The system took the device away for a while. */
  interrupt(): void {
    this.muted = true;
    this.onmute?.();
  }

  /** The system gave it back. */
  resume(): void {
    this.muted = false;
    this.onunmute?.();
  }

  /** Its first packet came. */
  unmute(): void {
    this.muted = false;
    this.dispatchEvent(new Event('unmute'));
  }

  applyConstraints(constraints: MediaTrackConstraints): Promise<void> {
    this.constraints = constraints;
    return Promise.resolve();
  }

  clone(): FakeTrack {
    const copy = new FakeTrack(this.kind, this.label, this.deviceId);
    copy.enabled = this.enabled;
    return copy;
  }

  getSettings() {
    return { deviceId: this.deviceId, displaySurface: this.displaySurface };
  }

  get asTrack(): MediaStreamTrack {
    return this as unknown as MediaStreamTrack;
  }
}

export class FakeStream {
  static made = 0;
  readonly #tracks: FakeTrack[];

  constructor(
    tracks: FakeTrack[] = [],
    readonly id = `stream-${String((FakeStream.made += 1))}`,
  ) {
    this.#tracks = [...tracks];
  }

  getTracks() {
    return this.#tracks;
  }

  getAudioTracks() {
    return this.#tracks.filter(({ kind }) => kind === 'audio');
  }

  getVideoTracks() {
    return this.#tracks.filter(({ kind }) => kind === 'video');
  }

  addTrack(track: FakeTrack) {
    this.#tracks.push(track);
  }

  removeTrack(track: FakeTrack) {
    const index = this.#tracks.indexOf(track);
    if (index >= 0) this.#tracks.splice(index, 1);
  }
}

export interface FakeTransceiver {
  kind: string;
  mid: string | null;
  init: RTCRtpTransceiverInit;
  sender: { track: unknown; replaceTrack: (track: unknown) => Promise<void> };
  receiver: { track: FakeTrack };
  codecs: RTCRtpCodec[];
  setCodecPreferences: (codecs: RTCRtpCodec[]) => void;
}

/** An RTCPeerConnection without a network. */
export class FakeConnection extends EventTarget {
  connectionState: RTCPeerConnectionState = 'new';
  readonly transceivers: FakeTransceiver[] = [];
  readonly answers: string[] = [];
  offersMade = 0;
  restarts = 0;
  closed = false;

  constructor(readonly configuration: RTCConfiguration) {
    super();
  }

  addTransceiver(kind: 'audio' | 'video', init: RTCRtpTransceiverInit): FakeTransceiver {
    const sender: FakeTransceiver['sender'] = {
      track: null,
      replaceTrack: (track) => {
        sender.track = track;
        return Promise.resolve();
      },
    };
    const transceiver: FakeTransceiver = {
      kind,
      mid: null,
      init,
      sender,
      receiver: { track: new FakeTrack(kind, `in-${String(this.transceivers.length)}`) },
      codecs: [],
      setCodecPreferences: (codecs) => {
        transceiver.codecs = codecs;
      },
    };
    this.transceivers.push(transceiver);
    return transceiver;
  }

  restartIce(): void {
    this.restarts += 1;
  }

  createOffer(): Promise<RTCSessionDescriptionInit> {
    this.offersMade += 1;
    return Promise.resolve({ type: 'offer', sdp: `offer ${String(this.offersMade)}` });
  }

  setLocalDescription(): Promise<void> {
    // Mids come with the description, as in browsers.
    this.transceivers.forEach((transceiver, index) => (transceiver.mid = String(index)));
    return Promise.resolve();
  }

  setRemoteDescription({ sdp }: RTCSessionDescriptionInit): Promise<void> {
    this.answers.push(sdp ?? '');
    return Promise.resolve();
  }

  close(): void {
    this.closed = true;
  }

  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.dispatchEvent(new Event('connectionstatechange'));
  }

  /** The answer put this transceiver's track into a stream of that id. */
  arrive(transceiver: FakeTransceiver, stream: FakeStream): void {
    stream.addTrack(transceiver.receiver.track);
    const fields = { transceiver, track: transceiver.receiver.track, streams: [stream] };
    this.dispatchEvent(Object.assign(new Event('track'), fields));
  }
}

/** Makes connections and keeps them. */
export class FakeConnections {
  readonly all: FakeConnection[] = [];

  readonly create = (configuration: RTCConfiguration): RTCPeerConnection => {
    const connection = new FakeConnection(configuration);
    this.all.push(connection);
    return connection as unknown as RTCPeerConnection;
  };

  get last(): FakeConnection {
    const connection = this.all.at(-1);
    if (connection === undefined) throw new Error('no connection was made');
    return connection;
  }
}

/** What a test's browser must have for the engine to think that it can call. */
export function stubWebRtc(): void {
  const codec = (mimeType: string) => ({ mimeType, clockRate: 90_000 });
  const codecs = {
    audio: ['audio/opus', 'audio/red', 'audio/PCMU'].map(codec),
    video: ['video/VP8', 'video/rtx', 'video/H264', 'video/ulpfec'].map(codec),
  };
  vi.stubGlobal('RTCPeerConnection', FakeConnection);
  vi.stubGlobal('RTCRtpReceiver', {
    getCapabilities: (kind: 'audio' | 'video') => ({ codecs: codecs[kind] }),
  });
  vi.stubGlobal('MediaStream', FakeStream);
}

interface FakeDevice {
  kind: MediaDeviceKind;
  deviceId: string;
  label: string;
}

/** Devices that a test plugs in and out. */
export class FakeDevices extends EventTarget {
  readonly opened: FakeTrack[] = [];
  readonly asked: MediaStreamConstraints[] = [];
  devices: FakeDevice[] = [
    { kind: 'audioinput', deviceId: 'mic-1', label: 'Desk microphone' },
    { kind: 'videoinput', deviceId: 'cam-1', label: 'Desk camera' },
  ];
  /** What asking for a kind is refused with. */
  refusals: { audio?: string; video?: string; screen?: string } = {};

  enumerateDevices() {
    return Promise.resolve(this.devices.map((device) => ({ groupId: '', ...device })));
  }

  /** Puts a device at the end of the list, or as the system's own at its head. */
  plug(device: FakeDevice, { asDefault = false } = {}): void {
    if (asDefault) this.devices.unshift(device);
    else this.devices.push(device);
    this.dispatchEvent(new Event('devicechange'));
  }

  /** Takes a device away, and ends what was opened of it. */
  unplug(deviceId: string): void {
    this.devices = this.devices.filter((device) => device.deviceId !== deviceId);
    for (const track of this.opened) {
      if (track.deviceId === deviceId && track.readyState === 'live') track.unplug();
    }
    this.dispatchEvent(new Event('devicechange'));
  }

  getUserMedia(constraints: MediaStreamConstraints): Promise<FakeStream> {
    this.asked.push(constraints);
    const kinds = (['audio', 'video'] as const).filter((kind) => constraints[kind] !== undefined);
    const refusal = kinds.map((kind) => this.refusals[kind]).find((it) => it !== undefined);
    if (refusal !== undefined) return Promise.reject(new DOMException('', refusal));
    return Promise.resolve(
      new FakeStream(kinds.map((kind) => this.#open(kind, constraints[kind]))),
    );
  }

  getDisplayMedia(): Promise<FakeStream> {
    if (this.refusals.screen !== undefined) {
      return Promise.reject(new DOMException('', this.refusals.screen));
    }
    const track = new FakeTrack('video', 'Screen');
    this.opened.push(track);
    return Promise.resolve(new FakeStream([track]));
  }

  get asDevices(): MediaDevices {
    return this as unknown as MediaDevices;
  }

  #open(kind: 'audio' | 'video', wanted: MediaStreamConstraints['audio']): FakeTrack {
    const inputs = this.devices.filter((it) => it.kind === `${kind}input`);
    const wish = typeof wanted === 'object' ? wanted.deviceId : undefined;
    const id =
      typeof wish === 'object' && !Array.isArray(wish) ? (wish.exact ?? wish.ideal) : undefined;
    const device = inputs.find(({ deviceId }) => deviceId === id) ?? inputs[0];
    const track = new FakeTrack(kind, device?.label ?? kind, device?.deviceId);
    this.opened.push(track);
    return track;
  }
}
