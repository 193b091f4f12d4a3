// Takes pictures of every screen: `e2e/gallery`.
import { defineConfig } from '@playwright/test';

import tests from './playwright.config.ts';

export default defineConfig({
  ...tests,
  testDir: 'pictures',
  testMatch: 'gallery.spec.ts',
  outputDir: 'results/gallery',
  retries: 0,
});
