import type { Place } from '../../actions/place';
import { silence } from '../../call';
import { participant } from '../../call/testing/server';
import { defaultLimits } from '../../protocol/messages';
import type { Participant, Sources } from '../../protocol/messages';
import { Arrangement } from '../../state/arrangement.svelte';
import { Hearing } from '../../state/hearing.svelte';
import { Interface } from '../../state/interface.svelte';
import type { Meeting } from '../../state/meeting.svelte';
import { Talk } from '../../state/talk.svelte';

/** Somebody with a microphone and a camera. */
export function somebody(id: string, changes: Partial<Participant> = {}): Participant {
  const sources: Sources = { microphone: true, camera: true, screen: false, screen_audio: false };
  return participant(id, { sources, ...changes });
}

/** A place with these people, the first of them oneself, and with whatever a test says of the meeting. */
export function placeOf(people: Participant[], meeting: object = {}): Place {
  const [self] = people;
  const plain = {
    language: 'en',
    people: { participants: people, speakers: [], typing: [] },
    self,
    others: people.slice(1),
    hands: people.filter(({ hand }) => hand !== undefined),
    lastSpeakers: [],
    limits: defaultLimits,
    chat: silence,
    canUse: { blur: true, quiet: true },
    on: { microphone: true, camera: true, screen: false, screen_audio: false },
    ownCamera: null,
    speaker: null,
    soundBlocked: false,
    mediaOf: () => null,
    isPaused: () => false,
    soundsBeside: () => [],
    show: () => undefined,
  };
  // Getters stay getters, so that views follow them.
  Object.defineProperties(plain, Object.getOwnPropertyDescriptors(meeting));
  const face = new Interface();
  return {
    meeting: plain as unknown as Meeting,
    face,
    arrangement: new Arrangement(),
    hearing: new Hearing(),
    talk: new Talk(plain as unknown as Meeting, face),
  };
}
