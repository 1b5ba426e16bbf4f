import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '..',
  // Components first: they take seconds.
  testMatch: ['webview/*.spec.ts', 'vscode/*.spec.ts'],
  outputDir: '../../test-results',
  // One VS Code at a time: the engine uses every core.
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  // A test that fails once is a defect of the extension or of the test; neither is hidden by trying
  // again.
  retries: 0,
  reporter:
    process.env.FACE_CLUSTERS_PLAYWRIGHT_JSON === undefined
      ? 'list'
      : [['list'], ['json', { outputFile: process.env.FACE_CLUSTERS_PLAYWRIGHT_JSON }]],
});
