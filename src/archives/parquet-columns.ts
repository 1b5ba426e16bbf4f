/** Finds the column of images of a .parquet file, as data sets of Hugging Face have it. */
import {
  type ColumnMetaData,
  type FileMetaData,
  parquetMetadata,
  parquetSchema,
  type RowGroup,
  type SchemaTree,
} from 'hyparquet';
import { count } from '../text/numbers';
import { megabytes } from '../text/sizes';
import { t } from '../text/translate';
import { messageOf, UserError } from '../util/errors';
import type { ArchiveFile } from './archive-file';

/** Maximum size of the metadata at the end; those of a thousand row groups have some megabytes. */
const MAX_METADATA = 1 << 24;
const TAIL = 8;

/** @throws UserError where it is no .parquet file, or damaged. */
export function metadataOf(file: ArchiveFile): FileMetaData {
  if (file.size < TAIL) throw new UserError(t('it is no .parquet file: it is too short'));
  const tail = file.read(file.size - TAIL, TAIL);
  const magic = tail.toString('latin1', 4);
  if (magic === 'PARE') throw new UserError(t('it is encrypted: expected a .parquet file without'));
  if (magic !== 'PAR1')
    throw new UserError(
      file.read(0, 4).toString('latin1') === 'PAR1'
        ? t(
            'it is cut off: it begins as a .parquet file does, but does not end as one (byte {0})',
            count(file.size),
          )
        : t('it is no .parquet file'),
    );
  const length = tail.readUInt32LE(0);
  if (length > MAX_METADATA)
    throw new UserError(
      t('its metadata have {0}: expected at most {1}', megabytes(length), megabytes(MAX_METADATA)),
    );
  if (length + TAIL > file.size)
    throw new UserError(
      t(
        'it is damaged: its metadata have {0} bytes, but the file {1}',
        count(length),
        count(file.size),
      ),
    );
  const bytes = file.read(file.size - TAIL - length, length + TAIL);
  return orDamaged(() => parquetMetadata(bytes, { geoparquet: false }));
}

/** A leaf of the schema. */
export interface Column {
  /** Names of the leaf and the structures that it is in, joined with dots. */
  path: string;
  /** Definition level of a value that is there. */
  maxLevel: number;
}

export interface ImageColumns {
  /** Whether a name or structure says that it holds images: other bytes may be embeddings. */
  isCertain: boolean;
  /** Encoded images. */
  bytes: Column;
  /** Their names; undefined where there are none. */
  names: Column | undefined;
  /** Columns of texts beside them that name files: for images that `names` has no name for. */
  fileNames: Column[];
}

/** Names of columns of texts that name files: in lower case, without spaces and underscores. */
const FILE_NAMES: ReadonlySet<string> = new Set([
  'filename', 'filepath', 'fname', 'path', 'imagefile', 'imagefilename', 'imagefilepath', 'imageid', 'imagename',
  'imagepath', 'imgfile', 'imgfilename', 'imgid', 'imgname', 'imgpath',
]); // prettier-ignore

/** Names of columns of images, where there are several columns that could be. */
const IMAGE_NAME = /^(?:image|img|picture|photo|face|jpe?g|png|webp)s?$/i;

/** @throws UserError where there is none. */
export function imageColumns(metadata: FileMetaData): ImageColumns {
  const found = findImageColumns(metadata);
  if (found === undefined)
    throw new UserError(
      t(
        'it has no column of images: expected one of binary values, or of structures of `bytes` and `path`',
      ),
    );
  return found;
}

/** @returns undefined where there is none. */
export function findImageColumns(metadata: FileMetaData): ImageColumns | undefined {
  const columns = orDamaged(() => parquetSchema(metadata).children);
  const candidates = orDamaged(() => columns.flatMap(candidate));
  const found =
    candidates.find(({ name }) => IMAGE_NAME.test(name)) ??
    candidates.find(({ isStructure }) => isStructure) ??
    candidates[0];
  if (found === undefined) return undefined;
  return { ...found, fileNames: columns.filter(holdsFileNames).map((node) => columnOf(node)) };
}

function holdsFileNames(node: SchemaTree): boolean {
  const name = node.element.name.toLowerCase().replaceAll(/[_ ]/g, '');
  return FILE_NAMES.has(name) && isBytes(node) && !isBinary(node);
}

type Candidate = Omit<ImageColumns, 'fileNames'> & { name: string; isStructure: boolean };

function candidate(node: SchemaTree): Candidate[] {
  const { name, repetition_type: repetition } = node.element;
  if (repetition === 'REPEATED') return [];
  if (isBytes(node) && isBinary(node))
    return [
      {
        name,
        isStructure: false,
        isCertain: IMAGE_NAME.test(name),
        bytes: columnOf(node),
        names: undefined,
      },
    ];
  const bytes = node.children.find((child) => child.element.name === 'bytes' && isBytes(child));
  if (bytes === undefined) return [];
  const names = node.children.find((child) => child.element.name === 'path' && isBytes(child));
  return [
    {
      name,
      isStructure: true,
      isCertain: true,
      bytes: columnOf(bytes, node),
      names: names === undefined ? undefined : columnOf(names, node),
    },
  ];
}

const isBytes = ({ element, children }: SchemaTree) =>
  children.length === 0 && element.type === 'BYTE_ARRAY' && element.repetition_type !== 'REPEATED';

/** Whether byte arrays are no text, number or other known type. */
const isBinary = ({ element }: SchemaTree) =>
  element.converted_type === undefined && element.logical_type === undefined;

export function columnOf(leaf: SchemaTree, ...above: SchemaTree[]): Column {
  const optional = [leaf, ...above].filter(
    ({ element }) => element.repetition_type !== 'REQUIRED',
  ).length;
  return { path: leaf.path.join('.'), maxLevel: optional };
}

/** Where the pages of a column lie in a group of rows. */
export interface Chunk {
  start: number;
  end: number;
  codec: ColumnMetaData['codec'];
}

/** @throws UserError where they are missing, or in another file. */
export function chunkOf({ columns }: RowGroup, { path }: Column): Chunk {
  const found = columns.find(({ meta_data: data }) => data?.path_in_schema.join('.') === path);
  const data = found?.meta_data;
  if (data === undefined)
    throw new UserError(t("it is damaged: a group of rows lacks the column '{0}'", path));
  if (found?.file_path !== undefined)
    throw new UserError(t("the column '{0}' lies in another file: expected it in this one", path));
  if (found?.crypto_metadata !== undefined)
    throw new UserError(t("the column '{0}' is encrypted", path));
  const { data_page_offset: first, dictionary_page_offset: dictionary = 0n } = data;
  const start = Number(dictionary > 0n && dictionary < first ? dictionary : first);
  return { start, end: start + Number(data.total_compressed_size), codec: data.codec };
}

/** @throws UserError where the library finds data that are no metadata. */
export function orDamaged<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(t('it is damaged: {0}', messageOf(error)), { cause: error });
  }
}
