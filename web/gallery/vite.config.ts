// The gallery alone, for e2e/gallery and the browser tests; no program takes it in. Run in web/.
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

import { emoji } from '../build/emoji.ts';

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  publicDir: false,
  plugins: [
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './paraglide',
      strategy: ['globalVariable', 'baseLocale'],
    }),
    svelte({ compilerOptions: { runes: true } }),
    emoji(),
  ],
  build: { target: 'es2022', outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0 },
});
