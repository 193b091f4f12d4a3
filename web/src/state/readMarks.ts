/** How far somebody has read in a room. */
export interface ReadMark {
  /** The number of the last message that was read. */
  last: number;
  /** When that was, milliseconds since 1970-01-01T00:00:00Z. */
  at_ms: number;
  /** Of threads that one looked into: the time of the last message that was read there. */
  threads: Record<string, number>;
}

const key = 'zoom.read';
/** Rooms and threads that are remembered; of more, those of longest ago go. */
const most_rooms = 200;
const most_threads = 200;

/** How far this browser has read in a room; null where it was never there. */
export function readMarkOf(room: string): ReadMark | null {
  return all()[room] ?? null;
}

export function keepReadMark(room: string, mark: ReadMark): void {
  const threads = Object.fromEntries(
    Object.entries(mark.threads)
      .sort(([, a], [, b]) => b - a)
      .slice(0, most_threads),
  );
  const rooms = Object.entries({ ...all(), [room]: { ...mark, threads } })
    .sort(([, a], [, b]) => b.at_ms - a.at_ms)
    .slice(0, most_rooms);
  try {
    localStorage.setItem(key, JSON.stringify(Object.fromEntries(rooms)));
  } catch {
    // Private windows of some browsers have no storage.
  }
}

function all(): Record<string, ReadMark> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    if (typeof kept !== 'object' || kept === null) return {};
    return Object.fromEntries(Object.entries(kept).filter(isMark));
  } catch {
    return {};
  }
}

function isMark(kept: [string, unknown]): kept is [string, ReadMark] {
  const [, mark] = kept;
  if (typeof mark !== 'object' || mark === null) return false;
  const { last, at_ms, threads } = mark as Record<string, unknown>;
  return (
    typeof last === 'number' &&
    typeof at_ms === 'number' &&
    typeof threads === 'object' &&
    threads !== null
  );
}
