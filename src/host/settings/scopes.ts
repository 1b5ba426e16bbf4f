/**
 * From where each setting may be set in VS Code. The same stands in package.json, which VS Code
 * goes by, and with its reasons in docs/security.md; a test holds them against each other.
 */
import type { Settings } from '../../domain/settings';

interface SettingScope {
  /** `machine`: only the user, for a machine. The others may be set by a workspace as well. */
  scope: 'window' | 'machine' | 'machine-overridable';
  /** Whether a workspace's own value counts only once the workspace is trusted. */
  restricted: boolean;
}

/** The worst that a value can do is another or a slower clustering, which the user can cancel. */
const HARMLESS: SettingScope = { scope: 'window', restricted: false };

export const SETTING_SCOPES: Readonly<Record<keyof Settings, SettingScope>> = {
  cudaLibraries: { scope: 'machine', restricted: true },
  cacheLimit: { scope: 'machine', restricted: true },
  maxImageFileSize: { scope: 'machine', restricted: true },
  maxImageMegapixels: { scope: 'machine', restricted: true },
  maxImageSeconds: { scope: 'machine', restricted: true },
  maxImageMemory: { scope: 'machine', restricted: true },
  model: { scope: 'machine-overridable', restricted: true },
  cache: { scope: 'window', restricted: true },
  provider: { scope: 'window', restricted: true },
  affinity: HARMLESS,
  assignLabels: HARMLESS,
  attributes: HARMLESS,
  autoBy: HARMLESS,
  autoFrom: HARMLESS,
  autoTo: HARMLESS,
  batchSize: HARMLESS,
  branchingFactor: HARMLESS,
  clusters: HARMLESS,
  detect: HARMLESS,
  eps: HARMLESS,
  features: HARMLESS,
  gamma: HARMLESS,
  limit: HARMLESS,
  linkage: HARMLESS,
  method: HARMLESS,
  metric: HARMLESS,
  minClusterSize: HARMLESS,
  minFaceScore: HARMLESS,
  minFaceSize: HARMLESS,
  minSamples: HARMLESS,
  neighbors: HARMLESS,
  preset: HARMLESS,
  restarts: HARMLESS,
  sample: HARMLESS,
  seed: HARMLESS,
  threshold: HARMLESS,
  thresholds: HARMLESS,
  watch: HARMLESS,
  weights: HARMLESS,
  weightsFrom: HARMLESS,
  xi: HARMLESS,
};
