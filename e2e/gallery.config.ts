// Takes pictures of every screen: `e2e/gallery`; those of README where ZOOM_GALLERY_README says so.
import { defineConfig } from '@playwright/test';

import tests from './playwright.config.ts';

export default defineConfig({
  ...tests,
  testDir: 'pictures',
  testMatch:
    process.env['ZOOM_GALLERY_README'] === undefined ? 'gallery.spec.ts' : 'readme.spec.ts',
  outputDir: 'results/gallery',
  retries: 0,
});
