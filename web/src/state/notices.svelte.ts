import type { DeviceNotice, Passage } from '../call';
import { cameText, handsText, reactionsText, wentText } from './crowds';
import { Gathering } from './gathering';
import { deviceText } from './devices';
import { nameOf } from './names';

/** What a notice lets one do about it. */
export interface Remedy {
  text: string;
  run: () => unknown;
}

/** A sentence that is shown for a while. */
export interface Notice {
  id: number;
  text: string;
  remedy: Remedy | null;
}

/** Milliseconds for which a notice stays. */
const stay_ms = 8_000;
/** With something to do about it there is more to read and to reach. */
const stay_with_remedy_ms = 15_000;
/** Notices at once; the oldest goes first. */
const most = 3;
/** Milliseconds for which an announcement stays where screen readers find it, should they be busy. */
const announced_ms = 10_000;
/** Announcements at once; the oldest goes first. */
const most_announced = 6;
/** Milliseconds in which people who come or go are told of together. */
const crowd_ms = 1_000;
/** Milliseconds in which reactions are told of together: applause takes longer than a door. */
const applause_ms = 1_500;
/** What is said in passing: shown to those who see, announced to those who listen. */
export class Notices {
  /** On the screen. */
  shown = $state.raw<readonly Notice[]>([]);
  /** For screen readers alone, because the screen shows it by itself; the oldest first. */
  announced = $state.raw<readonly { id: number; text: string }[]>([]);
  #lastId = 0;

  readonly #came = new Gathering<string>(crowd_ms, (names) => {
    this.announce(cameText(names));
  });
  readonly #went = new Gathering<string>(crowd_ms, (names) => {
    this.announce(wentText(names));
  });
  readonly #hands = new Gathering<string>(crowd_ms, (names) => {
    this.announce(handsText(names));
  });
  readonly #reactions = new Gathering<{ name: string; reaction: string }>(applause_ms, (all) => {
    this.announce(reactionsText(all));
  });

  say(text: string, remedy: Remedy | null = null): void {
    this.announce(text);
    const id = this.#nextId();
    this.shown = [...this.shown, { id, text, remedy }].slice(-most);
    setTimeout(
      () => {
        this.dismiss(id);
      },
      remedy === null ? stay_ms : stay_with_remedy_ms,
    );
  }

  dismiss(id: number): void {
    this.shown = this.shown.filter((notice) => notice.id !== id);
  }

  announce(text: string): void {
    // Each is a line of its own: the same words twice are said twice, and none takes another's place.
    const id = this.#nextId();
    this.announced = [...this.announced, { id, text }].slice(-most_announced);
    setTimeout(() => {
      this.announced = this.announced.filter((it) => it.id !== id);
    }, announced_ms);
  }

  passage({ participant, came }: Passage): void {
    (came ? this.#came : this.#went).add(nameOf(participant));
  }

  handRaised(name: string): void {
    this.#hands.add(name);
  }

  reacted(name: string, reaction: string): void {
    this.#reactions.add({ name, reaction });
  }

  device(notice: DeviceNotice): void {
    this.say(deviceText(notice));
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}
