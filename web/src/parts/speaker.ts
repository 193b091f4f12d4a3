/** Plays an element through this loudspeaker, where the browser lets one choose; null is the system's. */
export function useSpeaker(element: HTMLMediaElement, speaker: string | null): void {
  if (speaker === null || !('setSinkId' in element)) return;
  // A loudspeaker that is gone leaves the one that is in use.
  element.setSinkId(speaker).catch(() => undefined);
}
