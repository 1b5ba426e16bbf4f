import { describe, expect, it } from 'vitest';
import { releaseBuffer, acquireBuffer } from '../../src/images/buffer-pool';

describe('memory that is used again', () => {
  it('is what was given back, where it is large enough and not far too large', () => {
    const [small, large] = [acquireBuffer(10_000), acquireBuffer(1_000_000)];
    releaseBuffer(small);
    releaseBuffer(large);
    const fits = acquireBuffer(9000);
    expect(fits.buffer).toBe(small.buffer);
    expect(fits).toHaveLength(9000);
    const none = acquireBuffer(9000);
    expect([small.buffer, large.buffer]).not.toContain(none.buffer);
    expect(acquireBuffer(1_000_000).buffer).toBe(large.buffer);
  });

  it('is never had by two', () => {
    const had = Array.from({ length: 100 }, () => acquireBuffer(500));
    had.forEach(releaseBuffer);
    const again = Array.from({ length: 100 }, () => acquireBuffer(500));
    expect(new Set(again.map(({ buffer }) => buffer)).size).toBe(100);
    for (const buffer of again) expect(buffer).toHaveLength(500);
  });

  it('is bounded', () => {
    const had = Array.from({ length: 8 }, () => acquireBuffer(10_000_000));
    had.forEach(releaseBuffer);
    const before = new Set<unknown>(had.map(({ buffer }) => buffer));
    const again = Array.from({ length: 8 }, () => acquireBuffer(10_000_000));
    expect(again.filter(({ buffer }) => before.has(buffer))).toHaveLength(3);
  });
});
