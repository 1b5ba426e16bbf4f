import { describe, expect, it } from 'vitest';
import type { RunManifest } from '../../src/domain/run';
import { analysisSettings, parseSettings } from '../../src/domain/settings';
import { staleSettings } from '../../src/host/runs/stale-settings';

const settings = (values: Record<string, unknown> = {}) => parseSettings(values, (name) => name);

/** The settings that changed between an analysis and now. */
function changed(then: Record<string, unknown>, now: Record<string, unknown>): string[] {
  // A copy, as a stored run has it.
  const manifest = { settings: structuredClone(analysisSettings(settings(then))) } as RunManifest;
  return staleSettings(manifest, settings(now));
}

describe('staleSettings', () => {
  it('names none where nothing was changed', () => {
    expect(changed({}, {})).toEqual([]);
    expect(changed({ exclude: ['raw'], limit: 3 }, { exclude: ['raw'], limit: 3 })).toEqual([]);
  });

  it('names what was changed, and nothing that has no effect', () => {
    expect(changed({}, { exclude: ['raw'], include: ['*.jpg'], minFaceSize: 30 })).toEqual([
      'minFaceSize',
      'include',
      'exclude',
    ]);
    expect(changed({}, { batchSize: 8, cacheLimit: 2, method: 'dbscan' })).toEqual([]);
  });

  it('names the seed only where images are drawn with it', () => {
    expect(changed({}, { seed: 7 })).toEqual([]);
    expect(changed({ sample: 5 }, { sample: 5, seed: 7 })).toEqual(['seed']);
  });
});
