import type {
  Event as ServerEvent,
  Joined,
  Participant,
  ParticipantId,
  QualityChange,
} from '../protocol/messages';

/** Who is in the room, who types and who speaks. */
export interface PeopleState {
  /** In the order of entering, oneself too. */
  participants: readonly Participant[];
  /** The loudest first. */
  speakers: readonly ParticipantId[];
  typing: readonly ParticipantId[];
}

/** The events that are about people. */
export type PeopleEvent = Extract<
  ServerEvent,
  {
    type:
      | 'participant_joined'
      | 'participant_changed'
      | 'participant_left'
      | 'typing'
      | 'speakers'
      | 'quality';
  }
>;

export const nobody: PeopleState = { participants: [], speakers: [], typing: [] };

/** The people of a snapshot: passing events before it are past. */
export function peopleOf(joined: Joined): PeopleState {
  return { participants: joined.participants, speakers: [], typing: joined.typing };
}

/** Whose hands are raised, the earliest first. */
export function handsOf({ participants }: PeopleState): Participant[] {
  return participants
    .filter(({ hand }) => hand !== undefined)
    .sort((one, other) => (one.hand ?? 0) - (other.hand ?? 0));
}

/** The people after an event. */
export function afterEvent(people: PeopleState, event: PeopleEvent): PeopleState {
  const { participants, speakers, typing } = people;
  switch (event.type) {
    case 'participant_joined':
    case 'participant_changed': {
      const { participant } = event;
      const known = participants.some((it) => it.participant === participant.participant);
      return {
        ...people,
        participants: known
          ? participants.map((it) =>
              it.participant === participant.participant ? participant : it,
            )
          : [...participants, participant],
      };
    }
    case 'participant_left': {
      const others = (id: ParticipantId) => id !== event.participant;
      return {
        participants: participants.filter((it) => others(it.participant)),
        speakers: speakers.filter(others),
        typing: typing.filter(others),
      };
    }
    case 'typing': {
      const others = typing.filter((id) => id !== event.participant);
      return { ...people, typing: event.typing ? [...others, event.participant] : others };
    }
    case 'speakers':
      return { ...people, speakers: event.participants };
    case 'quality':
      return { ...people, participants: participants.map((it) => withQuality(it, event.changes)) };
  }
}

function withQuality(person: Participant, changes: readonly QualityChange[]): Participant {
  const change = changes.find((it) => it.participant === person.participant);
  if (change === undefined) return person;
  const changed = { ...person };
  if (change.quality === null) delete changed.quality;
  else changed.quality = change.quality;
  return changed;
}
