import type { Place } from '../../actions/place';
import type { Entry } from '../../protocol/messages';
import { nameOf } from '../../state/names';
import { m } from '../../../paraglide/messages.js';
import { prepareMarkdown, read } from '../markdown/reading.svelte';
import { wordsOf } from '../markdown/words';
import { Badge } from './badge';
import { playSound } from './sound';
import { isWanted, worthOf } from './worth';

/** Milliseconds between two sounds: after a broken line there may be pages of messages. */
const sound_ms = 1_500;

/** Notifications that lie on the desktop at once; the oldest goes first. */
const most_shown = 4;

/** Longest text of a notification, in characters: what systems show. */
const most_chars = 200;

/** Tells of messages where they are not seen: in the tab's icon, on the desktop, by a sound. Called while a view is made. */
export function followNotifying(place: Pick<Place, 'meeting' | 'face' | 'talk'>): void {
  const { meeting, face, talk } = place;
  const badge = new Badge();
  const shown: Notification[] = [];
  let sounded_ms = -Infinity;

  $effect(() => {
    void badge.show(face.unread);
  });

  $effect(() => {
    const ends = meeting.onSaid((entry) => {
      const worth = worthOf(entry, meeting.author);
      if (worth === null) return;
      if (isWanted(worth, talk.notifying.choice) && document.visibilityState === 'hidden')
        void show(entry);
      if (talk.notifying.sounds && isMissed(worth) && performance.now() - sounded_ms > sound_ms) {
        sounded_ms = performance.now();
        void playSound(worth, meeting.speaker);
      }
    });
    const seen = () => {
      if (document.visibilityState === 'visible') closeAll();
    };
    document.addEventListener('visibilitychange', seen);
    return () => {
      ends();
      document.removeEventListener('visibilitychange', seen);
      closeAll();
      void badge.show(0);
    };
  });

  /** Whether a message comes while nobody looks at the conversation; what is for oneself, while one does something else. */
  function isMissed(worth: 'personal' | 'message'): boolean {
    const hidden = document.visibilityState === 'hidden' || !face.panelOpen;
    return hidden || (worth === 'personal' && !document.hasFocus());
  }

  async function show(entry: Entry): Promise<void> {
    const { number, thread } = entry;
    const { title, body } = await textOf(entry);
    try {
      const notification = new Notification(title, {
        body,
        lang: meeting.language,
        dir: 'auto',
        icon: '/public/icons/icon-192.png',
        // Two tabs of one room show it once.
        tag: `zoom:${meeting.room}:${String(number)}`,
        // The page has a sound of its own, which can be switched off.
        silent: true,
      });
      notification.onclick = () => {
        window.focus();
        notification.close();
        void talk.jumpTo({ number }, thread);
      };
      shown.push(notification);
      if (shown.length > most_shown) shown.shift()?.close();
    } catch {
      // Phones show what a service worker asks for, and nothing else.
    }
  }

  async function textOf({ sender, to, body }: Entry): Promise<{ title: string; body: string }> {
    const name = nameOf(sender);
    const { room } = meeting;
    const title =
      to === undefined ? m.notify_title({ name, room }) : m.notify_private({ name, room });
    if (body.type !== 'message') return { title, body: '' };
    await prepareMarkdown();
    const files = (body.files ?? []).map((file) => file.name);
    const words = [wordsOf(read(body.text ?? '', body.mentions ?? [])), ...files].join('\n').trim();
    const signs = [...words];
    return {
      title,
      body: signs.length > most_chars ? `${signs.slice(0, most_chars).join('')}…` : words,
    };
  }

  function closeAll(): void {
    for (const notification of shown.splice(0)) notification.close();
  }
}
