import { describe, expect, it } from 'vitest';
import { clustersText } from '../../src/text/clusters-text';

describe('clustersText', () => {
  it('does not count noise as a cluster', () => {
    expect(clustersText([{ id: 0, size: 3 }])).toBe('1 cluster');
    expect(clustersText([{ id: -1, size: 48 }])).toBe('0 clusters, 48 faces are noise');
    expect(
      clustersText([
        { id: 0, size: 3 },
        { id: 1, size: 2 },
        { id: -1, size: 1 },
      ]),
    ).toBe('2 clusters, 1 face is noise');
  });
});
