import type { Arrangement } from '../state/arrangement.svelte';
import type { Hearing } from '../state/hearing.svelte';
import type { Interface } from '../state/interface.svelte';
import type { Meeting } from '../state/meeting.svelte';
import type { Talk } from '../state/talk.svelte';

/** What actions act on: the meeting, and how it is seen and heard here. */
export interface Place {
  readonly meeting: Meeting;
  readonly face: Interface;
  readonly arrangement: Arrangement;
  readonly hearing: Hearing;
  readonly talk: Talk;
}
