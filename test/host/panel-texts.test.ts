import { describe, expect, it } from 'vitest';
import { clustersText } from '../../src/text/clusters-text';
import { providerText } from '../../webview/text/provider-text';

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

describe('providerText', () => {
  const cpu = { provider: 'cpu' as const, used: true, reason: 'always works' };

  it('names the hardware', () => {
    expect(providerText({ provider: 'cuda', trials: [] })).toBe('NVIDIA GPU (CUDA)');
    expect(providerText({ provider: 'cpu', trials: [cpu] })).toBe('CPU');
    expect(providerText({ provider: 'constructor', trials: [] })).toBe('constructor');
  });

  it('mentions GPUs that could not be used', () => {
    const cuda = { provider: 'cuda' as const, used: false, reason: 'no driver' };
    expect(providerText({ provider: 'cpu', trials: [cuda, cpu] })).toBe('CPU (no GPU was usable)');
  });
});
