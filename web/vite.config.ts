import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

import { budget } from './build/budget.ts';
import { emoji } from './build/emoji.ts';
import { entrance } from './build/entrance.ts';
import { icons } from './build/icons.ts';
import { precompress } from './build/precompress.ts';

/**
 * The program that pages, sockets and everything else but the app's own files come from during
 * development; see CONTRIBUTING.md.
 */
const program = process.env['ZOOM_PROGRAM'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/public/',
  // Nothing is served as it lies on the disk: every file goes through the build and gets a hash.
  publicDir: false,
  plugins: [
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './paraglide',
      strategy: ['globalVariable', 'baseLocale'],
    }),
    svelte({ compilerOptions: { runes: true } }),
    budget({
      room: { first_bytes: 60_000, always: ['src/views/Room.svelte'], all_bytes: 90_000 },
    }),
    emoji(),
    icons(),
    entrance(() => [svelte({ configFile: false, compilerOptions: { runes: true } })].flat()),
    precompress(),
  ],
  build: {
    // Both browsers that are supported have had everything in it for years.
    target: 'es2022',
    manifest: 'manifest.json',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    // A data: URL would need a hole in the Content-Security-Policy.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        room: 'src/room/main.ts',
        home: 'src/home/main.ts',
        site: 'src/site.css',
      },
      output: {
        entryFileNames: '[name]-[hash].js',
        chunkFileNames: '[name]-[hash].js',
        assetFileNames: '[name]-[hash][extname]',
      },
    },
  },
  server: {
    strictPort: true,
    proxy: {
      // Pictures with lasting names are the program's, too.
      '^/(?!public/(?!icons/))': { target: program, ws: true, xfwd: false },
    },
  },
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'happy-dom',
    // A test that forgets to bring back what it replaced must not reach the next one.
    restoreMocks: true,
    unstubGlobals: true,
  },
});
