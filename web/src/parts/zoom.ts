/** How a picture lies in its place: so many times as large, moved by so many CSS pixels from the corner. */
export interface Zoom {
  scale: number;
  x: number;
  y: number;
}

interface Size {
  width: number;
  height: number;
}

interface Point {
  x: number;
  y: number;
}

/** All of it. */
export const whole: Zoom = { scale: 1, x: 0, y: 0 };

/** Above this a screen's pixels are squares. */
export const mostScale = 8;

/** What a key or a press of a button does. */
export const zoomStep = 1.5;

/** Makes it `factor` times as large; what is under `point` stays there. */
export function zoomAt(zoom: Zoom, factor: number, point: Point, place: Size): Zoom {
  const scale = Math.min(mostScale, Math.max(1, zoom.scale * factor));
  const grown = scale / zoom.scale;
  return within(
    {
      scale,
      x: point.x - (point.x - zoom.x) * grown,
      y: point.y - (point.y - zoom.y) * grown,
    },
    place,
  );
}

/** Moves it. */
export function panBy(zoom: Zoom, by: Point, place: Size): Zoom {
  return within({ ...zoom, x: zoom.x + by.x, y: zoom.y + by.y }, place);
}

/** The same in a place of another size: no edge of the picture comes into it. */
export function within({ scale, x, y }: Zoom, place: Size): Zoom {
  // Without negative zeros.
  const clamp = (value: number, size: number) =>
    Math.max(size * (1 - scale), Math.min(0, value)) + 0;
  return { scale, x: clamp(x, place.width), y: clamp(y, place.height) };
}

/** How much a turn of the wheel zooms; a pinch on a touchpad comes as a wheel with the control key, in small steps. */
export function wheelFactor({
  deltaY,
  deltaMode,
  ctrlKey,
}: Pick<WheelEvent, 'deltaY' | 'deltaMode' | 'ctrlKey'>): number {
  // Browsers count in pixels, lines or pages.
  const pixels = deltaY * ([1, 16, 400][deltaMode] ?? 1);
  const bounded = Math.max(-160, Math.min(160, pixels));
  return Math.exp(-bounded * (ctrlKey ? 0.01 : 0.0025));
}
