import { describe, expect, it } from 'vitest';
import { giveBack, takeBuffer } from '../../src/images/buffer-pool';

describe('memory that is used again', () => {
  it('is what was given back, where it is large enough and not far too large', () => {
    const [small, large] = [takeBuffer(10_000), takeBuffer(1_000_000)];
    giveBack(small);
    giveBack(large);
    const fits = takeBuffer(9000);
    expect(fits.buffer).toBe(small.buffer);
    expect(fits).toHaveLength(9000);
    const none = takeBuffer(9000);
    expect([small.buffer, large.buffer]).not.toContain(none.buffer);
    expect(takeBuffer(1_000_000).buffer).toBe(large.buffer);
  });

  it('is never had by two', () => {
    const had = Array.from({ length: 100 }, () => takeBuffer(500));
    had.forEach(giveBack);
    const again = Array.from({ length: 100 }, () => takeBuffer(500));
    expect(new Set(again.map(({ buffer }) => buffer)).size).toBe(100);
    for (const buffer of again) expect(buffer).toHaveLength(500);
  });

  it('is bounded', () => {
    const had = Array.from({ length: 8 }, () => takeBuffer(10_000_000));
    had.forEach(giveBack);
    const before = new Set<unknown>(had.map(({ buffer }) => buffer));
    const again = Array.from({ length: 8 }, () => takeBuffer(10_000_000));
    expect(again.filter(({ buffer }) => before.has(buffer))).toHaveLength(3);
  });
});
