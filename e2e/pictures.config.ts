// Takes the pictures of README: `e2e/run --config pictures.config.ts`.
import { defineConfig } from '@playwright/test';

import tests from './playwright.config.ts';

export default defineConfig({ ...tests, testDir: 'pictures' });
