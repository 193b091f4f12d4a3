// Zoom and pan of a shared screen: nothing slips out of its place.
import { expect, test } from 'vitest';

import { mostScale, panBy, wheelFactor, whole, within, zoomAt } from './zoom';

const place = { width: 800, height: 450 };

/** The point of the picture that is at this point of the place. */
const under = (zoom: { scale: number; x: number; y: number }, point: { x: number; y: number }) => ({
  x: (point.x - zoom.x) / zoom.scale,
  y: (point.y - zoom.y) / zoom.scale,
});

test('what is under the pointer stays there', () => {
  const point = { x: 300, y: 200 };
  const zoomed = zoomAt(whole, 3, point, place);
  expect(under(zoomed, point).x).toBeCloseTo(300);
  expect(under(zoomed, point).y).toBeCloseTo(200);
  const more = zoomAt(zoomed, 1.5, { x: 700, y: 100 }, place);
  expect(under(more, { x: 700, y: 100 }).x).toBeCloseTo(under(zoomed, { x: 700, y: 100 }).x);
});

test('the picture always covers its place, whatever one does', () => {
  let state = 3;
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  let zoom = whole;
  for (let step = 0; step < 2_000; step += 1) {
    const point = { x: random() * place.width, y: random() * place.height };
    zoom =
      random() < 0.5
        ? zoomAt(zoom, 0.4 + random() * 2, point, place)
        : panBy(zoom, { x: (random() - 0.5) * 2_000, y: (random() - 0.5) * 2_000 }, place);
    expect(zoom.scale).toBeGreaterThanOrEqual(1);
    expect(zoom.scale).toBeLessThanOrEqual(mostScale);
    expect(zoom.x).toBeLessThanOrEqual(0);
    expect(zoom.y).toBeLessThanOrEqual(0);
    expect(zoom.x + place.width * zoom.scale).toBeGreaterThanOrEqual(place.width - 1e-6);
    expect(zoom.y + place.height * zoom.scale).toBeGreaterThanOrEqual(place.height - 1e-6);
  }
});

test('all of it cannot be moved', () => {
  expect(panBy(whole, { x: 50, y: -50 }, place)).toEqual(whole);
});

test('a smaller place keeps the picture over it', () => {
  const zoomed = panBy(zoomAt(whole, 2, { x: 800, y: 450 }, place), { x: -99, y: -99 }, place);
  expect(within(zoomed, { width: 400, height: 225 })).toEqual({ scale: 2, x: -400, y: -225 });
});

test('a wheel zooms in forwards and out backwards, bounded at a time', () => {
  const turn = (deltaY: number, deltaMode = 0, ctrlKey = false) =>
    wheelFactor({ deltaY, deltaMode, ctrlKey });
  expect(turn(-100)).toBeGreaterThan(1);
  expect(turn(100) * turn(-100)).toBeCloseTo(1);
  expect(turn(-10_000)).toBeLessThan(1.6);
  expect(turn(-3, 1)).toBeGreaterThan(turn(-3));
  expect(turn(-3, 0, true)).toBeGreaterThan(turn(-3));
});
