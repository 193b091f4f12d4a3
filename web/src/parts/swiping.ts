import type { Attachment } from 'svelte/attachments';

/** Pixels that a finger travels sideways before it turns a page. */
const least = 48;
/** A finger that travels this much more sideways than up or down means sideways. */
const sideways = 1.5;

/** Tells of a finger that swipes sideways: 1 to what comes next, -1 to what was before. */
export function swipes(turn: (step: 1 | -1) => void): Attachment<HTMLElement> {
  return (element) => {
    let from: { x: number; y: number; pointer: number } | null = null;

    const down = (event: PointerEvent): void => {
      // A second finger pinches.
      from =
        event.pointerType === 'touch' && event.isPrimary
          ? { x: event.clientX, y: event.clientY, pointer: event.pointerId }
          : null;
    };
    const up = (event: PointerEvent): void => {
      if (from === null || event.pointerId !== from.pointer) return;
      const [x, y] = [event.clientX - from.x, event.clientY - from.y];
      from = null;
      if (Math.abs(x) >= least && Math.abs(x) > Math.abs(y) * sideways) turn(x < 0 ? 1 : -1);
    };
    const cancel = (): void => {
      from = null;
    };

    element.addEventListener('pointerdown', down);
    element.addEventListener('pointerup', up);
    element.addEventListener('pointercancel', cancel);
    return () => {
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointerup', up);
      element.removeEventListener('pointercancel', cancel);
    };
  };
}
