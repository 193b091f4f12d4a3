import type { Attachment } from 'svelte/attachments';

/** Pixels that a press may move before it is a drag. */
const slack = 6;

/** Where the arrow keys go. */
const arrows: Record<string, { x: number; y: number }> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** What becomes of a drag. */
export interface Dragging {
  /** So far from where it began, in CSS pixels; null when it is over. */
  onmove: (by: { x: number; y: number } | null) => void;
  /** Let go so far from where it began. */
  ondrop: (by: { x: number; y: number }) => void;
  /** An arrow key: -1, 0 or 1 in each direction. */
  onkey: (towards: { x: number; y: number }) => void;
}

/** Lets a mouse, a finger or the arrow keys move an element. */
export function draggable({ onmove, ondrop, onkey }: Dragging): Attachment<HTMLElement> {
  return (element) => {
    let from: { x: number; y: number; pointer: number } | null = null;
    let dragging = false;

    const by = (event: PointerEvent, start: { x: number; y: number }) => ({
      x: event.clientX - start.x,
      y: event.clientY - start.y,
    });
    const down = (event: PointerEvent): void => {
      if (event.button !== 0 || !event.isPrimary) return;
      if (event.target instanceof Element && event.target.closest('button, [popover]')) return;
      from = { x: event.clientX, y: event.clientY, pointer: event.pointerId };
      // What lies below may be swiped.
      event.stopPropagation();
    };
    const move = (event: PointerEvent): void => {
      if (from === null || event.pointerId !== from.pointer) return;
      const moved = by(event, from);
      if (!dragging && Math.hypot(moved.x, moved.y) > slack) {
        dragging = true;
        element.setPointerCapture(event.pointerId);
      }
      if (dragging) onmove(moved);
    };
    const end = (event: PointerEvent): void => {
      if (from === null || event.pointerId !== from.pointer) return;
      if (dragging && event.type === 'pointerup') ondrop(by(event, from));
      if (dragging) onmove(null);
      from = null;
      dragging = false;
    };
    const key = (event: KeyboardEvent): void => {
      const towards = arrows[event.key];
      if (towards === undefined || event.target !== element) return;
      event.preventDefault();
      onkey(towards);
    };

    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', end);
    element.addEventListener('pointercancel', end);
    element.addEventListener('keydown', key);
    return () => {
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', end);
      element.removeEventListener('pointercancel', end);
      element.removeEventListener('keydown', key);
    };
  };
}
