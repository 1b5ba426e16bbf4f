import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainLabel, shortLabels } from '../../src/datasets/plain-label';

/** The label in a text that stands between other bytes, which do not belong to it. */
const read = (text: string) => plainLabel(Buffer.from(`1${text}1`), 1, 1 + text.length);

describe('plainLabel', () => {
  it('is the number that Number reads, to the last bit', () => {
    const digits = fc.string({ unit: fc.nat(9).map(String), maxLength: 9 });
    fc.assert(
      fc.property(digits, fc.constantFrom('', '.'), digits, (whole, point, fraction) => {
        const text = whole + point + fraction;
        const [label, number] = [read(text), Number(text)];
        if (!Number.isNaN(label)) expect(label).toBe(number);
        else if (text !== '' && text !== '.' && number <= 1)
          expect((whole + fraction).length).toBeGreaterThan(15);
      }),
      { numRuns: 5000 },
    );
    expect(read('0.000000000000001')).toBe(NaN); // 16 digits
    expect(read('.000000000000001')).toBe(1e-15);
    expect(read('0.3')).toBe(0.3);
  });

  it('is 0 for −1, and left to others where a text is anything else', () => {
    expect(read('-1')).toBe(0);
    for (const text of ['', '.', '-', '-0', '-1.0', '2', '1.1', '+1', '1e-3', '0x1', '1_0', '١'])
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
          expect([...values.subarray(0, count + 2)]).toEqual([
            7,
            ...found.map((text) => (text === '1' ? 1 : 0)),
            7,
          ]);
      }),
      { numRuns: 3000 },
    );
  });
});
