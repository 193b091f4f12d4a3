import type { Preferences } from './preferences';
import { readPreferences, writePreferences } from './preferences';

/** What a person set for this page, besides devices and the layout. */
type Choice = Pick<Preferences, 'noticesAt' | 'shortcuts' | 'talkKey' | 'mutedHint' | 'echoHint'>;

/** What a person set for this page: it holds at once, and in the next meeting. */
export class Choices {
  #all = $state.raw<Choice>(readPreferences());

  get noticesAt(): 'top' | 'bottom' {
    return this.#all.noticesAt === 'bottom' ? 'bottom' : 'top';
  }

  get shortcuts(): boolean {
    return this.#all.shortcuts;
  }

  get talkKey(): boolean {
    return this.#all.talkKey;
  }

  get mutedHint(): boolean {
    return this.#all.mutedHint;
  }

  get echoHint(): boolean {
    return this.#all.echoHint;
  }

  set(change: Partial<Choice>): void {
    this.#all = { ...this.#all, ...change };
    writePreferences(change);
  }
}
