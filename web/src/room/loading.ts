import type { Component } from 'svelte';

import type { Place } from '../actions/place';
import type { Choices } from '../state/choices.svelte';
import type { Meeting } from '../state/meeting.svelte';

type RoomView = Component<{ meeting: Meeting; choices: Choices }>;

/** Milliseconds before it is tried again. */
const again_ms = 1_000;
/** After so many failures in a row with a network the file is not there any more: the server is another version. */
const most_failures = 5;

/** Milliseconds after which a browser that is never idle, or does not say so, is asked no longer. */
const idle_ms = 1_000;

/** Runs something when the browser has nothing better to do. */
export function whenIdle(run: () => void): void {
  // Safari has none.
  if ('requestIdleCallback' in window) requestIdleCallback(run, { timeout: idle_ms });
  else setTimeout(run, idle_ms);
}

/** Fetches what shows the inside of a room, while one looks at the preview: entering does not wait for it. */
export function loadRoom(): Promise<RoomView> {
  return loadView(() => import('../views/Room.svelte'));
}

/** Fetches the conversation, which a phone shows when it is asked for. */
export function loadChat(): Promise<Component<{ place: Place }>> {
  return loadView(() => import('../chat/Chat.svelte'));
}

/** Fetches a part of the page until it is there. */
export async function loadView<View>(
  load: () => Promise<{ default: View }>,
  reload: () => void = () => {
    location.reload();
  },
): Promise<View> {
  for (let failures = 0; ;) {
    try {
      return (await load()).default;
    } catch {
      if (navigator.onLine) failures += 1;
      if (failures === most_failures) reload();
    }
    await new Promise((resolve) => setTimeout(resolve, again_ms));
  }
}
