// What runs in the page before its own scripts: it collects the page's peer connections and
// sockets, so that a test sees them without the page's help.

/** A track as it arrived from the server. */
export interface ArrivedTrack {
  mid: string | null;
  kind: string;
  streams: string[];
}

/** What the collector keeps; `window.watched` in the page. */
export interface Watched {
  peers: { peer: RTCPeerConnection; offers: number; tracks: ArrivedTrack[] }[];
  sockets: { socket: WebSocket; sent: string[] }[];
  /** How often the page asked for a microphone or a camera, and how often it got an answer. */
  devices: { asked: number; answered: number };
  violations: string[];
}

declare global {
  interface Window {
    watched: Watched;
  }
}

/** Given to `addInitScript`; must not use anything from outside itself. */
export function watch(): void {
  const watched: Watched = {
    peers: [],
    sockets: [],
    devices: { asked: 0, answered: 0 },
    violations: [],
  };
  window.watched = watched;

  window.RTCPeerConnection = class extends RTCPeerConnection {
    private readonly record: Watched['peers'][number];

    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.record = { peer: this, offers: 0, tracks: [] };
      watched.peers.push(this.record);
      this.addEventListener('track', ({ track, streams, transceiver }) => {
        const { mid } = transceiver;
        this.record.tracks.push({ mid, kind: track.kind, streams: streams.map(({ id }) => id) });
      });
    }

    override async setLocalDescription(
      description?: RTCLocalSessionDescriptionInit,
    ): Promise<void> {
      this.record.offers += 1;
      return super.setLocalDescription(description);
    }
  };

  window.WebSocket = class extends WebSocket {
    private readonly record: Watched['sockets'][number];

    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.record = { socket: this, sent: [] };
      watched.sockets.push(this.record);
    }

    override send(data: string): void {
      const { type } = JSON.parse(data) as { type: string };
      this.record.sent.push(type);
      super.send(data);
    }
  };

  document.addEventListener('securitypolicyviolation', (event) => {
    watched.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
  });

  // about:blank, where every page begins, has no devices.
  if (!window.isSecureContext) return;
  const { mediaDevices } = navigator;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    watched.devices.asked += 1;
    try {
      return await getUserMedia(constraints);
    } finally {
      watched.devices.answered += 1;
    }
  };
}
