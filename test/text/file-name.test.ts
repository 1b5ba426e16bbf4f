import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileNameOf, fileNamesOf } from '../../src/text/file-name';
import { HOSTILE_NAMES } from '../support/hostile-names';

describe('fileNameOf', () => {
  it.each([
    ['Smiling women with lipstick', 'Smiling women with lipstick'],
    ['Zoë & Jürgen (2)', 'Zoë & Jürgen (2)'],
    ['../../etc/passwd', '_._.._etc_passwd'],
    ['.hidden', '_hidden'],
    ['a\nb\t c ', 'a_b_ c'],
    ['C:\\Users', 'C_Users'],
    ['CON', 'CON_'],
    ['com1.txt', 'com1_.txt'],
    ['console', 'console'],
    ['ends. .', 'ends'],
    ['???', ''],
    ['', ''],
  ])('makes %j a name: %j', (text, name) => {
    expect(fileNameOf(text)).toBe(name);
  });

  it('is safe on any file system, whatever the text', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE_NAMES));
    fc.assert(
      fc.property(text, (each) => {
        const name = fileNameOf(each);
        expect(name).not.toMatch(/[\p{Cc}\p{Cs}/\\:*?"<>|]|^\.|[. ]$/u);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(125);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('fileNamesOf', () => {
  it('tells names apart that differ in case only, and names what is nothing', () => {
    const names = fileNamesOf(['Anna', 'anna', '?', 'Anna/', '?'], (index) => `Cluster ${index}`);
    expect(names).toEqual(['Anna', 'anna (2)', 'Cluster 2', 'Anna_', 'Cluster 4']);
  });
});
