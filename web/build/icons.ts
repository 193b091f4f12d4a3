import { crc32, deflateSync } from 'node:zlib';

import type { Plugin } from 'vite';

/** A colour, each part from 0 to 255. */
type Colour = readonly [red: number, green: number, blue: number];

/** Whether a point of the drawing, 64 units wide and high, belongs to a shape. */
type Shape = (x: number, y: number) => boolean;

const blue: Colour = [0x3a, 0x4f, 0xd0];
const white: Colour = [0xff, 0xff, 0xff];

/** Points in each pixel and direction that decide how much of it a shape covers. */
const samples = 4;

/** What the bubble and the eyes are, as in `icon.svg`. */
const bubble: Shape = (x, y) =>
  rounded(14, 18, 36, 25, 6)(x, y) ||
  (y >= 43 && y <= 50 && x >= 21 && (x - 21) / 9 <= (50 - y) / 7);
const eyes: Shape = (x, y) => circle(25, 30.5, 3.2)(x, y) || circle(39, 30.5, 3.2)(x, y);

/**
 * Draws the icons that a system shows for an installed page, which takes no SVG everywhere. They are made in the build
 * because a picture in the repository could not be reviewed.
 */
export function icons(): Plugin {
  return {
    name: 'zoom:icons',
    apply: 'build',
    generateBundle() {
      for (const size of [192, 512]) {
        emit(this, `icons/icon-${String(size)}.png`, draw(size, { corner: 16, scale: 1 }));
      }
      // Cut to any shape by the system: no corner of its own, and all that matters within the inner 80 %.
      emit(this, 'icons/maskable-512.png', draw(512, { corner: 0, scale: 0.9 }));
    },
  };
}

function emit(to: { emitFile: (file: EmittedFile) => unknown }, fileName: string, source: Buffer) {
  to.emitFile({ type: 'asset', fileName, source });
}

interface EmittedFile {
  type: 'asset';
  fileName: string;
  source: Buffer;
}

function rounded(left: number, top: number, width: number, height: number, corner: number): Shape {
  return (x, y) => {
    const dx = Math.max(left + corner - x, x - (left + width - corner), 0);
    const dy = Math.max(top + corner - y, y - (top + height - corner), 0);
    return corner === 0 ? dx === 0 && dy === 0 : dx * dx + dy * dy <= corner * corner;
  };
}

function circle(cx: number, cy: number, radius: number): Shape {
  return (x, y) => (x - cx) ** 2 + (y - cy) ** 2 <= radius ** 2;
}

/** A PNG of the drawing; `scale` is that of the bubble about the middle. */
function draw(size: number, { corner, scale }: { corner: number; scale: number }): Buffer {
  const ground = rounded(0, 0, 64, 64, corner);
  const inner = (shape: Shape): Shape => {
    return (x, y) => shape(32 + (x - 32) / scale, 32 + (y - 32) / scale);
  };
  const shapes: [Shape, Colour][] = [
    [ground, blue],
    [inner(bubble), white],
    [inner(eyes), blue],
  ];
  const row = 1 + size * 4;
  const pixels = Buffer.alloc(row * size);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      pixels.set(pixel(shapes, x, y, 64 / size), y * row + 1 + x * 4);
    }
  }
  return png(size, pixels);
}

/** Red, green, blue and opacity of one pixel. */
function pixel(shapes: [Shape, Colour][], x: number, y: number, unit: number): number[] {
  const sum = [0, 0, 0];
  let covered = 0;
  for (let sample = 0; sample < samples * samples; sample += 1) {
    const sx = (x + ((sample % samples) + 0.5) / samples) * unit;
    const sy = (y + (Math.floor(sample / samples) + 0.5) / samples) * unit;
    // The last shape that is there lies on top.
    const top = shapes.findLast(([shape]) => shape(sx, sy));
    if (top === undefined) continue;
    covered += 1;
    top[1].forEach((part, index) => (sum[index] = (sum[index] ?? 0) + part));
  }
  const parts = sum.map((part) => (covered === 0 ? 0 : Math.round(part / covered)));
  return [...parts, Math.round((covered * 255) / (samples * samples))];
}

/** Portable Network Graphics, third edition: eight bits for each of red, green, blue and opacity. */
function png(size: number, pixels: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
