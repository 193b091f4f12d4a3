/** A room that was entered from this browser. */
export interface Visited {
  /** The room's name as it is written. */
  name: string;
  /** When it was last entered, in milliseconds since 1970. */
  at: number;
}

const key = 'zoom.visited';

/** More than anybody looks through. */
const most = 12;

/** The rooms entered from this browser, the latest first. */
export function visitedRooms(): Visited[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    if (!Array.isArray(stored)) return [];
    return stored.filter(isVisited).slice(0, most);
  } catch {
    return [];
  }
}

/** Remembers that a room was entered; where the browser forbids that, nothing happens. */
export function rememberRoom(name: string, at: number = Date.now()): void {
  write([{ name, at }, ...others(name)].slice(0, most));
}

/** Forgets one room. */
export function forgetRoom(name: string): void {
  write(others(name));
}

/** Forgets all of them. */
export function forgetRooms(): void {
  write([]);
}

/** The path of a room's page. */
export function roomPath(name: string): string {
  return `/r/${encodeURIComponent(name)}`;
}

/** Names that differ in case alone are one room. */
function others(name: string): Visited[] {
  return visitedRooms().filter((room) => fold(room.name) !== fold(name));
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function write(rooms: Visited[]): void {
  try {
    if (rooms.length === 0) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(rooms));
  } catch {
    // Private windows of some browsers have no storage.
  }
}

function isVisited(value: unknown): value is Visited {
  if (typeof value !== 'object' || value === null) return false;
  const { name, at } = value as Partial<Record<keyof Visited, unknown>>;
  return typeof name === 'string' && name !== '' && typeof at === 'number';
}
