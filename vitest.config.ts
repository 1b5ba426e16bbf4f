import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { watForVite } from './scripts/wat.mjs';

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [watForVite],
  // The module `vscode` exists only inside VS Code.
  resolve: { alias: { vscode: pathOf('test/support/vscode.ts') } },
  test: {
    include: ['test/**/*.test.ts'],
    // Folder of the command line's cache; global-setup.ts clears it.
    env: { FACE_CLUSTERS_CACHE: pathOf('.cache/test-store') },
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/native-environment.ts'],
    // Tests analyze real images with a real network, also on slow machines.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // Each engine uses all cores, so running test files in parallel would gain nothing.
    fileParallelism: false,
  },
});
