import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests',
  outputDir: 'results',
  // Three browsers that encode video fill two cores; a second test beside them would starve both.
  workers: 1,
  // Real browsers on a busy machine: a test that fails once is told as flaky, twice as failed.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // One picture for every system: fonts are the same where the tests install them.
  snapshotPathTemplate: '{testDir}/{testFileName}-snapshots/{arg}{ext}',
  reporter: [['list']],
});
