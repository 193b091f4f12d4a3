// Measures what a bad network does to a call: `e2e/network`.
import { defineConfig } from '@playwright/test';

import tests from './playwright.config.ts';

export default defineConfig({ ...tests, testDir: 'conditions', timeout: 240_000, retries: 0 });
