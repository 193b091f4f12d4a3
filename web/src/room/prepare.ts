// Run when the app is built: the entrance as HTML, for the server to send it with the page.
import { render } from 'svelte/server';

import { m } from '../../paraglide/messages.js';
import { Notices } from '../state/notices.svelte';
import type { Language } from '../state/language';
import type { Meeting } from '../state/meeting.svelte';
import { defaultLimits } from '../protocol/messages';
import App from './App.svelte';

/** What stands in the HTML for what differs from room to room. */
export interface Blanks {
  room: string;
  path: string;
}

/** The entrance as it is before anything is known of the browser, the devices and the room. */
export function prepare(language: Language, { room, path }: Blanks): string {
  const meeting = {
    language,
    room,
    path,
    phase: 'outside',
    line: 'connecting',
    lineFailures: 0,
    canCall: true,
    canUse: { blur: true, quiet: true },
    present: null,
    on: { microphone: false, camera: false, screen: false, screen_audio: false },
    effects: { blur: false, quiet: false },
    devices: { microphone: [], camera: [], speaker: [] },
    devicesAsked: false,
    obstacles: { microphone: null, camera: null },
    ownCamera: null,
    ownMicrophone: null,
    joinProblem: null,
    limits: defaultLimits,
    notices: new Notices(),
  } satisfies Partial<Meeting>;
  const { body } = render(App, { props: { language, begin: () => meeting as unknown as Meeting } });
  return body;
}

/** What the button says once it was pressed. */
export function joiningText(language: Language): string {
  return m.joining({}, { locale: language });
}
