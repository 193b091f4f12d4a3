// The room's page with a made-up server, made-up devices and made-up people: for looking at screens.
// `?world=` says what is there; nothing here is part of the program.
import { breakMedia, ScriptedConnection } from './connection';
import { ScriptedDevices } from './devices';
import { nameAt } from './people';
import { ScriptedServer } from './server';
import { worldOf } from './world';

beginAt(Date.parse('2026-05-14T10:24:00Z'));
const world = worldOf(location.search);
const server = new ScriptedServer(world);

/** What may be made to happen, by hand in the console or by a test. */
export interface Gallery {
  server: ScriptedServer;
  breakMedia: () => void;
}

declare global {
  interface Window {
    gallery: Gallery;
  }
}

window.gallery = { server, breakMedia };
ScriptedConnection.reaches = world.media;
Object.assign(window, {
  WebSocket: function WebSocket(url: string, protocol: string) {
    return server.connect(url, protocol);
  },
  RTCPeerConnection: ScriptedConnection,
});
const insecure = world.devices === 'insecure';
Object.defineProperty(navigator, 'mediaDevices', {
  value: insecure ? undefined : new ScriptedDevices(world),
});
if (insecure) Object.defineProperty(window, 'isSecureContext', { value: false });
Object.defineProperty(navigator, 'permissions', {
  value: {
    query: () => {
      const { devices } = world;
      const refused = devices === 'denied' ? 'denied' : 'granted';
      const state = devices === 'asking' ? 'prompt' : refused;
      return Promise.resolve(Object.assign(new EventTarget(), { state, onchange: null }));
    },
  },
});
if (world.soundBlocked) holdSoundBack();

const preferences = 'zoom.preferences';
const kept = JSON.parse(localStorage.getItem(preferences) ?? '{}') as object;
localStorage.setItem(preferences, JSON.stringify({ name: nameAt(world, 0), ...kept }));

document.documentElement.lang = world.language;
const app = document.getElementById('app');
if (app !== null) Object.assign(app.dataset, { room: world.room, lang: world.language });
await import('../src/room/main');

/** The page's clock begins at this moment, so that what it tells of times is always the same. */
function beginAt(time_ms: number): void {
  const shift_ms = time_ms - Date.now();
  window.Date = class extends Date {
    constructor(...given: unknown[]) {
      super(...((given.length === 0 ? [Date.now()] : given) as [number]));
    }

    static override now(): number {
      return super.now() + shift_ms;
    }
  } as DateConstructor;
}

/** Nothing sounds before the first click, as in browsers that do not trust a page yet. */
function holdSoundBack(): void {
  const play = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'play')
    ?.value as () => Promise<void>;
  let clicks = 0;
  // Whoever goes in clicks once.
  window.addEventListener('click', () => (clicks += 1), { capture: true });
  HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
    if (this.muted || clicks > 1) return play.call(this);
    return Promise.reject(new DOMException('', 'NotAllowedError'));
  };
}
