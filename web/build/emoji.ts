import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import type { Plugin } from 'vite';

/** What the page imports as `virtual:emoji/en`, or in another language that the data has. */
const prefix = 'virtual:emoji/';
/** Of later versions (Unicode Technical Standard 51) systems in use have no pictures yet. */
const latest_version = 15.1;
/** Parts that other emoji are made of: skin colours, hair. */
const component = 2;

interface Datum {
  emoji: string;
  label: string;
  tags?: string[];
  group?: number;
  order?: number;
  version: number;
}

/**
 * The names of all emoji in a language, as Unicode's common locale data has them, by group: one line each, the emoji,
 * its name and what else one may look for, so that the whole is small and read at once.
 */
export function emoji(): Plugin {
  const { resolve } = createRequire(import.meta.url);
  return {
    name: 'zoom:emoji',
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : null),
    async load(id) {
      if (!id.startsWith(`\0${prefix}`)) return null;
      const language = id.slice(prefix.length + 1);
      const text = await readFile(resolve(`emojibase-data/${language}/data.json`), 'utf8');
      const groups = new Map<number, string[]>();
      const data = (JSON.parse(text) as Datum[])
        .filter(({ group, version }) => group !== undefined && version <= latest_version)
        .sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
      for (const { emoji, label, tags = [], group = component } of data) {
        if (group === component) continue;
        const lines = groups.get(group) ?? [];
        lines.push([emoji, label, tags.join(' ')].join('\t'));
        groups.set(group, lines);
      }
      const whole = [...groups].sort(([a], [b]) => a - b).map(([, lines]) => lines.join('\n'));
      return `export default ${JSON.stringify(whole)};`;
    },
  };
}
