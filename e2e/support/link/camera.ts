// A camera whose pictures are worth their bits: the browsers' own pretended ones are so plain that
// they never fill the rate a layer may have.
import { open } from 'node:fs/promises';

/** The smallest size of which Chromium makes three layers. */
const width = 960;
const height = 540;
const framesPerSecond = 20;
/** Two seconds, which follow themselves without a jump. */
const frames = 40;

/** Writes a moving picture with grain, in the form that Chromium takes for a camera (Y4M). */
export async function writeCamera(path: string): Promise<void> {
  const file = await open(path, 'w');
  const colours = Buffer.alloc((width * height) / 2, 128);
  await file.write(`YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`);
  let dice = 1;
  for (let frame = 0; frame < frames; frame += 1) {
    const brightness = Buffer.alloc(width * height);
    const turn = (2 * Math.PI * frame) / frames;
    const [across, down] = [90 * Math.cos(turn), 60 * Math.sin(turn)];
    for (let y = 0, at = 0; y < height; y += 1) {
      const rows = Math.sin((y + down) / 13) * 50;
      for (let x = 0; x < width; x += 1, at += 1) {
        // xorshift32
        dice ^= dice << 13;
        dice ^= dice >>> 17;
        dice ^= dice << 5;
        const grain = (dice & 15) - 8;
        brightness[at] = 128 + rows * Math.sin((x + across) / 17) + grain;
      }
    }
    await file.write('FRAME\n');
    await file.write(brightness);
    await file.write(colours);
  }
  await file.close();
}
