import { describe, expect, it } from 'vitest';
import { releaseBuffer, acquireBuffer } from '../../src/images/buffer-pool';

describe('the buffer pool', () => {
  it('reuses released memory that is large enough, but not far too large', () => {
    const [small, large] = [acquireBuffer(10_000), acquireBuffer(1_000_000)];
    releaseBuffer(small);
    releaseBuffer(large);
    const fits = acquireBuffer(9000);
    expect(fits.buffer).toBe(small.buffer);
    expect(fits).toHaveLength(9000);
    const fresh = acquireBuffer(9000);
    expect([small.buffer, large.buffer]).not.toContain(fresh.buffer);
    expect(acquireBuffer(1_000_000).buffer).toBe(large.buffer);
  });

  it('never returns memory that is in use', () => {
    const buffers = Array.from({ length: 100 }, () => acquireBuffer(500));
    buffers.forEach(releaseBuffer);
    const again = Array.from({ length: 100 }, () => acquireBuffer(500));
    expect(new Set(again.map(({ buffer }) => buffer)).size).toBe(100);
    for (const buffer of again) expect(buffer).toHaveLength(500);
  });

  it('holds at most 32 MB', () => {
    const buffers = Array.from({ length: 8 }, () => acquireBuffer(10_000_000));
    buffers.forEach(releaseBuffer);
    const before = new Set<unknown>(buffers.map(({ buffer }) => buffer));
    const again = Array.from({ length: 8 }, () => acquireBuffer(10_000_000));
    expect(again.filter(({ buffer }) => before.has(buffer))).toHaveLength(3);
  });
});
