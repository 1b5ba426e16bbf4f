import { describe, expect, it, test } from 'vitest';
import { glob } from '../../src/util/glob';

describe('glob', () => {
  test.each([
    ['*.png', 'a.png', true],
    ['*.png', 'b/c/a.PNG', true],
    ['*.png', 'a.png.jpg', false],
    ['raw', 'x/raw/1.jpg', true],
    ['raw', 'x/raws/1.jpg', false],
    ['x/raw', 'x/raw/1.jpg', true],
    ['x/raw', 'y/x/raw/1.jpg', false],
    ['**/raw', 'y/x/raw/1.jpg', true],
    ['**/raw', 'raw/1.jpg', true],
    ['x/**/1.jpg', 'x/1.jpg', true],
    ['x/**/1.jpg', 'x/a/b/1.jpg', true],
    ['x/**/1.jpg', 'x/a/b/2.jpg', false],
    ['/x/*.jpg', 'x/1.jpg', true],
    ['./x/*.jpg', 'x/1.jpg', true],
    ['x/', 'x/1.jpg', true],
    ['x\\raw', 'x/raw/1.jpg', true],
    ['x/*.jpg', 'x/a/1.jpg', false],
    ['IMG_????.jpg', 'img_0001.jpg', true],
    ['IMG_????.jpg', 'img_001.jpg', false],
    ['[a-c]*.jpg', 'b1.jpg', true],
    ['[!a-c]*.jpg', 'b1.jpg', false],
    ['[]]*', ']x', true],
    ['*.{jpg,png}', 'a.png', true],
    ['{a,b{c,d}}/*', 'bd/1', true],
    ['{a,b{c,d}}/*', 'b/1', false],
    ['$&', '$&', true],
    ['a+(b).jpg', 'a+(b).jpg', true],
    ['😀?.jpg', '😀😀.jpg', true],
    ['*', '', true],
  ])('%s matches %s: %s', (pattern, path, expected) => {
    expect(glob(pattern)(path)).toBe(expected);
  });

  it('equals a search through all possibilities', () => {
    const letters = ['a', 'b', '*', '?'];
    const words = (of: string[], length: number): string[] =>
      length === 0 ? [''] : words(of, length - 1).flatMap((word) => of.map((each) => word + each));
    const slow = (pattern: string, text: string): boolean => {
      if (pattern === '') return text === '';
      const [first, rest] = [pattern[0]!, pattern.slice(1)];
      if (first === '*') return slow(rest, text) || (text !== '' && slow(pattern, text.slice(1)));
      return text !== '' && (first === '?' || first === text[0]) && slow(rest, text.slice(1));
    };
    for (const pattern of words(letters, 4).filter((each) => each !== '****')) {
      if (pattern.includes('**')) continue;
      const matches = glob(pattern);
      for (const text of [...words(['a', 'b'], 3), ...words(['a', 'b'], 5)])
        expect(matches(text), `${pattern} ${text}`).toBe(slow(pattern, text));
    }
  });

  test.each([
    ['', 'expected a name or a path'],
    ['a{b', "a '{' or '}' has no counterpart"],
    ['a}', "a '{' or '}' has no counterpart"],
    ['[a', "a '[' has no counterpart"],
    ['x'.repeat(1001), 'at most 1000 characters, got 1001'],
    ['{a,b}'.repeat(8), 'at most 100 alternatives'],
  ])('refuses %j', (pattern, message) => {
    expect(() => glob(pattern)).toThrow(message);
  });

  it('takes no exponential time for a hostile pattern', () => {
    const pattern = `${'*a'.repeat(400)}b`;
    expect(glob(pattern)('a'.repeat(5000))).toBe(false);
    expect(glob(`${'**/a/'.repeat(100)}b`)('a/'.repeat(1000))).toBe(false);
  });
});
