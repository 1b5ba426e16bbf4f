import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { watForVite } from './scripts/wat.mjs';

export default defineConfig({
  plugins: [watForVite],
  // The module exists inside VS Code only.
  resolve: { alias: { vscode: fileURLToPath(new URL('test/support/vscode.ts', import.meta.url)) } },
  test: {
    include: ['test/**/*.test.ts'],
    // What the command line keeps between runs; emptied before the tests
    // (test/support/fetch-samples.ts).
    env: { FACE_CLUSTERS_CACHE: fileURLToPath(new URL('.cache/test-store', import.meta.url)) },
    globalSetup: ['test/support/fetch-samples.ts'],
    setupFiles: ['test/support/native-environment.ts'],
    // Real images and a real network: a slow machine takes its time.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // Each engine uses all cores; files beside each other would only wait for one another.
    fileParallelism: false,
  },
});
