/** Plays an element through this loudspeaker, where the browser lets one choose; null is the system's. */
export function useSpeaker(element: HTMLMediaElement, speaker: string | null): void {
  if (!('setSinkId' in element) || element.sinkId === (speaker ?? '')) return;
  // One that is gone leaves the system's.
  element.setSinkId(speaker ?? '').catch(() => undefined);
}
