import type { Attachment } from 'svelte/attachments';

import type { Zoom } from './zoom';
import { panBy, wheelFactor, whole, zoomAt, zoomStep } from './zoom';

/** Pixels that an arrow key moves. */
const arrow = 64;
const arrows: Record<string, { x: number; y: number }> = {
  ArrowLeft: { x: arrow, y: 0 },
  ArrowRight: { x: -arrow, y: 0 },
  ArrowUp: { x: 0, y: arrow },
  ArrowDown: { x: 0, y: -arrow },
};

/** Lets wheel, mouse, two fingers and keys zoom and move what is in an element. */
export function zoomable(read: () => Zoom, write: (zoom: Zoom) => void): Attachment<HTMLElement> {
  return (element) => {
    const fingers = new Map<number, { x: number; y: number }>();
    const place = () => ({ width: element.clientWidth, height: element.clientHeight });
    const pointOf = ({ clientX, clientY }: MouseEvent) => {
      const { left, top } = element.getBoundingClientRect();
      return { x: clientX - left, y: clientY - top };
    };
    const middle = () => ({ x: element.clientWidth / 2, y: element.clientHeight / 2 });

    const wheel = (event: WheelEvent): void => {
      // Otherwise the browser zooms the page.
      event.preventDefault();
      write(zoomAt(read(), wheelFactor(event), pointOf(event), place()));
    };
    const doubled = (event: MouseEvent): void => {
      if (ofButton(event)) return;
      write(read().scale > 1 ? whole : zoomAt(whole, 2, pointOf(event), place()));
    };
    const down = (event: PointerEvent): void => {
      if (event.button !== 0 || ofButton(event)) return;
      fingers.set(event.pointerId, pointOf(event));
      // A picture that is moved turns no page.
      if (read().scale > 1 || fingers.size > 1) event.stopPropagation();
    };
    const move = (event: PointerEvent): void => {
      const before = fingers.get(event.pointerId);
      if (before === undefined) return;
      const point = pointOf(event);
      fingers.set(event.pointerId, point);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other === undefined) {
        if (read().scale === 1) return;
        element.setPointerCapture(event.pointerId);
        write(panBy(read(), { x: point.x - before.x, y: point.y - before.y }, place()));
        return;
      }
      const apart = (from: { x: number; y: number }) =>
        Math.hypot(from.x - other.x, from.y - other.y);
      const between = { x: (before.x + other.x) / 2, y: (before.y + other.y) / 2 };
      const factor = apart(point) / Math.max(1, apart(before));
      // The middle of two fingers moves half as far as one of them.
      const moved = { x: (point.x - before.x) / 2, y: (point.y - before.y) / 2 };
      write(panBy(zoomAt(read(), factor, between, place()), moved, place()));
    };
    const up = (event: PointerEvent): void => {
      fingers.delete(event.pointerId);
    };
    const key = (event: KeyboardEvent): void => {
      if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return;
      const by = arrows[event.key];
      const zoom = read();
      if (by !== undefined) write(panBy(zoom, by, place()));
      else if (event.key === '+' || event.key === '=')
        write(zoomAt(zoom, zoomStep, middle(), place()));
      else if (event.key === '-') write(zoomAt(zoom, 1 / zoomStep, middle(), place()));
      else if (event.key === '0') write(whole);
      else return;
      event.preventDefault();
      event.stopPropagation();
    };

    element.addEventListener('wheel', wheel, { passive: false });
    element.addEventListener('dblclick', doubled);
    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', up);
    element.addEventListener('pointercancel', up);
    element.addEventListener('keydown', key);
    return () => {
      element.removeEventListener('wheel', wheel);
      element.removeEventListener('dblclick', doubled);
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', up);
      element.removeEventListener('pointercancel', up);
      element.removeEventListener('keydown', key);
    };
  };
}

function ofButton({ target }: Event): boolean {
  return target instanceof Element && target.closest('button') !== null;
}
