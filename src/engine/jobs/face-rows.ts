/** What the tables of faces (CSV, JSONL, Parquet) are made of. */
import { sep } from 'node:path';
import { PRESENT } from '../../clustering/features';
import type { Box, CropSize } from '../../domain/faces';
import { imageNames } from '../../images/folder-labels';
import { prefixOf } from '../../images/image-list';
import type { StoredClustering } from '../../runs/run-files';
import { fromCsvCell } from '../../text/neutralize';
import { presentProbabilities } from '../clustering/present-probabilities';
import type { OpenRun } from '../open-runs';
import type { Vectors } from './read-vectors';

/** Where a face lies in its image; each null where it is not known. */
export interface FacePlace {
  /** 0-based index within its image. */
  face: number;
  /** In whole pixels of the upright image. */
  box: Box | null;
  /** Confidence of the detector, in [0, 1]. */
  score: number | null;
  /** Of the upright image, in pixels. */
  size: CropSize | null;
  /** x and y of `LANDMARKS`, in pixels of the upright image. */
  landmarks: readonly number[] | null;
}

/** The faces of a table, by their rows. */
export interface FaceRows {
  attributes: readonly string[];
  /** `[faces, attributes]`, in [0, 1]. */
  probabilities: Float32Array;
  /** The same, where 0.5 stands for 'present'. */
  present: Float32Array;
  clustering: StoredClustering;
  /** Name of the image of a face, as it is in the folder or the table. */
  imageOf: (row: number) => string;
  /** Absolute path of the image as the beginning and the rest; null where vectors have none. */
  pathOf: (row: number) => readonly [folder: string, rest: string] | null;
  placeOf: (row: number) => FacePlace;
  /** Names of the attributes of a face that a person marked, in the order of `attributes`. */
  markedOf: (row: number) => readonly string[];
}

/** Names of marked attributes as one text. */
export const markedText = (names: readonly string[]): string => names.join('|');

/** Whether an attribute is present, of a value of `FaceRows.present`. */
export const isPresent = (value: number): boolean => value >= PRESENT;

/** The faces of a run. */
export function rowsOfRun(run: OpenRun, clustering: StoredClustering): FaceRows {
  const { faces, manifest, probabilities, corrections } = run;
  const { modelAttributes: attributes, thresholds, groups, folders } = manifest;
  const nameOf = imageNames(folders);
  const prefixes = folders.map(prefixOf);
  const input = { probabilities, names: attributes, thresholds, groups };
  const marks = attributes.flatMap((name) => {
    const rows = corrections.attributes.get(name);
    return rows === undefined || rows.size === 0 ? [] : [{ name, rows }];
  });
  return {
    attributes,
    probabilities,
    present: presentProbabilities(input, clustering.clustering.settings).probabilities,
    clustering,
    imageOf: (row) => nameOf({ folder: faces.folder[row]!, name: faces.image[row]! }),
    pathOf: (row) => [prefixes[faces.folder[row]!]!, inPath(faces.image[row]!)],
    placeOf: (row) => {
      const [width, height] = [faces.imageWidth?.[row], faces.imageHeight?.[row]];
      return {
        face: faces.face[row]!,
        box: rounded(faces.box[row]),
        score: faces.score[row] ?? null,
        size: width == null || height == null ? null : { width, height },
        landmarks: faces.landmarks?.[row] ?? null,
      };
    },
    markedOf: (row) =>
      marks.length === 0
        ? NO_MARKS
        : marks.filter(({ rows }) => rows.has(row)).map(({ name }) => name),
  };
}

const NO_MARKS: readonly string[] = [];

/** The name of an image as a part of its path. */
const inPath = (name: string) => (sep === '/' ? name : name.replaceAll('/', sep));

function rounded(box: Box | null | undefined): Box | null {
  if (box == null) return null;
  const [x, y, width, height] = [box.x, box.y, box.width, box.height].map(Math.round);
  return { x: x!, y: y!, width: width!, height: height! };
}

const NO_PLACE: FacePlace = { face: 0, box: null, score: null, size: null, landmarks: null };

/** Attribute vectors, of which nothing else is known. */
export function rowsOfVectors(
  { table, rows, probabilities }: Vectors,
  clustering: StoredClustering,
): FaceRows {
  return {
    attributes: table.attributes,
    probabilities,
    present: probabilities,
    clustering,
    imageOf: (row) => fromCsvCell(table.images[rows[row]!]!),
    pathOf: () => null,
    placeOf: (row) => {
      const face = table.faces?.[rows[row]!];
      return face === undefined ? NO_PLACE : { ...NO_PLACE, face };
    },
    markedOf: () => NO_MARKS,
  };
}
