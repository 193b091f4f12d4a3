import type { ParticipantId } from '../protocol/messages';
import { readPreferences, writePreferences } from './preferences';

/**
 * How tiles are laid out: `auto` chooses by who is there and what is shared; `grid` shows everybody alike; `speaker`
 * one large and a strip; `side` the stage and a column of people beside it.
 */
export const arrangementModes = ['auto', 'grid', 'speaker', 'side'] as const;
export type ArrangementMode = (typeof arrangementModes)[number];

/** Where browsers differ from the types that TypeScript ships: all of it may be missing. */
interface DocumentPictureInPicture extends EventTarget {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}

/** A small window's first size in CSS pixels: two faces, one above the other. */
const floatingSize = { width: 360, height: 405 };

/** How one has arranged the room on this screen: the views lay out by it, actions change it. */
export class Arrangement {
  mode = $state<ArrangementMode>(rememberedMode());
  pinned = $state<ParticipantId | null>(null);
  ownHidden = $state(readPreferences().ownHidden);
  /** The page of people that is shown, from 0. */
  page = $state(0);
  /** How many pages there are, as the view found out; 1 or more. */
  pages = $state(1);
  fullScreen = $state(Boolean(document.fullscreenElement));
  /** The shared screen that is on the stage, where several are. */
  chosenScreen = $state<ParticipantId | null>(null);
  /** The small window that the view fills; null while there is none. */
  floatingWindow = $state.raw<Window | null>(null);
  /** The element of whoever is large: what floats where a page cannot open a small window of its own. */
  leadingVideo = $state.raw<HTMLVideoElement | null>(null);

  /** An element floats by itself. */
  #videoFloats = $state(false);

  /** Whether this browser can fill the screen with a page; phones of one maker cannot. */
  get canFullScreen(): boolean {
    return document.fullscreenEnabled;
  }

  get floating(): boolean {
    return this.floatingWindow !== null || this.#videoFloats;
  }

  get canFloat(): boolean {
    return smallWindows() !== null || (elementsFloat() && this.leadingVideo !== null);
  }

  setMode(mode: ArrangementMode): void {
    this.mode = mode;
    this.page = 0;
    writePreferences({ arrangement: mode });
  }

  /** Keeps this person large, or nobody. */
  pin(participant: ParticipantId | null): void {
    this.pinned = participant;
  }

  setOwnHidden(hidden: boolean): void {
    this.ownHidden = hidden;
    writePreferences({ ownHidden: hidden });
  }

  /** To the next page, or the one before; at the ends nothing happens. */
  turn(step: 1 | -1): void {
    this.turnTo(this.page + step);
  }

  turnTo(page: number): void {
    this.page = Math.min(this.pages - 1, Math.max(0, page));
  }

  /** The view found out how many pages there are. */
  setPages(pages: number): void {
    this.pages = Math.max(1, pages);
    this.turnTo(this.page);
  }

  chooseScreen(participant: ParticipantId | null): void {
    this.chosenScreen = participant;
  }

  /** The whole page, so that controls and messages stay within reach. */
  async toggleFullScreen(): Promise<void> {
    try {
      if (document.fullscreenElement === null) await document.documentElement.requestFullscreen();
      else await document.exitFullscreen();
    } catch {
      // The browser wants a click of its own, or the person left meanwhile: the window stays as it is.
    }
  }

  async toggleFloating(): Promise<void> {
    if (this.floating) await this.#endFloating();
    else await this.#float();
  }

  /** Follows what the browser tells; returns what ends that, small windows too. */
  follow(): () => void {
    const changed = () => (this.fullScreen = document.fullscreenElement !== null);
    const entered = () => (this.#videoFloats = true);
    const left = () => (this.#videoFloats = false);
    document.addEventListener('fullscreenchange', changed);
    // These bubble from the element that floats.
    document.addEventListener('enterpictureinpicture', entered);
    document.addEventListener('leavepictureinpicture', left);
    const ending = whenTabIsLeft(() => void this.#float());
    return () => {
      document.removeEventListener('fullscreenchange', changed);
      document.removeEventListener('enterpictureinpicture', entered);
      document.removeEventListener('leavepictureinpicture', left);
      ending();
      void this.#endFloating();
    };
  }

  async #float(): Promise<void> {
    if (this.floating) return;
    try {
      const windows = smallWindows();
      if (windows === null) await this.leadingVideo?.requestPictureInPicture();
      else this.#take(await windows.requestWindow(floatingSize));
    } catch {
      // Refused by the browser or the person: the meeting stays where it is.
    }
  }

  #take(opened: Window): void {
    this.floatingWindow = opened;
    opened.addEventListener('pagehide', () => {
      if (this.floatingWindow === opened) this.floatingWindow = null;
    });
  }

  async #endFloating(): Promise<void> {
    this.floatingWindow?.close();
    this.floatingWindow = null;
    if (!this.#videoFloats) return;
    try {
      await document.exitPictureInPicture();
    } catch {
      // Its own close button was quicker.
    }
  }
}

function rememberedMode(): ArrangementMode {
  const { arrangement } = readPreferences();
  return arrangementModes.find((mode) => mode === arrangement) ?? 'auto';
}

/** Small windows with a document of their own, where the browser has them. */
function smallWindows(): DocumentPictureInPicture | null {
  const { documentPictureInPicture } = window as {
    documentPictureInPicture?: DocumentPictureInPicture;
  };
  return documentPictureInPicture ?? null;
}

function elementsFloat(): boolean {
  // Some browsers lack it, whatever the types say.
  return (document as { pictureInPictureEnabled?: boolean }).pictureInPictureEnabled === true;
}

/** Has the browser call `float` when the person goes to another tab, where it can; returns what ends that. */
function whenTabIsLeft(float: () => void): () => void {
  const { mediaSession } = navigator as { mediaSession?: MediaSession };
  const action = 'enterpictureinpicture' as MediaSessionAction;
  try {
    mediaSession?.setActionHandler(action, float);
  } catch {
    // A browser that does not know the action throws.
    return () => undefined;
  }
  return () => {
    mediaSession?.setActionHandler(action, null);
  };
}
