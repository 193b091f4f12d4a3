// What a screen of the gallery shows. Plain data without imports, so that the browser tests read it too.

/** What a browser answers when the page asks for a microphone or a camera. */
export type DeviceAnswer = 'granted' | 'asking' | 'denied' | 'missing' | 'busy' | 'insecure';

/** People are told by their place: 0 is oneself, 1 who came first, and so on. */
export interface World {
  language: 'en' | 'ko';
  room: string;
  /** Everybody in the room, with oneself. */
  people: number;
  /** `mixed` names are long, Korean, English and written from right to left. */
  names: 'short' | 'mixed';
  /** Of the others, those without a camera. */
  dark: number[];
  muted: number[];
  speaking: number[];
  /** The places of those who raised a hand, in that order. */
  hands: number[];
  /** Whose screens are shared. */
  screens: number[];
  /** The shape of those screens, width by height. */
  screenShape: number;
  /** Whose pictures the way to here does not carry. */
  paused: number[];
  /** Whose line is broken. */
  away: number[];
  /** Whose connection is fair, and whose poor. */
  fair: number[];
  poor: number[];
  typing: number[];
  /** `lively` has all that a conversation can have; `files` has pictures and files; `endless` takes long to scroll through. */
  talk: 'none' | 'short' | 'long' | 'lively' | 'endless' | 'files';
  /** How many of the last messages came since one was here; as many as there are for none. */
  unread: number;
  devices: DeviceAnswer;
  /** Whether the first sound waits for a click. */
  soundBlocked: boolean;
  /** Whether media arrives. */
  media: boolean;
  /** How the server answers a request to enter. */
  entering: 'welcome' | 'silence' | 'full';
}

export const plainWorld: World = {
  language: 'en',
  room: 'blue-otter-42',
  people: 3,
  names: 'short',
  dark: [],
  muted: [],
  speaking: [],
  hands: [],
  screens: [],
  screenShape: 16 / 9,
  paused: [],
  away: [],
  fair: [],
  poor: [],
  typing: [],
  talk: 'short',
  unread: 0,
  devices: 'granted',
  soundBlocked: false,
  media: true,
  entering: 'welcome',
};

/** The part of an address that opens the gallery's page on this world. */
export function worldQuery(world: Partial<World>): string {
  return `?world=${encodeURIComponent(JSON.stringify(world))}`;
}

/** The world that an address asks for; what it does not say is plain. */
export function worldOf(query: string): World {
  const asked = JSON.parse(new URLSearchParams(query).get('world') ?? '{}') as Partial<World>;
  const room = asked.language === 'ko' ? '파란-수달-42' : plainWorld.room;
  return { ...plainWorld, room, ...asked };
}
