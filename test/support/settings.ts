/** Settings and networks for tests, and for test programs that run without vitest. */
import { resolve } from 'node:path';
import { parseSettings, type Settings } from '../../src/domain/settings';
import { bundledModels } from '../../src/engine/bundled-files';

/** Root of the repository. scripts/test-program.mjs passes it to bundled programs. */
export const ROOT = process.env.FACE_CLUSTERS_ROOT ?? resolve(__dirname, '..', '..');

export const bundled = bundledModels(ROOT);

/**
 * Default settings, except that the CPU is used, because trying other execution providers takes
 * long, and that every image is one aligned face.
 */
export const settingsWith = (values: Partial<Settings> = {}): Settings =>
  parseSettings({ provider: 'cpu', detect: 'never', ...values }, (name) => name);
