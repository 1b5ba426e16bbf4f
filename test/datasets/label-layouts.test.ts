/** Tables read from bytes, compared with the same tables read from texts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Dialect, dialectOf } from '../../src/datasets/dialect';
import { LabelColumns } from '../../src/datasets/label-columns';
import type { LabelTable } from '../../src/datasets/label-table';
import { lineReader, parsedLabels } from '../../src/datasets/labels';
import { eachLine } from '../../src/datasets/lines';
import { messageOf, UserError } from '../../src/util/errors';

/** Labels, as nearly all cells of a table are. */
const labels = fc.constantFrom('0', '1', '-1', '0.25', '1.0', ' 1', '0  ');
/** Labels written otherwise, and cells that are none. */
const others = fc.constantFrom(
  ...['', '.5', '1.', '1e-3', '-0', '2', 'x', '\u00a01', '1\u3000', '\v1\f', 'é', '\u00a0', '"é '],
  ...['"1"', ' "0.5" ', '"a,b"', '"\u00a0"', '"a""b"', '"', 'a"b', '"a" b', '\u00a0"1"', '\r'],
  ...['True', 'no', 'NaN', 'None', '-2.5', '?'],
);
const names = fc.constantFrom('a.jpg', 'b c.jpg', '"d.jpg"', '"e, f.jpg"', 'é.jpg', '', ' g', '😀');

/** @param often how often, of 100 cells, one is not written like a label. */
const rows = (often: number) =>
  fc.array(
    fc.tuple(
      fc.oneof({ weight: 10, arbitrary: fc.constant('a.jpg') }, { weight: 2, arbitrary: names }),
      fc.array(fc.oneof({ weight: 100, arbitrary: labels }, { weight: often, arbitrary: others }), {
        minLength: 3,
        maxLength: 3,
      }),
    ),
    { maxLength: 6 },
  );

async function* piecesOf(text: string): AsyncGenerator<Buffer> {
  await Promise.resolve();
  yield Buffer.from(text);
}

/** The table, or the message of the error. */
async function outcome(read: () => LabelTable | undefined | Promise<LabelTable>) {
  try {
    const table = await read();
    return table && { ...table, values: [...table.values] };
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return messageOf(error);
  }
}

/** Without the numbers of lines: only the faster reader counts empty ones. */
const withoutLines = (result: Awaited<ReturnType<typeof outcome>>) =>
  typeof result === 'string' ? result.replace(/, line [\d,]+/, '') : result;

describe.each([',', ';', '\t'])('a table with %j between its cells', (separator) => {
  const headers = fc.constantFrom(
    ...['image,Male,Smiling,A', 'image,A,B,C', 'A,image,B,C', 'image,split,A,x', '"image",A,B,"C"'],
  );
  const endings = fc.constantFrom('\n', '\n', '\r\n', '\n\n', '\n \n');

  it.each([0, 3, 30])(
    'is read from bytes as the parser of CSV reads it, or left to that: %i of 100 cells odd',
    async (often) => {
      let read = 0;
      await fc.assert(
        fc.asyncProperty(headers, rows(often), endings, async (header, body, ending) => {
          const lines = [header, ...body.map(([name, cells]) => [name, ...cells].join(','))];
          const text = lines.map((line) => line.replaceAll(',', separator) + ending).join('');
          const dialect: Dialect = {
            ...dialectOf('a.csv', `${lines[0]!.replaceAll(',', separator)}\n`, true)!,
            separator,
          };
          const own = await outcome(async () => {
            const columns = new LabelColumns('a.csv', dialect);
            const isRead = await eachLine(piecesOf(text), lineReader(columns, dialect));
            const slow = () => parsedLabels('a.csv', piecesOf(text), dialect);
            return (isRead ? columns : await slow()).table();
          });
          read += 1;
          const parsed = await outcome(async () =>
            (await parsedLabels('a.csv', piecesOf(text), dialect)).table(),
          );
          expect(withoutLines(own)).toEqual(withoutLines(parsed));
        }),
        { numRuns: 300 },
      );
      expect(read).toBeGreaterThan(200); // otherwise nothing would be tested
    },
  );
});

describe("CelebA's layout", () => {
  it('is read as split and Number read it', async () => {
    await fc.assert(
      fc.asyncProperty(rows(3), fc.constantFrom(' ', '  ', '\t', '\u2003'), async (body, space) => {
        const lines = body.map(([name, cells]) => [name, ...cells].join(space));
        const text = [' A B  C', ...lines].map((line) => `${line}\n`).join('');
        const dialect = {
          separator: ' ',
          header: ['A', 'B', 'C'],
          first: undefined,
          skipped: 1,
          hasRowNames: true,
        };
        const own = await outcome(async () => {
          const columns = new LabelColumns('a.txt', dialect);
          await eachLine(piecesOf(text), lineReader(columns, dialect));
          return columns.table();
        });
        const found = lines.map((line) => line.split(/\s+/).filter((cell) => cell !== ''));
        if (found.some((cells) => cells.some((cell) => cell.includes('"')))) return; // quoted cells
        const valueOf = (cell: string) => {
          if (['True', 'no'].includes(cell)) return Number(cell === 'True');
          return ['NaN', 'None', '?'].includes(cell) ? NaN : Number(cell);
        };
        const isWrong = (cells: string[]) =>
          cells.length !== 0 &&
          (cells.length !== 4 ||
            cells.slice(1).some((cell) => {
              const value = valueOf(cell);
              const isUndefined = Number.isNaN(value) && ['NaN', 'None', '?'].includes(cell);
              return !isUndefined && !((value >= 0 && value <= 1) || value === -1);
            }));
        const wrong = found.findIndex(isWrong);
        if (wrong >= 0) {
          expect(own).toMatch(
            new RegExp(`^the labels 'a.txt', line ${wrong + 2}(, column '.')?: expected `),
          );
          return;
        }
        if (typeof own === 'string') {
          expect(own).toMatch(/have no attribute: .*(no value in any row|both -1 and fractions)/);
          return;
        }
        expect(own).toMatchObject({
          images: found.filter((cells) => cells.length > 0).map(([image]) => image),
        });
      }),
      { numRuns: 500 },
    );
  });
});
