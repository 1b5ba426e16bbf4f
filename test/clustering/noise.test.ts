import { describe, expect, it } from 'vitest';
import { distinctVectors } from '../../src/clustering/distinct';
import { calinskiHarabasz, daviesBouldin, inertiaOf } from '../../src/clustering/scores';
import { silhouette } from '../../src/clustering/silhouette';
import { clusteringSettings, type Settings } from '../../src/domain/settings';
import { clusterFaces } from '../../src/engine/clustering/cluster-faces';
import { settingsWith } from '../support/engine';
import { binaryRows, blobs, matrix } from '../support/vectors';

describe('noise', () => {
  it('counts as a cluster in every score', async () => {
    const { data, labels } = blobs(60, 4, 3, 2);
    const vectors = distinctVectors(matrix(data));
    const noisy = Int32Array.from(labels, (label) => (label === 3 ? -1 : label));
    const asCluster = Int32Array.from(labels);
    expect(daviesBouldin(vectors, noisy, 3)).toBe(daviesBouldin(vectors, asCluster, 4));
    expect(calinskiHarabasz(vectors, noisy, 3)).toBe(calinskiHarabasz(vectors, asCluster, 4));
    expect(inertiaOf(vectors, noisy, 3)).toBe(inertiaOf(vectors, asCluster, 4));
    const [a, b] = [await silhouette(vectors, noisy, 3), await silhouette(vectors, asCluster, 4)];
    expect(a.mean).toBe(b.mean);
  });

  it('is said', async () => {
    const input = {
      probabilities: Float32Array.from(binaryRows(200, 3, 1).flat()),
      names: ['Smiling', 'Male', 'Eyeglasses'],
    };
    const values = { attributes: input.names, method: 'dbscan', eps: 0.1, minSamples: 20 } as const;
    const { clustering } = await clusterFaces(input, clusteringSettings(settingsWith(values)));
    const noise = clustering.clusters.find(({ id }) => id === -1)!.size;
    expect(clustering.notices).toContain(
      `${noise} of the 200 faces are noise, which counts as a cluster in every score`,
    );
  });

  it('is followed by what to try where there is nothing else', async () => {
    const input = {
      probabilities: Float32Array.from(binaryRows(40, 3, 1).flat()),
      names: ['Smiling', 'Male', 'Eyeglasses'],
    };
    const noticesOf = async (values: Partial<Settings>) => {
      const settings = settingsWith({ attributes: input.names, ...values });
      return (await clusterFaces(input, clusteringSettings(settings))).clustering.notices;
    };
    expect(await noticesOf({ method: 'hdbscan', minClusterSize: 30 })).toEqual([
      'HDBSCAN found no cluster with these parameters: every face is noise. Try a min. cluster size of 2',
    ]);
    expect(await noticesOf({ method: 'dbscan', eps: 0.1, minSamples: 41 })).toEqual([
      'DBSCAN found no cluster with these parameters: every face is noise. Try an eps of 0.2, or fewer min. samples',
    ]);
  });
});
