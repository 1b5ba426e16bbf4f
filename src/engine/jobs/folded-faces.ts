/** Faces of which copies are shown once. */
import type { CopiesAnswer, FaceAnswer } from '../../domain/faces';
import type { EngineCalls } from '../../protocol/engine';
import { readCopies } from '../../runs/copies-file';
import { type OpenRun, openRun } from '../open-runs';
import { faceCards } from './face-cards';

/** The copies of open runs, once they are known. */
const known = new WeakMap<OpenRun['faces'], Int32Array>();

async function knownCopies({ folder, faces, manifest }: OpenRun): Promise<Int32Array | undefined> {
  const copies = known.get(faces) ?? (await readCopies(folder, manifest.faces));
  if (copies !== undefined) known.set(faces, copies);
  return copies;
}

/**
 * A part of some faces as cards.
 * @param rows of all of them, in their order.
 */
export async function pageOf(
  run: OpenRun,
  rows: Int32Array,
  part: { start: number; count: number; folded?: boolean | undefined },
): Promise<FaceAnswer> {
  const { total, page, copiesOf } = await partOf(run, rows, part);
  const faces = await faceCards(run, page);
  return { total, faces: faces.map((card) => ({ ...card, ...copiesOf(card.row) })) };
}

/**
 * Rows of a part of some faces.
 * @returns `total` number of all of them, and what is to be said of the copies of a face.
 */
export async function partOf(
  run: OpenRun,
  rows: Int32Array,
  { start, count, folded = false }: { start: number; count: number; folded?: boolean | undefined },
) {
  const originals = folded ? await knownCopies(run) : undefined;
  const shown = originals === undefined ? undefined : foldedRows(rows, originals);
  const all = shown?.rows ?? rows;
  const page = Array.from(all.subarray(start, start + count));
  const copiesOf = (row: number): { copies?: number } => {
    const copies = originals && shown!.sizes.get(originals[row]!)! - 1;
    return copies === undefined || copies === 0 ? {} : { copies };
  };
  return { total: all.length, page, copiesOf };
}

/** The first of each group, with the number of faces of each original. */
function foldedRows(rows: Int32Array, originals: Int32Array) {
  const sizes = new Map<number, number>();
  const first = rows.filter((row) => {
    const original = originals[row]!;
    const size = sizes.get(original) ?? 0;
    sizes.set(original, size + 1);
    return size === 0;
  });
  return { rows: first, sizes };
}

/** The copies among the faces of a run, with a part of their groups. */
export async function copiesOfRun({
  runDir,
  start,
  count,
}: EngineCalls['copies']['params']): Promise<CopiesAnswer | null> {
  const run = await openRun(runDir);
  const originals = await knownCopies(run);
  if (originals === undefined) return null;
  const groups = new Map<number, number[]>();
  originals.forEach((original, row) => {
    if (original === row) return;
    const group = groups.get(original);
    if (group === undefined) groups.set(original, [original, row]);
    else group.push(row);
  });
  const ordered = [...groups.values()].sort((a, b) => b.length - a.length || a[0]! - b[0]!);
  const page = ordered.slice(start, start + count);
  const cards = await faceCards(run, page.flat());
  let next = 0;
  return {
    copies: ordered.reduce((sum, group) => sum + group.length - 1, 0),
    originals: ordered.length,
    groups: page.map((group) => cards.slice(next, (next += group.length))),
  };
}
