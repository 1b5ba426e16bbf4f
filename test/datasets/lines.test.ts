import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eachLine } from '../../src/datasets/lines';

/** Any text, with many line breaks. */
const texts = fc
  .array(fc.constantFrom('\n', '\r\n', '\r', 'a', 'é', '😀', ' ', '\uFEFF', ''), { maxLength: 40 })
  .map((parts) => parts.join(''));

/** Divides bytes after each of the positions. */
async function* divided(bytes: Buffer, positions: readonly number[]): AsyncGenerator<Buffer> {
  await Promise.resolve();
  const cuts = positions.map((each) => each % (bytes.length + 1)).sort((a, b) => a - b);
  for (const [i, cut] of [...cuts, bytes.length].entries())
    yield Buffer.from(bytes.subarray(i === 0 ? 0 : cuts[i - 1], cut));
}

async function linesOf(pieces: AsyncIterable<Buffer>, most = Infinity) {
  const lines: string[] = [];
  const isRead = await eachLine(pieces, (bytes, start, end) => {
    lines.push(bytes.toString('utf8', start, end));
    return lines.length < most;
  });
  return { lines, isRead };
}

describe('eachLine', () => {
  it('finds the lines that split finds, wherever the bytes are divided', async () => {
    await fc.assert(
      fc.asyncProperty(texts, fc.array(fc.nat(), { maxLength: 5 }), async (text, positions) => {
        const expected = text.replace(/^\uFEFF/, '').split(/\r?\n/);
        expect(await linesOf(divided(Buffer.from(text), positions))).toEqual({
          lines: expected,
          isRead: true,
        });
      }),
      { numRuns: 500 },
    );
  });

  it('ends at the line that is not to be followed by another one', async () => {
    const { lines, isRead } = await linesOf(divided(Buffer.from('a\nb\nc\nd'), [5]), 2);
    expect([lines, isRead]).toEqual([['a', 'b'], false]);
  });
});
