// Pictures, sounds and other files that tests send, made up.
import { crc32, deflateSync } from 'node:zlib';

/** A file as Playwright takes it. */
export interface MadeFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** A PNG of this size: a slope of two colours, with noise where it shall not become small. */
export function png(name: string, width: number, height: number, noise = false): MadeFile {
  const rows = Buffer.alloc(height * (width * 3 + 1));
  let seed = width * 7919 + height;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const place = y * (width * 3 + 1) + 1 + x * 3;
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      const grain = noise ? (seed >> 16) & 255 : 0;
      rows[place] = noise ? grain : Math.round((x / width) * 200) + 30;
      rows[place + 1] = noise ? (grain * 3) & 255 : Math.round((y / height) * 160) + 60;
      rows[place + 2] = noise ? (grain * 7) & 255 : 140;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const buffer = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return { name, mimeType: 'image/png', buffer };
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** A second of silence, as WAV. */
export function wav(name: string): MadeFile {
  const samples = 8_000;
  const buffer = Buffer.alloc(44 + samples);
  buffer.write('RIFF', 0, 'latin1');
  buffer.writeUInt32LE(36 + samples, 4);
  buffer.write('WAVEfmt ', 8, 'latin1');
  buffer.writeUInt32LE(16, 16);
  buffer.writeUInt16LE(1, 20);
  buffer.writeUInt16LE(1, 22);
  buffer.writeUInt32LE(samples, 24);
  buffer.writeUInt32LE(samples, 28);
  buffer.writeUInt16LE(1, 32);
  buffer.writeUInt16LE(8, 34);
  buffer.write('data', 36, 'latin1');
  buffer.writeUInt32LE(samples, 40);
  buffer.fill(128, 44);
  return { name, mimeType: 'audio/wav', buffer };
}

export function text(name: string, content: string, mimeType = 'text/plain'): MadeFile {
  return { name, mimeType, buffer: Buffer.from(content) };
}
