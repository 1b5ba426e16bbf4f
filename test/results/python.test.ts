/** The Python of docs/results.md, tried on real results. */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { notebook } from '../../src/summaries/notebook';
import { cli } from '../support/engine';
import { PORTRAITS, ROOT, temporaryFolder } from '../support/images';
import { hasModules, PYTHON } from '../support/python';

const hasPandas = hasModules(['pandas'], 'loading results in pandas', ['python3-pandas']);
const hasParquet =
  hasPandas &&
  ['pyarrow', 'fastparquet'].some((name) => hasModules([name], 'Parquet in pandas', []));

/** Clusters portraits, some of which are aligned crops. @returns the folder above `results`. */
async function results(...options: string[]): Promise<string> {
  const folder = await temporaryFolder();
  const { status, stderr } = await cli(
    ...['cluster', PORTRAITS, '--limit', '16', '--clusters', '3', '--provider', 'cpu'],
    ...['--formats', 'csv,jsonl,parquet', '--out', join(folder, 'results'), ...options],
  );
  expect(status, stderr).toBe(0);
  return folder;
}

const python = (folder: string, ...args: string[]) =>
  execFileSync(PYTHON, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1' },
  });

describe.skipIf(!hasPandas)('docs/results.md', () => {
  it('has a snippet for pandas that works', async () => {
    const folder = await results();
    const text = await readFile(join(ROOT, 'docs', 'results.md'), 'utf8');
    const [, snippet] = /```python\n([\s\S]*?)```/.exec(text)!;
    const lines = snippet!.split('\n').filter((line) => hasParquet || !line.includes('parquet'));
    expect(lines.length).toBeGreaterThan(8);
    await writeFile(join(folder, 'snippet.py'), lines.join('\n'));
    const printed = python(folder, 'snippet.py');
    expect(printed).toContain("{'name': 'face-clusters', 'version': ");
    expect(printed).toMatch(/\/(fe)?male\/\d+\.jpg/);
  });

  it('says of CSV and JSONL that they hold the same', async () => {
    const folder = await results();
    const printed = python(
      folder,
      '-c',
      `import pandas as pd
a = pd.read_csv("results/faces.csv")
b = pd.read_json("results/faces.jsonl", lines=True)
pd.testing.assert_frame_equal(a, b, check_dtype=False)
print(len(a), a["x"].notna().sum(), a["left_eye_x"].notna().sum(), a["image_width"].notna().sum())`,
    );
    const [faces, located, landmarks, sizes] = printed.trim().split(' ').map(Number);
    expect(faces).toBeGreaterThan(10);
    expect(located).toBeGreaterThan(5);
    expect(landmarks).toBe(located);
    expect(sizes).toBe(faces);
  });

  it.skipIf(!hasParquet)('says of Parquet that it holds the same', async () => {
    const folder = await results();
    const code = `import pandas as pd
a = pd.read_csv("results/faces.csv")
b = pd.read_parquet("results/faces.parquet")
pd.testing.assert_frame_equal(a, b, check_dtype=False, atol=6e-5, rtol=0)`;
    expect(python(folder, '-c', code)).toBe('');
  });
});

interface Notebook {
  nbformat: number;
  cells: { cell_type: string; source: string[]; outputs?: []; execution_count?: null }[];
}

describe('explore.ipynb', () => {
  it.each(['csv', 'jsonl', 'parquet'] as const)('is a notebook of nbformat 4 for %s', (format) => {
    const { nbformat, cells, ...rest } = JSON.parse(notebook(format)) as Notebook;
    expect(nbformat).toBe(4);
    expect(rest).toMatchObject({
      nbformat_minor: 4,
      metadata: { kernelspec: { name: 'python3' } },
    });
    for (const { cell_type: kind, source, ...cell } of cells) {
      expect(source.slice(0, -1).every((line) => line.endsWith('\n'))).toBe(true);
      const expected = {
        metadata: {},
        ...(kind === 'code' ? { outputs: [], execution_count: null } : {}),
      };
      expect(cell).toEqual(expected);
    }
    expect(JSON.stringify(cells)).toContain(`faces.${format}`);
  });

  it.skipIf(!hasPandas)('runs beside the results, with and without images', async () => {
    const folder = await results();
    await writeFile(join(folder, 'v.csv'), 'image,Male,Tall\na,1,0\nb,0,1\nc,1,1\n');
    const vectors = ['--vectors', join(folder, 'v.csv'), '--formats', 'jsonl'];
    const { status } = await cli('cluster', ...vectors, '--out', join(folder, 'of-vectors'));
    expect(status).toBe(0);
    const code = `
import json, os, sys
os.environ["MPLBACKEND"] = "Agg"
os.chdir(sys.argv[1])
cells = [cell for cell in json.load(open("explore.ipynb"))["cells"] if cell["cell_type"] == "code"]
names = {}
for cell in cells:
    exec("".join(cell["source"]), names)
print(len(cells), len(names["faces"]), len(names["clusters"]), len(names["attributes"]), len(names["chart"]))
try:
    sheet = names["thumbnails"](0)
    print(None if sheet is None else sheet.size)
except ImportError:
    print("no Pillow")`;
    const [counts, sheet] = python(folder, '-c', code, 'results').trim().split('\n');
    expect(counts).toMatch(/^4 \d\d 3 40 15$/);
    expect(sheet).toMatch(/^(\(672, (112|224)\)|no Pillow)$/);
    expect(python(folder, '-c', code, 'of-vectors')).toMatch(/^4 3 \d 2 2\n(None|no Pillow)\n$/);
  });
});

describe.skipIf(!hasPandas)('docs/fiftyone_import.py', () => {
  /** Loads results with the stand-in, which refuses what FiftyOne's documentation does not allow. */
  async function load(folder: string, file: string) {
    await copyFile(join(ROOT, 'test', 'results', 'fiftyone_stub.py'), join(folder, 'fiftyone.py'));
    const script = join(ROOT, 'docs', 'fiftyone_import.py');
    const printed = python(folder, script, file, '--name', 'faces');
    return {
      printed,
      dataset: JSON.parse(await readFile(join(folder, 'dataset.json'), 'utf8')) as {
        filepath: string;
        faces: { bounding_box: number[]; present: string[]; label: string }[];
        landmarks: { points: number[][] }[];
      }[],
    };
  }

  it.each(['faces.csv', 'faces.jsonl', ...(hasParquet ? ['faces.parquet'] : [])])(
    'makes samples of %s as FiftyOne documents them',
    async (name) => {
      const folder = await results();
      const { printed, dataset } = await load(folder, join('results', name));
      expect(printed).toMatch(/^\d+ images in the data set 'faces'/);
      const rows = (await readFile(join(folder, 'results', 'faces.csv'), 'utf8'))
        .trim()
        .split('\n');
      const detections = dataset.flatMap(({ faces }) => faces);
      expect(detections).toHaveLength(rows.length - 1);
      expect(dataset.every(({ filepath }) => filepath.startsWith(PORTRAITS))).toBe(true);
      const landmarks = dataset.flatMap((sample) => sample.landmarks);
      expect(landmarks.length).toBeGreaterThan(5);
      const whole = detections.filter(({ bounding_box: box }) => box.join() === '0,0,1,1');
      expect(landmarks.length + whole.length).toBe(detections.length);
      expect(detections.some(({ present }) => present.includes('Smiling'))).toBe(true);
    },
  );

  it('says what it leaves out', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'results'));
    await writeFile(join(folder, 'v.csv'), 'image,Male,Tall\na,1,0\nb,0,1\nc,1,1\n');
    const out = join(folder, 'results');
    const { status } = await cli('cluster', '--vectors', join(folder, 'v.csv'), '--out', out);
    expect(status).toBe(0);
    const { printed, dataset } = await load(folder, join('results', 'faces.csv'));
    expect(printed).toContain('left out: 3 faces have no path');
    expect(dataset).toEqual([]);
  });

  it('refuses another table', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'other.csv'), 'a,b\n1,2\n');
    await expect(load(folder, 'other.csv')).rejects.toThrow(/expected a table of faces/);
  });
});
