/** Where something is, in CSS pixels of the window. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Pixels between what is placed and the edge of the window. */
const margin = 8;

/**
 * Where something of this size goes beside its opener: above it, or below where there is more room, in the middle of
 * it as far as the window allows.
 */
export function placeBeside(
  opener: Box,
  size: { width: number; height: number },
  window: { width: number; height: number },
  gap: number,
): { x: number; y: number } {
  const above = opener.y - gap - margin;
  const below = window.height - (opener.y + opener.height) - gap - margin;
  const upwards = size.height <= above || above >= below;
  const y = upwards ? opener.y - gap - size.height : opener.y + opener.height + gap;
  const x = opener.x + opener.width / 2 - size.width / 2;
  const within = (value: number, most: number) => Math.max(margin, Math.min(value, most - margin));
  return {
    x: Math.round(within(x, window.width - size.width)),
    y: Math.round(within(y, window.height - size.height)),
  };
}
