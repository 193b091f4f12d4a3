// What fingers, mice and keys mean: a rest opens a menu, a swipe turns a page, a drag moves.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { draggable } from './dragging';
import { opensMenu } from './opening';
import { swipes } from './swiping';
import type { Zoom } from './zoom';
import { whole } from './zoom';
import { zoomable } from './zooming';

let element: HTMLElement;
let end: (() => void) | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  element = document.createElement('div');
  element.setPointerCapture = () => undefined;
  Object.defineProperties(element, {
    clientWidth: { value: 800 },
    clientHeight: { value: 400 },
  });
  document.body.append(element);
});

afterEach(() => {
  end?.();
  element.remove();
  vi.useRealTimers();
});

function pointer(type: string, x: number, y: number, options: PointerEventInit = {}): Event {
  const event = new PointerEvent(`pointer${type}`, {
    clientX: x,
    clientY: y,
    pointerId: 1,
    pointerType: 'touch',
    isPrimary: true,
    bubbles: true,
    cancelable: true,
    ...options,
  });
  element.dispatchEvent(event);
  return event;
}

function press(key: string): void {
  element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
}

test('a finger that rests opens a menu when it is lifted', () => {
  const open = vi.fn();
  end = opensMenu(open)(element) as () => void;
  pointer('down', 10, 10);
  pointer('move', 13, 12);
  vi.advanceTimersByTime(600);
  expect(open).not.toHaveBeenCalled();
  pointer('up', 13, 12);
  vi.runAllTimers();
  expect(open).toHaveBeenCalledOnce();
});

test('a finger that goes on its way opens none', () => {
  const open = vi.fn();
  end = opensMenu(open)(element) as () => void;
  pointer('down', 10, 10);
  pointer('move', 60, 10);
  vi.advanceTimersByTime(600);
  pointer('up', 60, 10);
  vi.runAllTimers();
  expect(open).not.toHaveBeenCalled();
});

test("the keyboard's menu key opens it at once", () => {
  const open = vi.fn();
  end = opensMenu(open)(element) as () => void;
  element.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }));
  expect(open).toHaveBeenCalledOnce();
});

test.each([
  ['to the left turns to the next page', [300, 100], [200, 120], 1],
  ['to the right turns back', [100, 100], [200, 90], -1],
  ['downwards turns nothing', [100, 100], [160, 300], null],
  ['of a few pixels turns nothing', [100, 100], [130, 100], null],
] as const)('a swipe %s', (_, from, to, step) => {
  const turn = vi.fn();
  end = swipes(turn)(element) as () => void;
  pointer('down', from[0], from[1]);
  pointer('up', to[0], to[1]);
  if (step === null) expect(turn).not.toHaveBeenCalled();
  else expect(turn).toHaveBeenCalledExactlyOnceWith(step);
});

test('a mouse swipes nothing', () => {
  const turn = vi.fn();
  end = swipes(turn)(element) as () => void;
  pointer('down', 300, 100, { pointerType: 'mouse' });
  pointer('up', 100, 100, { pointerType: 'mouse' });
  expect(turn).not.toHaveBeenCalled();
});

test('what is dragged follows, and is dropped where it is let go', () => {
  const [onmove, ondrop] = [vi.fn(), vi.fn()];
  end = draggable({ onmove, ondrop, onkey: () => undefined })(element) as () => void;
  pointer('down', 10, 10);
  pointer('move', 12, 11);
  expect(onmove).not.toHaveBeenCalled();
  pointer('move', 60, 40);
  expect(onmove).toHaveBeenLastCalledWith({ x: 50, y: 30 });
  pointer('up', 70, 50);
  expect(ondrop).toHaveBeenCalledExactlyOnceWith({ x: 60, y: 40 });
  expect(onmove).toHaveBeenLastCalledWith(null);
});

test('arrow keys move it too', () => {
  const onkey = vi.fn();
  end = draggable({ onmove: vi.fn(), ondrop: vi.fn(), onkey })(element) as () => void;
  press('ArrowLeft');
  press('a');
  expect(onkey).toHaveBeenCalledExactlyOnceWith({ x: -1, y: 0 });
});

function zooming(): () => Zoom {
  let zoom = whole;
  end = zoomable(
    () => zoom,
    (next) => (zoom = next),
  )(element) as () => void;
  return () => zoom;
}

test('a wheel, keys and a double click zoom, and zero shows all of it', () => {
  const zoom = zooming();
  const wheel = new WheelEvent('wheel', { deltaY: -100, clientX: 400, cancelable: true });
  element.dispatchEvent(wheel);
  expect(wheel.defaultPrevented).toBe(true);
  expect(zoom().scale).toBeGreaterThan(1);
  press('0');
  expect(zoom()).toEqual(whole);
  press('+');
  press('ArrowRight');
  expect(zoom().scale).toBe(1.5);
  expect(zoom().x).toBe(-264);
  press('-');
  expect(zoom().scale).toBe(1);
  element.dispatchEvent(new MouseEvent('dblclick', { clientX: 100, clientY: 100 }));
  expect(zoom().scale).toBe(2);
});

test('two fingers pinch, and what is between them stays there', () => {
  const zoom = zooming();
  pointer('down', 300, 200);
  pointer('down', 500, 200, { pointerId: 2, isPrimary: false });
  pointer('move', 200, 200);
  pointer('move', 600, 200, { pointerId: 2, isPrimary: false });
  expect(zoom().scale).toBeCloseTo(2);
  expect((400 - zoom().x) / zoom().scale).toBeCloseTo(400);
});

test('a finger moves what is zoomed, and turns no page then', () => {
  const zoom = zooming();
  const turn = vi.fn();
  const endSwipes = swipes(turn)(document.body) as () => void;
  press('+');
  pointer('down', 300, 200);
  pointer('move', 200, 200);
  pointer('up', 200, 200);
  expect(zoom().x).toBe(-300);
  expect(turn).not.toHaveBeenCalled();
  endSwipes();
});
