import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../process.mjs';
import { medians, print } from './figures.mjs';
import { measured } from './peak-memory.mjs';
import { stage } from './stage.mjs';

const PYTHON = '/usr/bin/python3';

/**
 * Compares `face-clusters cluster --vectors` on CelebA's labels with a script of pandas and
 * scikit-learn: from the start of the process to its end, both in turn.
 */
export async function tableBench(rounds) {
  const labels = join(root, '..', 'shared', 'data', 'list_attr_celeba.txt.gz');
  if (!existsSync(labels)) {
    console.log(`tables are not measured: CelebA's labels are not at ${labels}`);
    return undefined;
  }
  const hasPandas = await promisify(execFile)(PYTHON, ['-c', 'import pandas, sklearn']).then(
    () => true,
    () => false,
  );
  if (!hasPandas)
    console.log(
      "pandas or scikit-learn is not installed: install Debian's python3-pandas and python3-sklearn to compare with them",
    );
  const folder = await mkdtemp(join(tmpdir(), 'face-clusters-bench-'));
  const seen = { seconds: [], memory: [], rate: [] };
  const python = { seconds: [], memory: [], rate: [] };
  try {
    for (let round = 0; round < rounds; round++) {
      const { bytes, seconds } = await stage('tables', labels);
      seen.rate.push(bytes / seconds);
      const args = ['cluster', '--vectors', labels, '--out', join(folder, String(round))];
      const own = await measured(process.execPath, [join(root, 'dist', 'cli.js'), ...args]);
      seen.seconds.push(own.seconds);
      seen.memory.push(own.peakMemory);
      if (!hasPandas) continue;
      const script = join(root, 'test', 'bench', 'tables_pandas.py');
      const other = await measured(PYTHON, [script, labels, join(folder, `${round}.csv`)]);
      python.seconds.push(other.seconds);
      python.memory.push(other.peakMemory);
      python.rate.push(bytes / JSON.parse(other.stdout).read);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const own = medians(seen);
  const other = medians(python);
  const result = {
    ...own,
    ...(hasPandas ? { python: other, timesAsFast: other.seconds / own.seconds } : {}),
  };
  const megabytes = (bytes) => (bytes / 1e6).toFixed(0);
  print([
    ["cluster --vectors of CelebA's 202,599 rows of labels, s", own.seconds.toFixed(2)],
    ['peak memory of its processes, MB', megabytes(own.memory)],
    ['reading the table alone, MB of text a second', megabytes(own.rate)],
  ]);
  if (hasPandas) {
    print([
      ['the same with pandas and scikit-learn, s', other.seconds.toFixed(2)],
      ['times as fast', result.timesAsFast.toFixed(1)],
      ['their peak memory, MB', megabytes(other.memory)],
      ["pandas' reading alone, MB of text a second", megabytes(other.rate)],
    ]);
  }
  return { seen, python, result };
}
