/** A table of attribute labels, and its limits. */
import { excerpt, hasHidden } from '../text/excerpt';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import type { Cells } from './cells';

/** Attributes of which an image has at most one: the values of a category. */
export interface AttributeGroup {
  /** 'race' */
  name: string;
  /** 'race: East Asian' */
  attributes: string[];
}

export interface LabelTable {
  /** Names of the attributes, in the order of the columns; CelebA's in its spelling. */
  attributes: string[];
  /** Categories, each with its attributes. */
  groups: AttributeGroup[];
  /** Name of each image as in the table; empty where there is none. */
  images: string[];
  /** Number of the face in its image, in this program's faces.csv; undefined in other tables. */
  faces: number[] | undefined;
  /** Values of the column `split` or `partition`; undefined where there is none. */
  splits: string[] | undefined;
  /** Person in each image, by a column such as `identity`; undefined where there is none. */
  people: string[] | undefined;
  /** `[images, attributes]`, in [0, 1]; NaN where undefined. */
  values: Float32Array;
  /** What was left out or needed an interpretation, for people. */
  remarks: string[];
}

/** Limits of a table's contents, in addition to those of its text (`TABLE_LIMITS`). */
export const LABEL_LIMITS = {
  /** Attributes. Correlations grow with their square. */
  attributes: 500,
  columns: 1000,
  /** Rows × columns. */
  cells: 100e6,
  /** Characters of an attribute's name. */
  attributeName: 200,
  /** Characters of any other cell: the longest path of Linux. */
  cell: 4096,
};

/** For people, where the values are not labels but what a network inferred; else nothing. */
export const inferredRemarks = ({ faces }: LabelTable): string[] =>
  // Only this program's tables of faces number these.
  faces === undefined
    ? []
    : [
        t(
          'these attributes are no labels: they come from a table of faces of this program, so a network inferred them',
        ),
      ];

/** Where a row is, for messages. */
export const placeOf = (file: string, line: number): string =>
  t("the labels '{0}', line {1}", file, count(line));

/** @throws UserError if a table exceeds `LABEL_LIMITS`. */
export function checkCells(file: string, rows: number, columns: number): void {
  const { columns: mostColumns, cells } = LABEL_LIMITS;
  if (columns > mostColumns) {
    throw new UserError(
      t(
        "the labels '{0}' have {1} columns: expected at most {2}",
        file,
        count(columns),
        count(mostColumns),
      ),
    );
  }
  if (rows * columns > cells) {
    throw new UserError(
      t(
        "the labels '{0}' have more than {1} cells (rows × columns): split them into several tables",
        file,
        count(cells),
      ),
    );
  }
}

/** @throws UserError if the names of the attributes cannot be displayed, or are too many. */
export function checkNames(file: string, attributes: readonly string[]): void {
  const { attributes: most, attributeName } = LABEL_LIMITS;
  if (attributes.length > most) {
    throw new UserError(
      t(
        "the labels '{0}' have {1} attributes: expected at most {2}",
        file,
        count(attributes.length),
        most,
      ),
    );
  }
  for (const name of attributes) {
    if (name.length <= attributeName && !hasHidden(name)) continue;
    throw new UserError(
      t(
        "the labels '{0}' name an attribute '{1}': expected at most {2} characters, without control characters",
        file,
        excerpt(name),
        attributeName,
      ),
    );
  }
}

/**
 * The text of a cell that is no label, such as the name of an image.
 * @param where the row, for messages.
 */
export function textOf(cells: Cells, column: number, where: () => string): string {
  const text = cells.text(column);
  const { cell } = LABEL_LIMITS;
  if (text.length > cell) {
    throw new UserError(
      t(
        "{0}: expected at most {1} characters per cell, got {2}: '{3}'",
        where(),
        count(cell),
        count(text.length),
        excerpt(text),
      ),
    );
  }
  return text;
}

/** What a cell without a label is told to be. */
export const noLabel = (text: string, column: string, where: () => string): UserError =>
  new UserError(
    t(
      "{0}: expected -1, or a number from 0 to 1, got '{1}'; yes, no, true and false are read, too, and an empty cell or NaN where there is no label",
      t("{0}, column '{1}'", where(), column),
      excerpt(text),
    ),
  );
