import type { PeopleState } from '../call';
import type { Participant, ParticipantId, Sources } from '../protocol/messages';

/** Something about the people of a room that one sees, and that has to be said to those who do not see it. */
export type Change =
  | { change: 'hand_up' | 'hand_down' | 'share' | 'share_end'; person: Participant }
  | { change: 'own_hand_up'; place: number }
  | { change: 'own_hand_down' };

/** What changed between two moments. Who came or went is told elsewhere. */
export function changesOf(
  before: readonly Participant[],
  after: readonly Participant[],
  self: ParticipantId | undefined,
): Change[] {
  const known = new Map(before.map((person) => [person.participant, person]));
  return after.flatMap((person) => {
    const earlier = known.get(person.participant);
    if (earlier === undefined) return [];
    return person.participant === self
      ? ownChanges(earlier, person, after)
      : othersChanges(earlier, person);
  });
}

function othersChanges(earlier: Participant, person: Participant): Change[] {
  const changes: Change[] = [];
  if (earlier.hand === undefined && person.hand !== undefined)
    changes.push({ change: 'hand_up', person });
  if (earlier.hand !== undefined && person.hand === undefined)
    changes.push({ change: 'hand_down', person });
  if (!earlier.sources.screen && person.sources.screen) changes.push({ change: 'share', person });
  if (earlier.sources.screen && !person.sources.screen)
    changes.push({ change: 'share_end', person });
  return changes;
}

function ownChanges(
  earlier: Participant,
  { hand }: Participant,
  people: PeopleState['participants'],
): Change[] {
  if (earlier.hand === undefined && hand !== undefined) {
    const before = people.filter((other) => other.hand !== undefined && other.hand < hand);
    return [{ change: 'own_hand_up', place: before.length + 1 }];
  }
  return earlier.hand !== undefined && hand === undefined ? [{ change: 'own_hand_down' }] : [];
}

/** Which of one's own sources went on or off, as far as one hears of it: a screen's sound goes with the screen. */
export function ownSwitches(
  before: Sources,
  after: Sources,
): { source: 'microphone' | 'camera' | 'screen'; on: boolean }[] {
  return (['microphone', 'camera', 'screen'] as const)
    .filter((source) => before[source] !== after[source])
    .map((source) => ({ source, on: after[source] }));
}
