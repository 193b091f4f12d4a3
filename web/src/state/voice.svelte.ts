import { echo_interval_ms, EchoWatch, measureLevel, MutedSpeech } from '../call';
import type { ParticipantId } from '../protocol/messages';
import { m } from '../../paraglide/messages.js';
import type { Choices } from './choices.svelte';
import type { Hearing } from './hearing.svelte';
import type { Meeting } from './meeting.svelte';
import { nameOf } from './names';

/** Tells somebody who speaks while muted that nobody hears. Called while a view is made. */
export function followMutedSpeech(meeting: Meeting, choices: Choices): void {
  const speech = new MutedSpeech();
  // Of its own, so that a camera that goes on begins nothing anew.
  const heard = $derived(meeting.on.microphone);
  $effect(() => {
    const { microphoneDevice: device } = meeting;
    speech.reset();
    if (device === null || heard || !choices.mutedHint) return;
    // Muting is done to the track: a copy of it hears on, and goes nowhere.
    const copy = device.clone();
    copy.enabled = true;
    const end = measureLevel(copy, (level) => {
      if (!speech.hear(level, performance.now())) return;
      meeting.notices.say(m.muted_speech(), {
        text: m.unmute_me(),
        run: () => meeting.setMicrophone(true),
      });
    });
    return () => {
      end();
      copy.stop();
    };
  });
}

/** Names somebody whose loudspeaker gives back one's voice, with a way to hear it no more. */
export function followEcho(meeting: Meeting, hearing: Hearing, choices: Choices): void {
  const watch = new EchoWatch<ParticipantId>();
  const heard = $derived(meeting.on.microphone);

  function tell(id: ParticipantId): void {
    const person = meeting.others.find(({ participant }) => participant === id);
    if (person === undefined) return;
    const name = nameOf(person);
    meeting.notices.say(m.echo_of({ name }), {
      text: m.echo_mute({ name }),
      run: () => {
        hearing.setMutedForMe(id, true);
      },
    });
  }

  $effect(() => {
    const { ownMicrophone } = meeting;
    watch.reset();
    if (ownMicrophone === null || !heard || !choices.echoHint) return;
    let own = 0;
    const end = measureLevel(ownMicrophone, (level) => (own = level));
    const timer = setInterval(() => {
      const levels = meeting.receivedLevels();
      // Who is not heard does not disturb.
      for (const id of [...levels.keys()]) if (hearing.isMutedForMe(id)) levels.delete(id);
      for (const id of watch.take(own, levels)) tell(id);
    }, echo_interval_ms);
    return () => {
      clearInterval(timer);
      end();
    };
  });
}
