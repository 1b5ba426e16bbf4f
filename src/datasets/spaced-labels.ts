/**
 * CelebA's layout of labels: a line of attribute names separated by spaces, then a line for each
 * image with its name and the values.
 */
import { UserError } from '../util/errors';
import { ByteCells, type Cells, TextCells } from './cells';
import {
  checkCells,
  checkNames,
  LABEL_LIMITS,
  labelOf,
  type LabelTable,
  noLabel,
  textOf,
} from './label-table';
import { shortLabels } from './plain-label';
import { endOfPlainCell, SPACE, splitAtSpaces } from './split-line';
import { ValueRows } from './value-rows';

export class SpacedLabels {
  private readonly attributes: string[];
  private readonly images: string[] = [];
  private readonly values: ValueRows;
  private readonly cells: ByteCells;

  /**
   * @param header the line of attribute names.
   * @param line its number, from 1.
   */
  constructor(
    private readonly file: string,
    header: string,
    private line: number,
  ) {
    this.attributes = header.trim().split(/\s+/);
    checkNames(file, this.attributes);
    this.checkLines();
    this.values = new ValueRows(this.attributes.length);
    this.cells = new ByteCells(1 + this.attributes.length);
  }

  readonly take = (bytes: Buffer, start: number, end: number): boolean => {
    this.line += 1;
    this.checkLines();
    const { cells } = this;
    if (this.addShort(bytes, start, end)) return true;
    if (splitAtSpaces(bytes, start, end, cells)) this.add(cells);
    else this.add(spacedTexts(bytes.toString('utf8', start, end)));
    return true;
  };

  /** Adds a line of a plain name and labels like `1`, as nearly all are. */
  private addShort(bytes: Buffer, start: number, end: number): boolean {
    const { attributes, images, values } = this;
    const name = endOfPlainCell(bytes, start, end, SPACE);
    if (name < 0 || name - start > LABEL_LIMITS.cell) return false;
    const range = { bytes, start: name + 1, end };
    if (!shortLabels(range, SPACE, values.block, values.at, attributes.length)) return false;
    images.push(bytes.toString('latin1', start, name));
    values.add();
    return true;
  }

  private add(cells: Cells): void {
    if (cells.count === 0) return;
    const { attributes } = this;
    const where = () => `the labels '${this.file}', line ${String(this.line)}`;
    if (cells.count !== 1 + attributes.length) {
      throw new UserError(
        `${where()}: expected an image's name and ${String(attributes.length)} values, got ${String(cells.count - 1)} values`,
      );
    }
    this.images.push(textOf(cells, 0, where));
    const { block, at } = this.values;
    for (let i = 0; i < attributes.length; i++) {
      let label = cells.plainLabel(i + 1);
      if (Number.isNaN(label)) {
        const text = cells.text(i + 1);
        label = labelOf(text);
        if (Number.isNaN(label)) throw noLabel(text, where());
      }
      block[at + i] = label;
    }
    this.values.add();
  }

  table(): LabelTable {
    const { attributes, images } = this;
    const values = this.values.take([...attributes.keys()]);
    return { attributes, images, splits: undefined, values };
  }

  /** Empty lines count too. */
  private checkLines(): void {
    checkCells(this.file, this.line, this.attributes.length);
  }
}

function spacedTexts(line: string): Cells {
  const trimmed = line.trim();
  return new TextCells(trimmed === '' ? [] : trimmed.split(/\s+/));
}
