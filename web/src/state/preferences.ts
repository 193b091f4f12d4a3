/** What this browser remembers of a person between meetings. */
export interface Preferences {
  name: string;
  microphone: boolean;
  camera: boolean;
  microphoneId: string | null;
  cameraId: string | null;
  speakerId: string | null;
  /** What is behind one is blurred. */
  blur: boolean;
  /** Noise is taken out of one's voice. */
  quiet: boolean;
  /** How tiles are laid out. */
  arrangement: string;
  /** One's own picture is not shown to oneself. */
  ownHidden: boolean;
  /** Where notices are: `top` or `bottom`. */
  noticesAt: string;
  /** Keys do what actions do. */
  shortcuts: boolean;
  /** One talks while the space bar is held. */
  talkKey: boolean;
  /** One is told when one speaks muted. */
  mutedHint: boolean;
  /** One is told whose loudspeaker gives back one's voice. */
  echoHint: boolean;
  /** Messages that are not seen are heard. */
  messageSounds: boolean;
}

const key = 'zoom.preferences';

const first: Preferences = {
  name: '',
  microphone: true,
  camera: true,
  microphoneId: null,
  cameraId: null,
  speakerId: null,
  blur: false,
  quiet: false,
  arrangement: 'auto',
  ownHidden: false,
  noticesAt: 'top',
  shortcuts: true,
  talkKey: true,
  mutedHint: true,
  echoHint: true,
  messageSounds: true,
};

/** What is remembered; of what cannot be read, the first settings. */
export function readPreferences(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return first;
    const known = Object.entries(stored).filter(([name, value]) => {
      const like = first[name as keyof Preferences] as unknown;
      return name in first && (value === null ? like === null : kindOf(value) === kindOf(like));
    });
    return { ...first, ...(Object.fromEntries(known) as Partial<Preferences>) };
  } catch {
    return first;
  }
}

/** Remembers it; where the browser forbids that, the next meeting asks again. */
export function writePreferences(change: Partial<Preferences>): void {
  try {
    localStorage.setItem(key, JSON.stringify({ ...readPreferences(), ...change }));
  } catch {
    // Private windows of some browsers have no storage.
  }
}

/** A missing choice is a text that is not there. */
function kindOf(value: unknown): string {
  return value === null ? 'string' : typeof value;
}
