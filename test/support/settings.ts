/** Settings and networks for tests, and for programs of theirs that run without vitest. */
import { resolve } from 'node:path';
import { parseSettings, type Settings } from '../../src/domain/settings';
import { bundledModels } from '../../src/engine/bundled-files';

/** Programs that are bundled for themselves are told; see scripts/fuzz.mjs. */
export const ROOT = process.env.FACE_CLUSTERS_ROOT ?? resolve(__dirname, '..', '..');

export const bundled = bundledModels(ROOT);

/**
 * Settings with defaults; on the CPU, so that tests do not wait for other execution providers to be
 * tried, and with images taken as faces.
 */
export const settingsWith = (values: Partial<Settings> = {}): Settings =>
  parseSettings({ provider: 'cpu', detect: 'never', ...values }, (name) => name);
