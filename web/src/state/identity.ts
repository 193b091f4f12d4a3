import type { Identity } from '../protocol/messages';

const key = 'zoom.identity';

/** For as long as the page lives, where the browser keeps nothing. */
let passing: Identity | null = null;

/**
 * The secret by which this browser is the same author each time it comes to a room, so that what one wrote stays one's
 * own. The server alone is told, and makes another name of it for each room.
 */
export function ownIdentity(): Identity {
  try {
    const kept = localStorage.getItem(key);
    if (kept !== null && /^[A-Za-z0-9_-]{22,64}$/.test(kept)) return kept;
    const made = passing ?? randomIdentity();
    localStorage.setItem(key, made);
    return made;
  } catch {
    // Private windows of some browsers have no storage.
    passing ??= randomIdentity();
    return passing;
  }
}

/** 256 random bits. */
function randomIdentity(): Identity {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
