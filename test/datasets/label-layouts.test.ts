/** Tables read from bytes, compared with the same tables read from texts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvLabels, parsedCsvLabels } from '../../src/datasets/csv-labels';
import type { LabelTable } from '../../src/datasets/label-table';
import { eachLine } from '../../src/datasets/lines';
import { SpacedLabels } from '../../src/datasets/spaced-labels';
import { messageOf, UserError } from '../../src/util/errors';

/** Labels, as nearly all cells of a table are. */
const labels = fc.constantFrom('0', '1', '-1', '0.25', '1.0', ' 1', '0  ');
/** Labels written otherwise, and cells that are none. */
const others = fc.constantFrom(
  ...['', '.5', '1.', '1e-3', '-0', '2', 'x', '\u00a01', '1\u3000', '\v1\f', 'é', '\u00a0', '"é '],
  ...['"1"', ' "0.5" ', '"a,b"', '"\u00a0"', '"a""b"', '"', 'a"b', '"a" b', '\u00a0"1"', '\r'],
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

describe('CsvLabels', () => {
  const headers = fc.constantFrom(
    ...['image,Male,Smiling,A', 'image,A,B,C', 'A,image,B,C', 'image,split,A,x', '"image",A,B,"C"'],
  );
  const endings = fc.constantFrom('\n', '\n', '\r\n', '\n\n', '\n \n');

  it.each([0, 3, 30])(
    'reads what the parser of CSV reads, or leaves it to that: %i of 100 cells odd',
    async (often) => {
      let read = 0;
      await fc.assert(
        fc.asyncProperty(headers, rows(often), endings, async (header, body, ending) => {
          const lines = [header, ...body.map(([name, cells]) => [name, ...cells].join(','))];
          const text = lines.map((line) => line + ending).join('');
          const own = await outcome(async () => {
            const layout = new CsvLabels('a.csv', 0);
            const isRead = await eachLine(piecesOf(text), layout.take);
            return isRead ? layout.table() : parsedCsvLabels('a.csv', piecesOf(''), 0, undefined);
          });
          if (own === "the labels 'a.csv' are empty: expected a line of attribute names") return;
          read += 1;
          const parsed = outcome(() => parsedCsvLabels('a.csv', piecesOf(text), 0, undefined));
          expect(own).toEqual(await parsed);
        }),
        { numRuns: 500 },
      );
      expect(read).toBeGreaterThan(often === 0 ? 300 : 50); // otherwise nothing would be tested
    },
  );
});

describe('SpacedLabels', () => {
  it('reads what split and Number read', async () => {
    await fc.assert(
      fc.asyncProperty(rows(3), fc.constantFrom(' ', '  ', '\t', '\u2003'), async (body, space) => {
        const lines = body.map(([name, cells]) => [name, ...cells].join(space));
        const text = lines.map((line) => `${line}\n`).join('');
        const own = await outcome(async () => {
          const layout = new SpacedLabels('a.txt', ' A B  C', 1);
          await eachLine(piecesOf(text), layout.take);
          return layout.table();
        });
        const found = lines.map((line) => line.split(/\s+/).filter((cell) => cell !== ''));
        const isLabel = (cell: string) => cell === '-1' || (Number(cell) >= 0 && Number(cell) <= 1);
        const isWrong = (cells: string[]) =>
          cells.length !== 0 && (cells.length !== 4 || !cells.slice(1).every(isLabel));
        const wrong = found.findIndex(isWrong);
        if (wrong >= 0) {
          expect(own).toMatch(`the labels 'a.txt', line ${wrong + 2}: expected `);
          return;
        }
        const images = found.filter((cells) => cells.length > 0);
        expect(own).toEqual({
          attributes: ['A', 'B', 'C'],
          images: images.map(([image]) => image),
          splits: undefined,
          values: images.flatMap(([, ...cells]) =>
            cells.map((cell) => Math.max(0, Math.fround(Number(cell)))),
          ),
        });
      }),
      { numRuns: 1000 },
    );
  });
});
