import type { ParticipantId, TileSource } from '../protocol/messages';
import type { ArrangementMode } from '../state/arrangement.svelte';
import type { Scene, Size } from './layout';

/** Something to be shown: a person, or what they share. */
export interface Subject {
  participant: ParticipantId;
  source: TileSource;
}

/** What decides who is large. */
export interface Standing {
  mode: ArrangementMode;
  /** Everybody who has a tile, in an order that speaking does not change; oneself first. */
  people: readonly ParticipantId[];
  self: ParticipantId | null;
  /** Who else shares a screen, the earliest first. */
  screens: readonly ParticipantId[];
  pinned: ParticipantId | null;
  chosenScreen: ParticipantId | null;
  /** Who leads the talk. */
  leader: ParticipantId | null;
}

/** Who has which part. */
export interface Staging {
  large: Subject | null;
  /** In their order, over all pages. */
  tiles: Subject[];
  /** One's own picture, over the one that is large. */
  corner: ParticipantId | null;
  beside: Scene['beside'];
}

/** Screens as wide as this are a phone's when they are upright, in CSS pixels. */
const phoneWidth = 480;

/** Gives everybody a part. */
export function stage(standing: Standing, area: Size): Staging {
  const { people, screens, self, mode } = standing;
  const chosen = largeOf(standing);
  const inCorner = cornerOf(standing, chosen, area);
  const large = chosen ?? (inCorner ? otherOf(standing) : null);
  const tiles = [
    ...screens.map((participant): Subject => ({ participant, source: 'screen' })),
    ...people.map((participant): Subject => ({ participant, source: 'camera' })),
  ].filter((it) => !same(it, large) && !(inCorner && it.participant === self));
  return {
    large,
    tiles,
    corner: inCorner ? self : null,
    beside: mode === 'side' ? 'half' : 'strip',
  };
}

/** Two subjects are one. */
export function same(one: Subject, other: Subject | null): boolean {
  return other !== null && one.participant === other.participant && one.source === other.source;
}

function largeOf(standing: Standing): Subject | null {
  const { mode, people, screens, pinned, chosenScreen, leader } = standing;
  if (pinned !== null && people.includes(pinned)) return { participant: pinned, source: 'camera' };
  if (mode === 'grid') return null;
  const chosen = screens.find((id) => id === chosenScreen) ?? screens.at(-1);
  if (chosen !== undefined) return { participant: chosen, source: 'screen' };
  if (mode === 'auto') return people.length === 1 ? otherOf(standing) : null;
  const speaker = people.find((id) => id === leader);
  return speaker === undefined ? otherOf(standing) : { participant: speaker, source: 'camera' };
}

/** Somebody else before oneself. */
function otherOf({ people, self }: Standing): Subject | null {
  const other = people.find((id) => id !== self) ?? people[0];
  return other === undefined ? null : { participant: other, source: 'camera' };
}

/** Two on an upright phone: the other is large, and oneself in the corner. */
function cornerOf({ mode, people, screens, self }: Standing, large: Subject | null, area: Size) {
  const upright = area.width < phoneWidth && area.height > area.width;
  if (!upright || mode === 'grid' || screens.length > 0) return false;
  if (self === null || people.length !== 2 || !people.includes(self)) return false;
  return large === null || large.participant !== self;
}

/**
 * Who leads the talk: whoever did, for as long as they speak and stay; then the loudest of the others. A word thrown
 * in by somebody else changes nothing.
 */
export function nextLeader(
  leader: ParticipantId | null,
  speakers: readonly ParticipantId[],
  others: readonly ParticipantId[],
): ParticipantId | null {
  const speaking = speakers.filter((id) => others.includes(id));
  if (
    leader !== null &&
    others.includes(leader) &&
    (speaking.includes(leader) || speaking.length === 0)
  ) {
    return leader;
  }
  return speaking[0] ?? null;
}

/**
 * The order of a strip after somebody else became large: whoever was takes the place of whoever is, and nobody else
 * moves. Who came is at the end, who left leaves a gap that closes.
 */
export function nextStrip<Id>(strip: readonly Id[], wanted: readonly Id[]): Id[] {
  const leaving = strip.filter((id) => !wanted.includes(id));
  const coming = wanted.filter((id) => !strip.includes(id));
  const [left] = leaving;
  const [came] = coming;
  const swapped =
    leaving.length === 1 && coming.length === 1 && left !== undefined && came !== undefined
      ? strip.map((id) => (id === left ? came : id))
      : strip.filter((id) => wanted.includes(id));
  return [...swapped, ...wanted.filter((id) => !swapped.includes(id))];
}
