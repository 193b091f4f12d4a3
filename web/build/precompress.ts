import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

import type { Plugin } from 'vite';

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** What compresses; pictures and fonts do already. */
const texts = /\.(?:js|css|svg|json|map|txt|webmanifest)$/;

/** Programs for the browser's machine: megabytes, so that the server carries them once, compressed. */
const machine = /\.wasm$/;

/** Smaller than this, a compressed file saves less than its headers cost. */
const smallestBytes = 512;

/**
 * Writes `.br` and `.gz` beside every text of the build, so that the server compresses nothing
 * while people wait. A variant that is not smaller than the file itself is left out. Of machine code only the
 * `.gz` is kept: whoever runs it takes that coding.
 */
export function precompress(): Plugin {
  return {
    name: 'zoom:precompress',
    apply: 'build',
    async writeBundle(options, bundle) {
      const folder = options.dir;
      if (folder === undefined) return;
      const files = (kind: RegExp) =>
        Object.keys(bundle)
          .filter((name) => kind.test(name))
          .map((name) => path.join(folder, name));
      await Promise.all([...files(texts).map(compress), ...files(machine).map(replace)]);
    },
  };
}

async function compress(file: string): Promise<void> {
  const plain = await readFile(file);
  if (plain.length < smallestBytes) return;
  const [br, gz] = await Promise.all([
    brotli(plain, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
      },
    }),
    gzipped(plain, { level: constants.Z_BEST_COMPRESSION }),
  ]);
  if (br.length < plain.length) await writeFile(`${file}.br`, br);
  if (gz.length < plain.length) await writeFile(`${file}.gz`, gz);
}

async function replace(file: string): Promise<void> {
  const gz = await gzipped(await readFile(file), { level: constants.Z_BEST_COMPRESSION });
  await writeFile(`${file}.gz`, gz);
  await rm(file);
}
