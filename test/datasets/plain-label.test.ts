import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainNumber, shortLabels } from '../../src/datasets/plain-label';

/** The number in a text that stands between other bytes, which do not belong to it. */
const read = (text: string) => plainNumber(Buffer.from(`1${text}1`), 1, 1 + text.length);

describe('plainNumber', () => {
  it('is the number that Number reads, to the last bit', () => {
    const digits = fc.string({ unit: fc.nat(9).map(String), maxLength: 9 });
    const signs = fc.constantFrom('', '', '-');
    fc.assert(
      fc.property(
        signs,
        digits,
        fc.constantFrom('', '.'),
        digits,
        (sign, whole, point, fraction) => {
          const text = sign + whole + point + fraction;
          const [value, number] = [read(text), Number(text)];
          if (!Number.isNaN(value))
            expect(value + 0).toBe(number + 0); // no -0
          else if (/\d/.test(text)) expect((whole + fraction).length).toBeGreaterThan(15);
        },
      ),
      { numRuns: 5000 },
    );
    expect(read('0.000000000000001')).toBe(NaN); // 16 digits
    expect(read('.000000000000001')).toBe(1e-15);
    expect(read('0.3')).toBe(0.3);
  });

  it('leaves to others what is no plain number', () => {
    expect([read('-1'), read('-1.0'), read('-0'), read('2.5')]).toEqual([-1, -1, 0, 2.5]);
    for (const text of ['', '.', '-', '-.', '+1', '--1', '1-', '1e-3', '0x1', '1_0', '١'])
      expect(read(text)).toBe(NaN);
    expect(read('0.1.1')).toBe(NaN);
  });
});

describe('shortLabels', () => {
  const cells = fc.array(
    fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom('0', '1', '-1') },
      { weight: 1, arbitrary: fc.constantFrom('', '-', '2', '10', '-11', '0.5', 'x', '/', '\t1') },
    ),
    { minLength: 1, maxLength: 6 },
  );

  it.each([
    [' ', / +/],
    [',', /,/],
    [';', /;/],
    ['\t', /\t/],
  ])('takes lines of 0, 1 and −1 between %j, and no others', (separator, pattern) => {
    fc.assert(
      fc.property(cells, fc.nat(2), fc.nat(2), fc.nat(1), (texts, more, before, after) => {
        const isSpace = separator === ' ';
        const body = texts.join(isSpace ? ' '.repeat(1 + more) : separator);
        const line = isSpace ? ' '.repeat(before) + body + ' '.repeat(after) : body;
        const bytes = Buffer.from(`1${line}1`);
        const values = new Float32Array(8).fill(7);
        const range = { bytes, start: 1, end: 1 + line.length };
        const count = texts.length;
        const isTaken = shortLabels(range, separator.charCodeAt(0), values, 1, count);
        const found = (isSpace ? line.replace(/^ +/, '') : line).split(pattern);
        const isShort = found.every((text) => /^(0|1|-1)$/.test(text)) && found.length === count;
        expect(isTaken).toBe(isShort);
        if (isTaken)
          expect([...values.subarray(0, count + 2)]).toEqual([7, ...found.map(Number), 7]);
      }),
      { numRuns: 3000 },
    );
  });
});
