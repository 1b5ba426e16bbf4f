import { describe, expect, it } from 'vitest';
import { unusedOptions } from '../../src/cli/unused-options';
import { METHOD_PARAMETERS, usedParameters } from '../../src/domain/method-parameters';
import { METHODS, type Settings } from '../../src/domain/settings';
import { settingsWith } from '../support/settings';

const notes = (values: Partial<Settings>) =>
  unusedOptions({ out: '', labels: '', split: '', ...values }, settingsWith(values));

describe('options that have no effect', () => {
  it.each<[Partial<Settings>, string[]]>([
    [{ method: 'kmeans', restarts: 3, clusters: 4 }, []],
    [
      { method: 'kmeans', eps: 1, metric: 'cosine' },
      ['note: --metric, --eps have no effect on K-Means as it is set'],
    ],
    [
      { method: 'dbscan', clusters: 4, autoFrom: 3 },
      ['note: --clusters, --auto-from have no effect on DBSCAN, which finds their number'],
    ],
    [{ clusters: 4, autoFrom: 3 }, ['note: --auto-from has no effect without --clusters auto']],
    [{ clusters: 'auto', autoFrom: 3, autoBy: 'gap' }, []],
    [
      { method: 'birch', preset: 'original', threshold: 1, gamma: 1 },
      [
        'note: --gamma has no effect on Birch as it is set',
        'note: --threshold has no effect with --preset original',
      ],
    ],
    [{ method: 'hdbscan', preset: 'original', minClusterSize: 3 }, []],
    [{ method: 'spectral', affinity: 'rbf', neighbors: 4 }, [expect.stringMatching(/--neighbors/)]],
    [{ features: 'embedding', metric: 'cosine' }, []],
    [
      { features: 'embedding', metric: 'hamming' },
      ['note: --metric has no effect on K-Means as it is set'],
    ],
    [{ method: 'agglomerative', linkage: 'ward', metric: 'cosine' }, []],
    [
      { weightsFrom: 'folder' },
      ['note: --weights-from has no effect without --weights rare or common'],
    ],
    [{ weights: 'rare', weightsFrom: 'folder' }, []],
  ])('%j', (values, expected) => {
    expect(notes(values)).toEqual(expected);
  });

  it('knows every parameter: some method uses each', () => {
    const ways = METHODS.flatMap((method) =>
      (['rbf', 'nearest_neighbors'] as const).map((affinity) =>
        usedParameters(settingsWith({ method, affinity, linkage: 'single' })),
      ),
    );
    expect(new Set(ways.flat())).toEqual(new Set(METHOD_PARAMETERS));
  });
});
