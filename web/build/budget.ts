import { brotliCompressSync } from 'node:zlib';

import type { Plugin } from 'vite';

/** What an entry's scripts may come to, in bytes as they are sent: of brotli, which every browser takes. */
export interface Budget {
  /** The entry with all that it imports at once: how long somebody on a slow line looks at an empty page. */
  first_bytes: number;
  /** Modules that are loaded in any case a moment later. */
  always: string[];
  /** All of it. */
  all_bytes: number;
}

/** Fails the build when an entry's scripts are larger than they may be. */
export function budget(budgets: Record<string, Budget>): Plugin {
  return {
    name: 'zoom:budget',
    apply: 'build',
    generateBundle(_, bundle) {
      for (const [name, { first_bytes, always, all_bytes }] of Object.entries(budgets)) {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        const entry = chunks.find((chunk) => chunk.isEntry && chunk.name === name);
        const later = always.map((module) =>
          chunks.find((chunk) => chunk.facadeModuleId?.endsWith(module)),
        );
        if (entry === undefined || later.includes(undefined)) {
          this.error(`the budget of ${name} speaks of files that are not there`);
        }
        const first = imported(entry.fileName, bundle);
        const all = new Set(first);
        for (const chunk of later) if (chunk !== undefined) imported(chunk.fileName, bundle, all);
        const sizes = [bytesOf(first, bundle), bytesOf(all, bundle)] as const;
        const said = `the script of ${name}: ${String(sizes[0])} bytes of ${String(first_bytes)} first, ${String(sizes[1])} of ${String(all_bytes)} in all`;
        if (sizes[0] > first_bytes || sizes[1] > all_bytes) {
          this.error(`${said}; load with import() what is not needed at once`);
        }
        this.info(said);
      }
    },
  };
}

type Bundle = Record<string, { type: string; code?: string; imports?: string[] }>;

/** A chunk, and what it imports before it runs. */
function imported(fileName: string, bundle: Bundle, seen = new Set<string>()): Set<string> {
  if (seen.has(fileName)) return seen;
  seen.add(fileName);
  for (const name of bundle[fileName]?.imports ?? []) imported(name, bundle, seen);
  return seen;
}

function bytesOf(files: Iterable<string>, bundle: Bundle): number {
  let bytes = 0;
  for (const file of files) bytes += brotliCompressSync(bundle[file]?.code ?? '').length;
  return bytes;
}
