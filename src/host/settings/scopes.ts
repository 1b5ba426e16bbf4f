/**
 * The level at which each setting may be set in VS Code. package.json repeats it, because VS Code
 * reads it there, and docs/security.md gives the reasons; tests compare all three.
 */
import type { Settings } from '../../domain/settings';

interface SettingScope {
  /** `machine`: only the user. The others may be set by a workspace, too. */
  scope: 'window' | 'machine' | 'machine-overridable';
  /** Whether the value of a workspace is ignored until the workspace is trusted. */
  restricted: boolean;
}

/** The worst effect is a different or slower clustering, which the user can cancel. */
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
  copies: HARMLESS,
  detect: HARMLESS,
  eps: HARMLESS,
  exclude: HARMLESS,
  features: HARMLESS,
  formats: HARMLESS,
  gamma: HARMLESS,
  include: HARMLESS,
  limit: HARMLESS,
  limitByFolder: HARMLESS,
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
  sampleByFolder: HARMLESS,
  seed: HARMLESS,
  threshold: HARMLESS,
  thresholds: HARMLESS,
  watch: HARMLESS,
  weights: HARMLESS,
  weightsFrom: HARMLESS,
  xi: HARMLESS,
};
