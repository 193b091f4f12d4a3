import type { Mention, Person } from '../protocol/messages';

/** What somebody wrote and did not send yet. */
export interface KeptDraft {
  text: string;
  /** Whom they chose while they wrote. */
  mentions: readonly Mention[];
  /** The one person who is to read it; null for everybody. */
  to: Person | null;
}

/** Nothing. */
export const nothing: KeptDraft = { text: '', mentions: [], to: null };

/** Drafts that are kept, of all rooms and threads: the oldest go, and with them what nobody comes back to. */
const most_drafts = 50;

const prefix = 'zoom.draft.';

/** A draft as it is kept: a person who writes to one alone must never find it addressed to all. */
type Kept = KeptDraft & { kept_ms: number };

/** What was written in a room, or in the thread of one of its messages. */
export function readDraft(room: string, thread: number | null): KeptDraft {
  try {
    const kept = parsed(localStorage.getItem(keyOf(room, thread)));
    return kept === null ? nothing : { text: kept.text, mentions: kept.mentions, to: kept.to };
  } catch {
    return nothing;
  }
}

/** Keeps it; an empty one is forgotten. */
export function keepDraft(room: string, thread: number | null, draft: KeptDraft): void {
  try {
    const key = keyOf(room, thread);
    if (draft.text.trim() === '' && draft.to === null) {
      localStorage.removeItem(key);
      return;
    }
    const isNew = localStorage.getItem(key) === null;
    localStorage.setItem(key, JSON.stringify({ ...draft, kept_ms: Date.now() } satisfies Kept));
    if (isNew) forgetOldest();
  } catch {
    // A full or forbidden storage costs the survival of a reload, nothing else.
  }
}

function forgetOldest(): void {
  const kept = Object.keys(localStorage)
    .filter((key) => key.startsWith(prefix))
    .map((key) => ({ key, kept_ms: parsed(localStorage.getItem(key))?.kept_ms ?? 0 }))
    .sort((a, b) => b.kept_ms - a.kept_ms);
  for (const { key } of kept.slice(most_drafts)) localStorage.removeItem(key);
}

/** One key for each: room names have no `#`. */
function keyOf(room: string, thread: number | null): string {
  const name = room.normalize('NFC').toLowerCase();
  return thread === null ? prefix + name : `${prefix}${name}#${String(thread)}`;
}

function parsed(json: string | null): Kept | null {
  const value: unknown = JSON.parse(json ?? 'null');
  if (typeof value !== 'object' || value === null) return null;
  const { text, mentions, to, kept_ms } = value as Record<string, unknown>;
  if (typeof text !== 'string' || !Array.isArray(mentions) || !mentions.every(isNamed)) return null;
  if (to !== null && !isPerson(to)) return null;
  return { text, mentions, to, kept_ms: typeof kept_ms === 'number' ? kept_ms : 0 };
}

function isNamed(value: unknown): value is Mention {
  if (typeof value !== 'object' || value === null) return false;
  const { author, name } = value as Record<string, unknown>;
  return typeof author === 'string' && typeof name === 'string';
}

function isPerson(value: unknown): value is Person {
  if (!isNamed(value)) return false;
  const { participant, ordinal } = value as unknown as Record<string, unknown>;
  return typeof participant === 'string' && typeof ordinal === 'number';
}
