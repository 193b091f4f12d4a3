import { hydrate, mount } from 'svelte';

import '../styles/base.css';
import type { CallStats } from '../call';
import type { Language } from '../state/language';
import { languageOf } from '../state/language';
import { Meeting } from '../state/meeting.svelte';
import App from './App.svelte';
import { takeOver } from './early';

declare global {
  interface Window {
    /** The running call's diagnosis: connection, offers, and what each slot received. Read-only. */
    zoomStats: () => Promise<CallStats>;
  }
}

const target = document.getElementById('app') ?? document.body;
const room = target.dataset['room'] ?? decodeURIComponent(location.pathname.split('/')[2] ?? '');
const language = languageOf(target.dataset['lang'] ?? document.documentElement.lang);

function begin(language: Language): Meeting {
  const meeting = new Meeting({ room, language });
  // On its own, so that a slow phone answers a key between this and taking the entrance over.
  setTimeout(() => void meeting.open());
  window.zoomStats = () => meeting.stats();
  return meeting;
}

const props = { language, begin };
const early = takeOver(target);
if (early === null) {
  // The invitation was for those without scripts.
  target.replaceChildren();
  mount(App, { target, props });
} else {
  hydrate(App, { target, props });
  early.carryOut();
}
