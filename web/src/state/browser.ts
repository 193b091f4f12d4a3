/** Where a person finds what a sentence names: menus differ by browser, system settings by system. */
export interface Place {
  browser: 'chromium' | 'firefox' | 'safari' | 'other';
  system: 'ios' | 'android' | 'mac' | 'windows' | 'other';
}

/** What of `navigator` tells one browser from another. */
export interface Signs {
  userAgent: string;
  maxTouchPoints: number;
  userAgentData?: { brands?: readonly { brand: string }[]; platform?: string };
}

/**
 * Which browser and system this is, for sentences that name a menu. What a browser can do is asked of the browser
 * itself, never of this.
 */
export function placeOf({ userAgent, maxTouchPoints, userAgentData }: Signs): Place {
  const has = (sign: RegExp) => sign.test(userAgent);
  const system = has(/iPhone|iPad|iPod/)
    ? 'ios'
    : has(/Android/) || userAgentData?.platform === 'Android'
      ? 'android'
      : // Tablets of one maker say that they are its desks.
        has(/Macintosh/)
        ? maxTouchPoints > 1
          ? 'ios'
          : 'mac'
        : has(/Windows/)
          ? 'windows'
          : 'other';
  const chromium =
    userAgentData?.brands?.some(({ brand }) => brand === 'Chromium') ?? has(/Chrome\/|CriOS/);
  const browser = chromium
    ? 'chromium'
    : has(/Firefox\/|FxiOS/)
      ? 'firefox'
      : has(/Safari\//) && !has(/EdgiOS|OPT\//)
        ? 'safari'
        : 'other';
  return { browser, system };
}

/** This one. */
export function here(): Place {
  return placeOf(navigator);
}

/** Whether this is a phone: held in a hand, on a battery, with a screen on which small pictures are enough. */
export function isPhone(): boolean {
  const { system } = here();
  const hand = system === 'ios' || system === 'android';
  return hand && Math.min(screen.width, screen.height) < 600;
}
