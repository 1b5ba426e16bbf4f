/** Reads the columns of a .parquet file that hold numbers, texts or truth values, not images. */
import { type FileMetaData, parquetSchema, type RowGroup, type SchemaTree } from 'hyparquet';
import { count } from '../text/numbers';
import { t } from '../text/translate';
import { UserError } from '../util/errors';
import { yieldToEventLoop } from '../util/yield-to-event-loop';
import type { ArchiveFile } from './archive-file';
import { type Column, chunkOf, columnOf, metadataOf, orDamaged } from './parquet-columns';
import { pagesOf, valuesOf } from './parquet-pages';

export type ParquetValue = number | string | null;

/** A group of rows. */
interface ParquetGroup {
  rows: number;
  /** Values of each column, `[columns][rows]`. */
  columns: ParquetValue[][];
}

export interface ParquetTable {
  /** Names of the columns; 'image' for the names of images. */
  names: string[];
  rows: number;
  groups: () => AsyncGenerator<ParquetGroup, void, undefined>;
}

/** Limits of a table. */
export interface ParquetLimits {
  columns: number;
  /** Rows × columns. */
  cells: number;
}

type TableColumn = Column & {
  name: string;
  width: number | undefined;
  valueOf: (bytes: Buffer) => ParquetValue;
};

/**
 * Opens a table, whose `groups` read it one group of rows at a time. The caller closes the file.
 * @throws UserError saying why it cannot be read.
 */
export function parquetTable(
  file: ArchiveFile,
  limits: ParquetLimits,
  signal?: AbortSignal,
): ParquetTable {
  const metadata = metadataOf(file);
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  const columns = orDamaged(() => tableColumns(metadata));
  if (columns.length > limits.columns)
    throw new UserError(
      t('it has {0} columns: expected at most {1}', count(columns.length), count(limits.columns)),
    );
  if (!(rows * columns.length <= limits.cells))
    throw new UserError(
      t(
        'it has more than {0} cells (rows × columns): split it into several tables',
        count(limits.cells),
      ),
    );
  return {
    names: columns.map(({ name }) => name),
    rows,
    groups: async function* groups() {
      for (const group of metadata.row_groups) yield await groupOf(file, group, columns, signal);
    },
  };
}

async function groupOf(
  file: ArchiveFile,
  group: RowGroup,
  columns: readonly TableColumn[],
  signal: AbortSignal | undefined,
): Promise<ParquetGroup> {
  const rows = Number(group.num_rows);
  const read: ParquetValue[][] = [];
  for (const column of columns) {
    const values: ParquetValue[] = [];
    for (const page of pagesOf(file, chunkOf(group, column), column, rows)) {
      await yieldToEventLoop(signal);
      for (const bytes of valuesOf(file, page))
        values.push(bytes === null ? null : column.valueOf(bytes));
    }
    read.push(values);
  }
  return { rows, columns: read };
}

function tableColumns(metadata: FileMetaData): TableColumn[] {
  const classes = classNames(metadata);
  return parquetSchema(metadata).children.flatMap((node): TableColumn[] => {
    const { name } = node.element;
    if (node.element.repetition_type === 'REPEATED') return [];
    // The name of an image lies beside its bytes, in data sets of Hugging Face.
    const path = node.children.find(({ element }) => element.name === 'path');
    if (path?.element.type === 'BYTE_ARRAY')
      return [{ ...columnOf(path, node), name: 'image', width: undefined, valueOf: text }];
    const kind = node.children.length > 0 ? undefined : kindOf(node);
    if (kind === undefined) return [];
    const names = classes.get(name);
    const valueOf = (bytes: Buffer) => {
      const value = kind.valueOf(bytes);
      return typeof value === 'number' ? (names?.[value] ?? value) : value;
    };
    return [{ ...columnOf(node), name, width: kind.width, valueOf }];
  });
}

const text = (bytes: Buffer) => bytes.toString('utf8');

/** How values of a column are read; undefined for columns of other types. */
function kindOf({
  element,
}: SchemaTree): { width: number | undefined; valueOf: TableColumn['valueOf'] } | undefined {
  switch (element.type) {
    case 'BOOLEAN':
      return { width: 0, valueOf: (bytes) => bytes[0]! };
    case 'INT32':
      return { width: 4, valueOf: (bytes) => bytes.readInt32LE(0) };
    case 'INT64':
      return { width: 8, valueOf: (bytes) => Number(bytes.readBigInt64LE(0)) };
    case 'FLOAT':
      return { width: 4, valueOf: (bytes) => bytes.readFloatLE(0) };
    case 'DOUBLE':
      return { width: 8, valueOf: (bytes) => bytes.readDoubleLE(0) };
    case 'BYTE_ARRAY': {
      const isText = element.converted_type === 'UTF8' || element.logical_type?.type === 'STRING';
      return isText ? { width: undefined, valueOf: text } : undefined;
    }
    default:
      return undefined;
  }
}

/** By column, the names of the classes that its numbers stand for, as Hugging Face writes them. */
function classNames({ key_value_metadata: pairs }: FileMetaData): Map<string, string[]> {
  const result = new Map<string, string[]>();
  const value = pairs?.find(({ key }) => key === 'huggingface')?.value;
  if (value === undefined) return result;
  try {
    const parsed = JSON.parse(value) as { info?: { features?: Record<string, unknown> } };
    for (const [name, feature] of Object.entries(parsed.info?.features ?? {})) {
      const names = (feature as { names?: unknown } | null)?.names;
      if (Array.isArray(names) && names.every((each) => typeof each === 'string'))
        result.set(name, names);
    }
  } catch {
    // metadata of something else: the numbers stay
  }
  return result;
}
