import type { Attachment } from 'svelte/attachments';

/** Milliseconds that a finger rests before it means "more about this". */
const rest_ms = 500;
/** Pixels that a resting finger may tremble. */
const tremble = 10;

/**
 * Opens a menu by a right click, by the keyboard's menu key and by a finger that rests, of which a phone may tell
 * twice. What is pressed is let go first: a menu that opened under a finger would be closed by its lifting.
 */
export function opensMenu(
  open: () => void,
  /** Where the browser's own menu is of use to a mouse. */
  { byFinger = false } = {},
): Attachment<HTMLElement> {
  return (element) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let from: { x: number; y: number } | null = null;
    let pressed = false;
    let finger = false;

    const forget = (): void => {
      clearTimeout(timer);
      timer = undefined;
    };
    const openReleased = (): void => {
      forget();
      if (!pressed) return open();
      const released = (): void => {
        window.removeEventListener('pointerup', released);
        window.removeEventListener('pointercancel', released);
        // After whatever closes menus where one lets go.
        setTimeout(open);
      };
      window.addEventListener('pointerup', released);
      window.addEventListener('pointercancel', released);
    };

    const down = (event: PointerEvent): void => {
      pressed = true;
      finger = event.pointerType === 'touch';
      forget();
      if (event.pointerType !== 'touch' || !event.isPrimary) return;
      from = { x: event.clientX, y: event.clientY };
      timer = setTimeout(openReleased, rest_ms);
    };
    const move = (event: PointerEvent): void => {
      if (from === null || timer === undefined) return;
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > tremble) forget();
    };
    const up = (): void => {
      pressed = false;
      forget();
    };
    const menu = (event: MouseEvent): void => {
      if (byFinger && !finger) return;
      // A menu of ours has the browser's own within it.
      if (event.target instanceof Element && event.target.closest('[popover]') !== null) return;
      event.preventDefault();
      openReleased();
    };

    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', up);
    element.addEventListener('pointercancel', up);
    element.addEventListener('contextmenu', menu);
    return () => {
      forget();
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', up);
      element.removeEventListener('pointercancel', up);
      element.removeEventListener('contextmenu', menu);
    };
  };
}
