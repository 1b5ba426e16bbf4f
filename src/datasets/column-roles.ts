/** What the columns of a table hold, told from their names and the first row. */
import { attributeKey, isKnownAttribute } from '../domain/attributes';
import { ownAttributes, PLACE_COLUMNS } from '../domain/face-columns';
import { type Dialect, IMAGE_KEYS, isImageName } from './dialect';

export interface ColumnRoles {
  /** Names of all columns; that of row names, which the header lacks, is empty. */
  header: string[];
  /** Column of the names of the images; −1 where there is none. */
  image: number;
  split: number;
  /** Names or numbers of the people in the images. */
  people: number;
  /** Number of the face in its image, in this program's faces.csv. */
  face: number;
  /** Columns of LFW's attributes: a name and a number give the name of an image; −1 where none. */
  person: number;
  imageNumber: number;
  /** Columns that may be attributes. */
  candidates: number[];
  /** Columns that are something else by their names. */
  others: number[];
}

const SPLIT_KEYS = new Set(['split', 'splits', 'partition', 'subset', 'evaluationstatus', 'usage']);
/** Columns of people, which are no attributes. */
const PEOPLE_KEYS = new Set([
  'identity', 'identityid', 'idname', 'person', 'personid', 'personname', 'subject', 'subjectid', 'group',
]); // prettier-ignore
/** Columns that are not attributes, in other tables than this program's. */
const OTHER_KEYS = new Set([
  ...PEOPLE_KEYS, 'id', 'index', 'unnamed0', 'level0', 'indexlevel0', 'url', 'source', 'license', 'servicetest', 'bbox', 'landmarks', 'x1', 'y1', 'x2', 'y2',
]); // prettier-ignore
/** Columns that are no attributes in tables made of this program's faces.csv. */
const OWN_KEYS: ReadonlySet<string> = new Set([...PLACE_COLUMNS, 'silhouette']);

/** Columns that number the rows: nobody misses them. */
const INDEX_KEYS = new Set(['', 'unnamed0', 'index', 'level0', 'indexlevel0']);

/** Columns of categories, whose numbers are no probabilities. */
const CATEGORY_KEYS = new Set([
  'gender', 'sex', 'race', 'ethnicity', 'age', 'agegroup', 'agerange', 'class', 'classname', 'label', 'labels', 'category',
  'emotion', 'expression', 'skintone', 'skintype', 'fitzpatrick', 'haircolor', 'eyecolor',
]); // prettier-ignore

export const isCategoryName = (name: string): boolean => CATEGORY_KEYS.has(attributeKey(name));

export function rolesOf({ header: names, first, hasRowNames }: Dialect): ColumnRoles {
  const header = hasRowNames ? ['', ...names] : names;
  const own = ownAttributes(header);
  return own === undefined ? foreignRoles(header, first, hasRowNames) : ownRoles(header, own);
}

/** Of a table that this program wrote: attributes may have any name. */
function ownRoles(header: string[], { start, end }: { start: number; end: number }): ColumnRoles {
  return {
    header,
    image: header.indexOf('image'),
    split: -1,
    people: -1,
    face: header.indexOf('face'),
    person: -1,
    imageNumber: -1,
    candidates: Array.from({ length: end - start }, (_, i) => start + i),
    others: [],
  };
}

function foreignRoles(
  header: string[],
  first: readonly string[] | undefined,
  hasRowNames: boolean,
): ColumnRoles {
  const keys = header.map((name) => (isKnownAttribute(name) ? undefined : attributeKey(name)));
  const find = (isIt: (key: string) => boolean) =>
    keys.findIndex((key) => key !== undefined && isIt(key));
  const person = find((key) => key === 'person');
  const imageNumber = find((key) => ['imagenum', 'imagenumber', 'imgnum'].includes(key));
  const isLfw = person >= 0 && imageNumber >= 0;
  const image = hasRowNames ? 0 : isLfw ? -1 : imageColumn(keys, first);
  const split = find((key) => SPLIT_KEYS.has(key));
  const people = isLfw ? person : find((key) => PEOPLE_KEYS.has(key));
  const taken = [image, split, people, ...(isLfw ? [person, imageNumber] : [])];
  const columns = [...header.keys()].filter((column) => !taken.includes(column));
  const isOther = (column: number) => {
    const key = keys[column];
    if (key === undefined) return false;
    return key === '' || OTHER_KEYS.has(key) || OWN_KEYS.has(key) || key.endsWith('confidence');
  };
  const others = columns.filter((column) => isOther(column));
  return {
    header,
    image,
    split,
    people,
    face: -1,
    person: isLfw ? person : -1,
    imageNumber: isLfw ? imageNumber : -1,
    candidates: columns.filter((column) => !isOther(column)),
    others: others.filter((column) => !INDEX_KEYS.has(keys[column] ?? '')),
  };
}

/**
 * The column whose name says that it holds names of images, best one whose first cell is such a
 * name; else one whose first cell is.
 */
function imageColumn(
  keys: readonly (string | undefined)[],
  first: readonly string[] | undefined,
): number {
  const named = IMAGE_KEYS.map((key) => keys.indexOf(key)).filter((column) => column >= 0);
  const holdsName = (column: number) => isImageName(first?.[column] ?? '');
  return (
    named.find(holdsName) ??
    named[0] ??
    keys.findIndex((key, column) => key !== undefined && holdsName(column))
  );
}
