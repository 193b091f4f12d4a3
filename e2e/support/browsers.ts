// How each browser is started: Debian's own builds, with pretended microphones and cameras.
import { chromium, firefox, type Browser, type LaunchOptions } from '@playwright/test';

export type BrowserName = 'chromium' | 'firefox';

/** What a browser answers when a page asks for a microphone or a camera. */
export type Devices = 'granted' | 'denied' | 'none';

/** What a browser gets beyond the defaults. */
export interface BrowserWish {
  devices?: Devices | undefined;
  /** Firefox shares a screen only with a window. */
  window?: boolean | undefined;
  /** Prefers the dark, which Firefox learns when it starts. */
  dark?: boolean | undefined;
  /** A Y4M file that Chromium takes for its camera. */
  camera?: string | undefined;
  /** A WAV file that Chromium takes for what its microphone hears. */
  voice?: string | undefined;
}

/** Where a browser runs that is not on the program's own machine. */
export interface FarEnd {
  /** A process in its network namespace. */
  pid: number;
  /** The port by which Firefox is steered there. */
  controlPort: number;
}

const bundled = process.env['ZOOM_BROWSERS'] === 'playwright';

const chromiumArguments: Record<Devices, string[]> = {
  // Several cameras, so that one can choose; the second is of a kind that is never encoded.
  granted: ['--use-fake-device-for-media-stream=device-count=3', '--use-fake-ui-for-media-stream'],
  denied: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream=deny'],
  none: ['--use-fake-device-for-media-stream=device-count=0', '--use-fake-ui-for-media-stream'],
};

type Preferences = NonNullable<LaunchOptions['firefoxUserPrefs']>;

const firefoxPreferences: Record<Devices, Preferences> = {
  granted: { 'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true },
  denied: {
    'media.navigator.streams.fake': true,
    'media.navigator.permission.disabled': false,
    'permissions.default.camera': 2,
    'permissions.default.microphone': 2,
  },
  // The machines that run this have neither.
  none: { 'media.navigator.permission.disabled': true },
};

const chromiumProgram = bundled
  ? chromium.executablePath()
  : (process.env['ZOOM_CHROMIUM'] ?? '/usr/bin/chromium');

const firefoxProgram = bundled
  ? firefox.executablePath()
  : (process.env['ZOOM_FIREFOX'] ?? '/usr/bin/firefox-esr');

/** A program where it runs: here, or at the far end of a link. */
function placed(program: string, farEnd: FarEnd | undefined): LaunchOptions {
  if (!farEnd) return { executablePath: program };
  return {
    executablePath: new URL('link/inside', import.meta.url).pathname,
    env: {
      ...(process.env as Record<string, string>),
      ZOOM_LINK_PID: String(farEnd.pid),
      ZOOM_LINK_BROWSER: program,
      ZOOM_LINK_CONTROL: String(farEnd.controlPort),
    },
  };
}

/** Starts one browser; whoever calls closes it. */
export async function launch(
  name: BrowserName,
  wish: BrowserWish = {},
  farEnd?: FarEnd,
): Promise<Browser> {
  const devices = wish.devices ?? 'granted';
  if (name === 'chromium') {
    return chromium.launch({
      ...placed(chromiumProgram, farEnd),
      args: [
        '--no-sandbox',
        '--autoplay-policy=no-user-gesture-required',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        ...chromiumArguments[devices],
        ...(wish.voice === undefined ? [] : [`--use-file-for-fake-audio-capture=${wish.voice}`]),
        ...(wish.camera === undefined ? [] : [`--use-file-for-fake-video-capture=${wish.camera}`]),
      ],
    });
  }
  return firefox.launch({
    ...(bundled ? {} : { channel: 'moz-firefox' }),
    ...placed(firefoxProgram, farEnd),
    headless: !wish.window,
    firefoxUserPrefs: {
      'media.autoplay.default': 0,
      // 0 is dark, 2 what the system has.
      'layout.css.prefers-color-scheme.content-override': wish.dark ? 0 : 2,
      ...firefoxPreferences[devices],
    },
  });
}
