import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { link, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';
import { once, root, run } from '../process.mjs';
import { print } from './figures.mjs';

const exec = promisify(execFile);

/** Attributes whose groups the original's weights do not show. */
const HARD = ['Eyeglasses', 'Wearing_Hat'];

const VARIANTS = {
  'the default': [],
  'with probabilities': ['--features', 'probability'],
  'with balanced thresholds': ['--thresholds', 'balanced'],
  'without weights': ['--weights', 'none'],
  'rare attributes count more': ['--weights', 'rare'],
  "the original's": ['--preset', 'original'],
  'clusters auto': ['--clusters', 'auto'],
  'a cluster of each distinct vector': ['--clusters', '1000'],
};

/**
 * Judges the clusters of the test parts of CelebA and LFW, which the network was not trained on,
 * together in one folder, by their labels.
 * @param seeds number of clusterings.
 */
export async function groupingBench(seeds = 5) {
  const shared = join(root, '..', 'shared', 'data');
  if (!existsSync(join(shared, 'celeba.tar'))) {
    console.log(`grouping is not measured: CelebA and LFW are not at ${shared}`);
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'face-clusters-bench-'));
  try {
    const images = await testImages(shared, folder);
    const results = {};
    for (const [name, options] of Object.entries(VARIANTS)) {
      results[name] = await judged(folder, options, seeds);
      const { balanced, attributes, clusters } = results[name];
      print([
        [
          `balanced accuracy by cluster, ${images} faces, ${seeds} seeds: ${name}`,
          `${text(balanced)} (${clusters.toFixed(1)} clusters; ${HARD.map((each) => `${each} ${text(attributes[each])}`).join(', ')})`,
        ],
      ]);
    }
    return results;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const text = ({ mean, low }) => `${mean.toFixed(3)} ± ${(mean - low).toFixed(3)}`;

/** Links the images into `folder/images`, and writes their labels. @returns their number. */
async function testImages(shared, folder) {
  const images = join(folder, 'images');
  await mkdir(images);
  const rows = [];
  for (const name of ['celeba', 'lfw']) {
    const unpacked = await once(`shared-${name}`, (temporary) =>
      run('tar', ['xf', join(shared, `${name}.tar`), '-C', temporary]),
    );
    const table = parse(await readFile(join(shared, `${name}.csv`)), { columns: true });
    for (const row of table) {
      if (row.split !== 'test') continue;
      const own = `${name}-${row.file.replaceAll('/', '-')}`;
      const paths = [join(unpacked, row.file), join(unpacked, name, row.file)];
      await link(
        paths.find((path) => existsSync(path)),
        join(images, own),
      );
      rows.push({ ...row, file: own });
    }
  }
  const columns = Object.keys(rows.at(-1)).filter((column) => column !== 'split');
  const lines = rows.map((row) => columns.map((column) => row[column]).join(','));
  await writeFile(join(folder, 'labels.csv'), [columns.join(','), ...lines, ''].join('\n'));
  return rows.length;
}

async function judged(folder, options, seeds) {
  const out = join(folder, 'out');
  await exec(process.execPath, [
    ...[join(root, 'dist', 'cli.js'), 'cluster', join(folder, 'images'), '--detect', 'never'],
    ...['--labels', join(folder, 'labels.csv'), '--seeds', String(seeds), '--out', out],
    ...options,
  ]);
  const { judgement } = JSON.parse(await readFile(join(out, 'clusters.json'), 'utf8'));
  const { scores, perAttribute: attributes, clusters } = judgement;
  return { balanced: scores.balancedAccuracy, attributes, clusters, scores };
}
