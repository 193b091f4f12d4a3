/** A chord of keys: one letter, digit or sign with the keys held beside it. */
export interface Shortcut {
  /** As it is printed on a key: `M`, `1`, `.`. */
  readonly key: string;
  /** The key's place, for writing systems and chords under which the key says something else. */
  readonly code: string;
  readonly alt?: true;
  readonly shift?: true;
  /** Ctrl, on Apple's keyboards Command. */
  readonly command?: true;
}

/** Whether the keyboard is Apple's, whose keys have signs of their own. */
export function isApple(platform: string = navigator.platform): boolean {
  return /mac|iphone|ipad/i.test(platform);
}

/** Alt and a letter: neither browsers nor screen readers use those that are chosen here. */
export function alt(key: string, shift?: 'shift'): Shortcut {
  return { key, code: codeOf(key), alt: true, ...(shift && { shift: true as const }) };
}

/** Ctrl, or Command, and a letter. */
export function command(key: string): Shortcut {
  return { key, code: codeOf(key), command: true };
}

const signs: Record<string, string> = { '.': 'Period', ',': 'Comma' };

function codeOf(key: string): string {
  if (/^\d$/.test(key)) return `Digit${key}`;
  return signs[key] ?? `Key${key}`;
}

/** The keys of a press that matter. */
export type Press = Pick<
  KeyboardEvent,
  'key' | 'code' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'
>;

/**
 * Whether these keys are this shortcut's. The letter decides where it is a Latin one, so that it is where it is
 * printed; a key that says `ㅡ`, `µ` or `!` is known by its place.
 */
export function matches(shortcut: Shortcut, press: Press, apple: boolean = isApple()): boolean {
  const commandKey = apple ? press.metaKey : press.ctrlKey;
  const otherKey = apple ? press.ctrlKey : press.metaKey;
  if (otherKey) return false;
  if (commandKey !== (shortcut.command ?? false)) return false;
  if (press.altKey !== (shortcut.alt ?? false)) return false;
  if (press.shiftKey !== (shortcut.shift ?? false)) return false;
  const latin = /^[a-z]$/i.test(press.key);
  return latin
    ? press.key.toUpperCase() === shortcut.key
    : press.key === shortcut.key || press.code === shortcut.code;
}

/** For people: `Alt+Shift+M`, or `⌥⇧M`. */
export function shortcutText(shortcut: Shortcut, apple: boolean = isApple()): string {
  return keysOf(shortcut, apple).join(apple ? '' : '+');
}

/** The keys one by one, as they are shown on keycaps. */
export function keysOf(shortcut: Shortcut, apple: boolean = isApple()): string[] {
  return [
    ...(shortcut.command ? [apple ? '⌘' : 'Ctrl'] : []),
    ...(shortcut.alt ? [apple ? '⌥' : 'Alt'] : []),
    ...(shortcut.shift ? [apple ? '⇧' : 'Shift'] : []),
    shortcut.key,
  ];
}

/** For `aria-keyshortcuts`. */
export function ariaText(shortcut: Shortcut, apple: boolean = isApple()): string {
  return [
    ...(shortcut.command ? [apple ? 'Meta' : 'Control'] : []),
    ...(shortcut.alt ? ['Alt'] : []),
    ...(shortcut.shift ? ['Shift'] : []),
    shortcut.key,
  ].join('+');
}
