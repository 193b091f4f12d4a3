import { mount } from 'svelte';

import '../styles/base.css';
import { overwriteGetLocale } from '../../paraglide/runtime.js';
import type { CallStats } from '../call';
import type { Meeting } from '../state/meeting.svelte';
import App from './App.svelte';

declare global {
  interface Window {
    /** The running call's diagnosis: connection, offers, and what each slot received. Read-only. */
    zoomStats: () => Promise<CallStats>;
  }
}

const target = document.getElementById('app') ?? document.body;
const language = (target.dataset['lang'] ?? document.documentElement.lang).startsWith('ko')
  ? 'ko'
  : 'en';
const room = target.dataset['room'] ?? decodeURIComponent(location.pathname.split('/')[2] ?? '');

overwriteGetLocale(() => language);
// The invitation was for those without scripts.
target.replaceChildren();
mount(App, {
  target,
  props: {
    room,
    language,
    onmeeting: (meeting: Meeting) => {
      window.zoomStats = () => meeting.stats();
    },
  },
});
