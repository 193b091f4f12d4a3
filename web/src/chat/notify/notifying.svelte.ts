import { readPreferences, writePreferences } from '../../state/preferences';
import type { Choice } from './worth';
import { choices } from './worth';

/** What came of a choice. `denied`: the browser was told to show nothing of this site. */
export type Outcome = 'chosen' | 'denied';

/** Of what one is told on the desktop and by sound: of the first in each room apart. */
export class Notifying {
  readonly #key: string;
  #choice: Choice = $state('none');
  #sounds = $state(readPreferences().messageSounds);

  constructor(room: string) {
    this.#key = `zoom.notify.${room}`;
    this.#choice = read(this.#key);
  }

  /** Whether this browser shows notifications at all. */
  get available(): boolean {
    return 'Notification' in window;
  }

  /** What is chosen, and allowed: permission can be taken back at any time. */
  get choice(): Choice {
    return this.available && Notification.permission === 'granted' ? this.#choice : 'none';
  }

  /** Chooses; asks the person's leave, in the browser's own words, where that was not given yet. */
  async choose(choice: Choice): Promise<Outcome> {
    if (choice !== 'none' && Notification.permission !== 'granted') {
      const answer = await Notification.requestPermission();
      if (answer !== 'granted') return 'denied';
    }
    // Permission is no state that views could follow: a choice that was there without it counts anew.
    this.#choice = 'none';
    this.#choice = choice;
    try {
      if (choice === 'none') localStorage.removeItem(this.#key);
      else localStorage.setItem(this.#key, choice);
    } catch {
      // Private windows of some browsers have no storage.
    }
    return 'chosen';
  }

  /** Whether messages are heard. */
  get sounds(): boolean {
    return this.#sounds;
  }

  set sounds(on: boolean) {
    this.#sounds = on;
    writePreferences({ messageSounds: on });
  }
}

function read(key: string): Choice {
  try {
    const kept = localStorage.getItem(key);
    return choices.find((choice) => choice === kept) ?? 'none';
  } catch {
    return 'none';
  }
}
