/** Faces as a person corrected them: what is no face counts nowhere, marks are probabilities. */
import type { FaceCorrections } from '../../corrections/face-corrections';
import type { ClusterSummary } from '../../domain/clustering';
import { NOT_FACES } from '../../domain/corrections';
import type { StoredClustering } from '../../runs/run-files';
import type { StoredRun } from '../../runs/run-store';
import { occurrencesOf, presentCounts, sharesOf } from '../../summaries/occurrences';
import type { ClusterInput } from './present-probabilities';

/** The faces that are clustered. */
export interface CountedFaces {
  input: ClusterInput;
  /** Their rows in the run, ascending. */
  rows: Int32Array;
}

/**
 * The probabilities of a run with marks in their place: 1 for present, 0 for absent.
 * @returns `[faces, attributes]`; the run's own where nothing was marked.
 */
export function markedProbabilities(
  { probabilities, manifest }: Pick<StoredRun, 'probabilities' | 'manifest'>,
  { attributes }: Pick<FaceCorrections, 'attributes'>,
): Float32Array {
  const names = manifest.modelAttributes;
  const marked = [...attributes].filter(([name, rows]) => names.includes(name) && rows.size > 0);
  if (marked.length === 0) return probabilities;
  const result = probabilities.slice();
  for (const [name, rows] of marked) {
    const column = names.indexOf(name);
    for (const [row, value] of rows) result[row * names.length + column] = value ? 1 : 0;
  }
  return result;
}

/** Rows that are left out, and the cluster of each: `NOT_FACES` or `LEFT_OUT_COPIES`. */
export type LeftOutFaces = ReadonlyMap<number, number>;

/** @param labels cluster of each face. */
export const leftOutBy = (labels: Int32Array): LeftOutFaces =>
  new Map([...labels.entries()].filter(([, id]) => id <= NOT_FACES));

export function countedFaces(all: ClusterInput, leftOut: LeftOutFaces): CountedFaces {
  const faces = all.probabilities.length / all.names.length;
  const rows = Int32Array.from({ length: faces }, (_, row) => row).filter(
    (row) => !leftOut.has(row),
  );
  return { input: rows.length === faces ? all : someFaces(all, rows), rows };
}

/** The faces at some rows. */
export function someFaces(all: ClusterInput, rows: Int32Array): ClusterInput {
  const picked = (values: Float32Array, width: number) => {
    const result = new Float32Array(rows.length * width);
    rows.forEach((row, i) => {
      result.set(values.subarray(row * width, (row + 1) * width), i * width);
    });
    return result;
  };
  const { embeddings } = all;
  return {
    ...all,
    probabilities: picked(all.probabilities, all.names.length),
    embeddings: embeddings && {
      ...embeddings,
      values: picked(embeddings.values, embeddings.columns),
    },
  };
}

/**
 * A clustering of some faces as one of all: those that are left out are in clusters of their own,
 * which are in no figure.
 * @param rows of the faces of `stored`.
 * @param probabilities of all faces, `[faces, names]`.
 */
export function ofAllFaces(
  stored: StoredClustering,
  rows: Int32Array,
  { probabilities, names }: Pick<ClusterInput, 'probabilities' | 'names'>,
  leftOut: LeftOutFaces,
): StoredClustering {
  const faces = probabilities.length / names.length;
  if (rows.length === faces) return stored;
  const others = [...new Set(leftOut.values())]
    .sort((a, b) => b - a)
    .map((id) => ({ id, rows: rowsWith(leftOut, id) }));
  const members = new Int32Array(faces);
  stored.members.forEach((row, i) => {
    members[i] = rows[row]!;
  });
  let end = rows.length;
  for (const other of others) {
    members.set(other.rows, end);
    end += other.rows.length;
  }
  const { clustering } = stored;
  const clusters = clustering.clusters.map((each) => ({ ...each, medoid: rows[each.medoid]! }));
  return {
    clustering: {
      ...clustering,
      faces,
      clusters: [
        ...clusters,
        ...others.map((other) => summaryOfOthers(other, probabilities, names, clusters[0])),
      ],
    },
    members,
    silhouettes: spread(stored.silhouettes, rows, faces),
    distances: spread(stored.distances, rows, faces),
    projection: spread(stored.projection, rows, faces, 2),
  };
}

const rowsWith = (leftOut: LeftOutFaces, id: number): Int32Array =>
  Int32Array.from([...leftOut].filter(([, other]) => other === id).map(([row]) => row)).sort();

function summaryOfOthers(
  { id, rows }: { id: number; rows: Int32Array },
  probabilities: Float32Array,
  names: readonly string[],
  like: ClusterSummary | undefined,
): ClusterSummary {
  const shares = sharesOf(presentCounts(probabilities, names.length, rows), rows.length);
  const compared = (name: string) => Object.hasOwn(like?.occurrences ?? {}, name);
  return {
    id,
    size: rows.length,
    silhouette: null,
    occurrences: occurrencesOf(names, shares, compared),
    otherOccurrences: occurrencesOf(names, shares, (name) => !compared(name)),
    prominent: [],
    noisy: [],
    medoid: rows[0]!,
  };
}

/** @returns `[faces, width]`, NaN for faces that are not in `rows`. */
function spread(
  values: Float32Array | undefined,
  rows: Int32Array,
  faces: number,
  width = 1,
): Float32Array | undefined {
  if (values === undefined) return undefined;
  const result = new Float32Array(faces * width).fill(NaN);
  rows.forEach((row, i) => {
    result.set(values.subarray(i * width, (i + 1) * width), row * width);
  });
  return result;
}
