/**
 * The run that the panel is measured with.
 * - `node panel-run.js enlarge RUN FACES GROUPS` puts a run of at least so many faces, in groups of
 *   faces that are alike, in the place of a run of few, with the crops of these repeated. It has no
 *   clustering. Prints the number of faces.
 * - `node panel-run.js pictures RUN OUT CARD GRID` writes as `OUT/POSITION-FACE.jpg` the faces that
 *   the panel shows: so many of each cluster, and of the first one.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeCopies } from '../../src/runs/copies-file';
import { membersOf, readClustering } from '../../src/runs/run-files';
import { readImageRows } from '../../src/runs/run-images';
import { readRun, type StoredRun } from '../../src/runs/run-store';
import { RunWriter } from '../../src/runs/run-writer';
import { random } from '../support/vectors';

/** Standard deviation of a probability within a group, about. */
const SPREAD = 0.12;
/** Share of the probabilities of a group that are turned around. */
const TURNED = 0.2;

async function enlarge(folder: string, faces: number, groups: number): Promise<number> {
  const run = await readRun(folder);
  const { crops, manifest } = run;
  const next = random(1);
  const centers = Array.from({ length: groups }, (_, group) => groupCenter(run, group, next));
  const writer = await RunWriter.create(folder, crops.size);
  for (let number = 0; writer.faces < faces; number++) {
    const strip = number % crops.strips;
    const jpeg = await crops.strip(strip);
    for (const { row, at } of crops.rowsOf(strip)) {
      // The first groups are the largest.
      const center = centers[Math.floor(groups * next() ** 2)]!;
      const probabilities = center.map((mean) => {
        const value = mean + SPREAD * (next() + next() + next() + next() - 2);
        return Math.min(1, Math.max(0, value));
      });
      const [place, name] = [run.faces.folder[row]!, run.faces.image[row]!];
      const image = { folder: place, name, path: join(manifest.folders[place]!, name) };
      // A strip of its own, as of other photos: it is to be decoded again.
      const crop = { strip: { key: String(number), read: () => jpeg }, at };
      await writer.append({ image, faces: [{ located: null, probabilities, crop }] });
    }
  }
  const total = writer.faces;
  await writer.finish({ ...manifest, faces: total }, (await readImageRows(folder)) ?? []);
  // To find out that each crop has thousands of copies would take minutes.
  await writeCopies(
    folder,
    Int32Array.from({ length: total }, (_, row) => row),
  );
  return total;
}

/** The probabilities of one of the run's faces, some of them turned around. */
function groupCenter({ manifest, probabilities }: StoredRun, group: number, next: () => number) {
  const width = manifest.modelAttributes.length;
  const row = (group * 7) % manifest.faces;
  return probabilities
    .slice(row * width, (row + 1) * width)
    .map((probability) => (next() < TURNED ? 1 - probability : probability));
}

async function writePictures(folder: string, out: string, card: number, grid: number) {
  const run = await readRun(folder);
  const stored = (await readClustering(folder))!;
  for (const position of stored.clustering.clusters.keys()) {
    const rows = membersOf(stored, position).subarray(0, position === 0 ? grid : card);
    const jpegs = await run.crops.jpegs(Array.from(rows));
    for (const [face, jpeg] of jpegs.entries())
      await writeFile(join(out, `${String(position)}-${String(face)}.jpg`), jpeg);
  }
  return stored.clustering.clusters.length;
}

const [, , command, folder, ...args] = process.argv;
const result =
  command === 'enlarge'
    ? enlarge(folder!, Number(args[0]), Number(args[1]))
    : writePictures(folder!, args[0]!, Number(args[1]), Number(args[2]));
void result.then((number) => {
  console.log(JSON.stringify(number));
});
