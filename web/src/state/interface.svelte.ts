import type { ParticipantId } from '../protocol/messages';

/** What lies over the room and holds the keyboard; one at a time. */
export type Dialog = 'settings' | 'palette' | 'help';

/** What is open on this screen. */
export class Interface {
  /** Chat and participants, beside the room or over it. */
  panelOpen = $state(false);
  /** The list of participants in the panel, unfolded: where there is little space, the messages come first. */
  peopleOpen = $state(!matchMedia('(max-height: 30rem), (max-width: 56rem)').matches);
  /** Messages of others that were not seen yet. */
  unread = $state(0);
  /** Whose statistics are shown. */
  statsOf = $state<ParticipantId | null>(null);

  #dialog = $state<Dialog | null>(null);

  get dialog(): Dialog | null {
    return this.#dialog;
  }

  get settingsOpen(): boolean {
    return this.#dialog === 'settings';
  }

  set settingsOpen(open: boolean) {
    this.#set('settings', open);
  }

  get paletteOpen(): boolean {
    return this.#dialog === 'palette';
  }

  set paletteOpen(open: boolean) {
    this.#set('palette', open);
  }

  get helpOpen(): boolean {
    return this.#dialog === 'help';
  }

  set helpOpen(open: boolean) {
    this.#set('help', open);
  }

  togglePanel(): void {
    this.panelOpen = !this.panelOpen;
  }

  /** Shows the participants, or folds them away where they are shown. */
  togglePeople(): void {
    this.peopleOpen = !(this.panelOpen && this.peopleOpen);
    this.panelOpen ||= this.peopleOpen;
  }

  toggleStats(participant: ParticipantId): void {
    this.statsOf = this.statsOf === participant ? null : participant;
  }

  #set(dialog: Dialog, open: boolean): void {
    if (open) this.#dialog = dialog;
    else if (this.#dialog === dialog) this.#dialog = null;
  }
}
