/** The columns of the tables of faces, for formats that know types. faces.csv has the same. */
import {
  attributeColumns,
  DETAIL_COLUMNS,
  FIRST_COLUMNS,
  LAST_COLUMNS,
} from '../../domain/face-columns';
import { clusterLabels } from '../../runs/run-files';
import { type FacePlace, type FaceRows, isPresent, markedText } from './face-rows';

type Cell = string | number | null;

/** A column; `type` is named as in Parquet. A `FLOAT` has four decimals where it is text. */
export interface FaceColumn {
  name: string;
  type: 'STRING' | 'INT32' | 'FLOAT' | 'DOUBLE';
  /** Value of a face, by its row; null where it is not known or not defined. */
  cell: (row: number) => Cell;
}

type Columns = Record<
  (typeof FIRST_COLUMNS)[number] | (typeof DETAIL_COLUMNS)[number] | (typeof LAST_COLUMNS)[number],
  Omit<FaceColumn, 'name'>
>;

/** All columns, in the order of faces.csv. */
export function faceColumns(rows: FaceRows): FaceColumn[] {
  const { attributes, probabilities, present } = rows;
  const width = attributes.length;
  const fixed = fixedColumns(rows);
  const named = (name: keyof Columns): FaceColumn => ({ name, ...fixed[name] });
  const names = attributeColumns(attributes);
  return [
    ...FIRST_COLUMNS.map(named),
    ...names.probabilities.map((name, i): FaceColumn => ({
      name,
      type: 'FLOAT',
      cell: (row) => probabilities[row * width + i]!,
    })),
    ...DETAIL_COLUMNS.map(named),
    ...names.present.map((name, i): FaceColumn => ({
      name,
      type: 'INT32',
      cell: (row) => (isPresent(present[row * width + i]!) ? 1 : 0),
    })),
    ...LAST_COLUMNS.map(named),
  ];
}

function fixedColumns({ clustering, imageOf, pathOf, placeOf, markedOf }: FaceRows): Columns {
  const labels = clusterLabels(clustering);
  const { silhouettes, distances, projection } = clustering;
  const ofPlace = (type: FaceColumn['type'], valueOf: (place: FacePlace) => Cell | undefined) => ({
    type,
    cell: (row: number) => valueOf(placeOf(row)) ?? null,
  });
  const numbers = (values: Float32Array | undefined, width = 1, i = 0) => ({
    type: 'FLOAT' as const,
    cell: (row: number) => definedOrNull(values?.[row * width + i]),
  });
  const landmark = (i: number) => ofPlace('DOUBLE', ({ landmarks }) => landmarks?.[i]);
  return {
    image: { type: 'STRING', cell: imageOf },
    face: ofPlace('INT32', ({ face }) => face),
    x: ofPlace('INT32', ({ box }) => box?.x),
    y: ofPlace('INT32', ({ box }) => box?.y),
    width: ofPlace('INT32', ({ box }) => box?.width),
    height: ofPlace('INT32', ({ box }) => box?.height),
    score: ofPlace('FLOAT', ({ score }) => score),
    cluster: { type: 'INT32', cell: (row) => labels[row]! },
    silhouette: numbers(silhouettes),
    path: { type: 'STRING', cell: (row) => pathOf(row)?.join('') ?? null },
    image_width: ofPlace('INT32', ({ size }) => size?.width),
    image_height: ofPlace('INT32', ({ size }) => size?.height),
    left_eye_x: landmark(0),
    left_eye_y: landmark(1),
    right_eye_x: landmark(2),
    right_eye_y: landmark(3),
    mouth_x: landmark(4),
    mouth_y: landmark(5),
    distance: numbers(distances),
    projection_x: numbers(projection, 2, 0),
    projection_y: numbers(projection, 2, 1),
    marked: { type: 'STRING', cell: (row) => markedText(markedOf(row)) || null },
  };
}

const definedOrNull = (value = NaN): number | null => (Number.isNaN(value) ? null : value);
