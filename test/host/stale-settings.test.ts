import { describe, expect, it } from 'vitest';
import type { RunManifest } from '../../src/domain/run';
import { parseSettings } from '../../src/domain/settings';
import { settingsOfFolders } from '../../src/host/runs/settings-of-folders';
import { staleSettings } from '../../src/host/runs/stale-settings';

const settings = (values: Record<string, unknown> = {}) => parseSettings(values, (name) => name);

/** The settings that changed between an analysis and now. */
function changed(
  then: Record<string, unknown>,
  now: Record<string, unknown>,
  folders: string[] = ['/data/celeba'],
): string[] {
  // A copy, as a stored run has it.
  const analyzed = structuredClone(settingsOfFolders(settings(then), folders));
  const manifest = { settings: analyzed, folders } as Partial<RunManifest> as RunManifest;
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
    expect(
      changed({ sampleByFolder: { celeba: 5 } }, { sampleByFolder: { celeba: 5 }, seed: 7 }),
    ).toEqual(['seed']);
  });

  it('takes numbers of single folders for what they are of the folders of the run', () => {
    expect(changed({}, { sampleByFolder: { lfw: 100 } })).toEqual([]);
    expect(changed({}, { sampleByFolder: { celeba: 100 } })).toEqual(['sample']);
    expect(changed({}, { limitByFolder: { lfw: 1 } }, ['/a/celeba', '/a/lfw'])).toEqual(['limit']);
  });
});

describe('settingsOfFolders', () => {
  const folders = ['/data/celeba', '/data/lfw', '/other/celeba/'];
  const of = (values: Record<string, unknown>) => {
    const { limit, sample } = settingsOfFolders(settings(values), folders);
    return { limit, sample };
  };

  it('has one number for all folders, unless one of them has its own', () => {
    expect(of({ limit: 9, sampleByFolder: { faces: 3 } })).toEqual({ limit: 9, sample: 0 });
    expect(of({ sampleByFolder: { celeba: 400, lfw: 100 } })).toEqual({
      limit: 0,
      sample: [400, 100, 400],
    });
    expect(of({ sample: 50, sampleByFolder: { lfw: 0 } }).sample).toEqual([50, 0, 50]);
    expect(of({ limit: [1, 2, 3], limitByFolder: { lfw: 7 } }).limit).toEqual([1, 7, 3]);
  });

  it('takes the longest end of a path, with any separators', () => {
    const limitByFolder = { celeba: 1, 'other\\celeba': 2, '/data/lfw/': 3, 'a/celeba': 4, '/': 5 };
    expect(of({ limitByFolder }).limit).toEqual([1, 3, 2]);
  });
});
