import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

import svelteConfig from './svelte.config.js';

/** What the call engine must do without, so that it can be published alone. */
const notInTheEngine = [
  { group: ['svelte', 'svelte/*', '*.svelte', '@lucide/*'], message: 'The engine knows no UI.' },
  { group: ['**/paraglide/*', '**/messages/*'], message: 'The engine speaks no language.' },
  {
    group: ['**/state/*', '**/views/*', '**/parts/*', '**/room/*', '**/home/*'],
    message: 'The engine is below everything else.',
  },
];

export default ts.config(
  {
    ignores: [
      'dist/',
      'gallery/dist/',
      'paraglide/',
      'node_modules/',
      'src/protocol/',
      'project.inlang/',
    ],
  },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  {
    files: ['src/**/*.ts', 'gallery/*.ts'],
    ignores: ['gallery/vite.config.ts'],
    extends: [...ts.configs.recommendedTypeCheckedOnly],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-unnecessary-condition': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: {
        projectService: true,
        extraFileExtensions: ['.svelte'],
        parser: ts.parser,
        svelteConfig,
      },
    },
    rules: {
      // Inline styles and markup from text would need holes in the Content-Security-Policy.
      'svelte/no-at-html-tags': 'error',
      // `style:` directives set properties through the CSSOM, which the policy allows.
      'no-restricted-syntax': [
        'error',
        { selector: 'SvelteAttribute[key.name="style"]', message: 'Use a class, or style:name.' },
      ],
    },
  },
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/call/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: notInTheEngine }] },
  },
  { files: ['*.js', '*.ts', 'build/**'], languageOptions: { globals: { ...globals.node } } },
);
