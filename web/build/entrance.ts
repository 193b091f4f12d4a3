import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Plugin, Rolldown } from 'vite';
import { build } from 'vite';

/** A language, and what its entrance is called in the build. */
const languages = ['en', 'ko'] as const;

/**
 * Left in the HTML for the server, which writes a room's name and address there. Letters for private use: no text has
 * them, and nothing escapes them.
 */
const blanks = { room: '\u{e000}', path: '\u{e001}' };

/** The same as the HTML has them, and by the names that the server's templates know them by. */
const filled = [
  [blanks.room, '{{ room }}'],
  [encodeURIComponent(blanks.path), '{{ back }}'],
] as const;

interface Prepared {
  prepare: (language: string, blanks: Record<string, string>) => string;
  joiningText: (language: string) => string;
}

/**
 * Writes the room's entrance as HTML, one template for each language, and the script that keeps what is done in it
 * until the app takes over: the first screen does not wait for the app.
 */
export function entrance(plugins: () => Plugin[]): Plugin {
  let root = '';
  return {
    name: 'zoom:entrance',
    apply: (_, { isSsrBuild }) => isSsrBuild !== true,
    configResolved(config) {
      root = config.root;
    },
    async generateBundle() {
      const prepared = await run<Prepared>(
        await bundled({ root, plugins: plugins(), input: 'src/room/prepare.ts', ssr: true }),
      );
      for (const language of languages) {
        let html = prepared.prepare(language, blanks);
        if (/ style=|<script|[{}]/.test(html)) {
          this.error('the entrance has an inline style or script, or braces that templates read');
        }
        for (const [blank, name] of filled) {
          if (!html.includes(blank)) this.error(`the entrance has no ${name}`);
          html = html.replaceAll(blank, name);
        }
        const joining = prepared.joiningText(language);
        this.emitFile({
          type: 'asset',
          fileName: `entrance/${language}.html`,
          source: `<div id="app" data-room="{{ room }}" data-lang="${language}" data-joining="${joining}" data-prepared>${html}</div>`,
        });
      }
      const early = await bundled({ root, plugins: [], input: 'src/room/inline.ts', ssr: false });
      this.emitFile({ type: 'asset', fileName: 'entrance/early.js', source: early });
    },
  };
}

/** Leaves out what is loaded later: nothing of it runs here. */
const alone: Plugin = { name: 'zoom:alone', enforce: 'pre', resolveDynamicImport: () => false };

/** What a module exports. */
async function run<Exports>(code: string): Promise<Exports> {
  const folder = await mkdtemp(path.join(tmpdir(), 'zoom-entrance-'));
  try {
    const file = path.join(folder, 'entrance.mjs');
    await writeFile(file, code);
    return (await import(pathToFileURL(file).href)) as Exports;
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Bundled {
  root: string;
  plugins: Plugin[];
  input: string;
  /** For Node rather than for a browser. */
  ssr: boolean;
}

/** The code of one module with all that it imports. */
async function bundled({ root, plugins, input, ssr }: Bundled): Promise<string> {
  const result = (await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [...plugins, alone],
    build: {
      ssr,
      write: false,
      target: 'es2022',
      minify: !ssr,
      modulePreload: { polyfill: false },
      rolldownOptions: { input, output: { format: ssr ? 'es' : 'iife' } },
    },
    ...(ssr && { ssr: { noExternal: true } }),
  })) as Rolldown.RolldownOutput;
  const [chunk, ...more] = result.output.filter((file) => file.type === 'chunk');
  if (chunk === undefined || more.length > 0) throw new Error(`${input} is not one script`);
  return chunk.code;
}
