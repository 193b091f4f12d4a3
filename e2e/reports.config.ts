// Measures what is promised in time, and prints it: `e2e/run --config reports.config.ts`.
import { defineConfig } from '@playwright/test';

import tests from './playwright.config.ts';

export default defineConfig({ ...tests, testDir: 'reports', retries: 0, timeout: 300_000 });
