import { describe, expect, it } from 'vitest';
import { finderByName } from '../../src/datasets/image-names';

/** The value of each name in a table. */
function found(table: Record<string, string>, names: string[]) {
  const find = finderByName(new Map(Object.entries(table)), names);
  return names.map(find);
}

describe('finderByName', () => {
  it.each([
    ['a\\001.jpg', 'a/001.jpg'],
    ['./a/001.jpg', 'a/001.jpg'],
    ['001.jpg', 'a/001.jpg'],
    ['x/a/001', 'a/001.jpg'],
    ['A/001.JPG', 'a/001.jpg'],
    ['a/001.png', 'a/001.jpg'],
    ['other/001.jpg', 'a/001.jpg'],
  ])('finds the value of %j by %j', (known, name) => {
    expect(found({ [known]: 'test', 'a/002.jpg': 'training' }, [name])).toEqual(['test']);
  });

  it('never takes the value of another image of the same name', () => {
    const table = { 'a/001.jpg': 'training', 'a/002.jpg': 'test' };
    const names = ['a/001.jpg', 'b/001.jpg', 'b/002.jpg'];
    expect(found(table, names)).toEqual(['training', undefined, 'test']);
    expect(found({ '001.jpg': 'x' }, ['a/001.jpg', 'b/001.jpg'])).toEqual(['x', 'x']);
    expect(found({ 'a/001.jpg': 'x', 'b/001.jpg': 'y' }, ['001.jpg'])).toEqual([undefined]);
  });
});
