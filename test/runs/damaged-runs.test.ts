/** Runs whose files are damaged, or were written by another program. */
import { mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readComparison } from '../../src/runs/comparison-file';
import { listRuns, readClustering, readManifest, RUN_VERSION } from '../../src/runs/run-files';
import { readImageRows } from '../../src/runs/run-images';
import { DamagedRun } from '../../src/runs/run-schemas';
import { hasAllFiles, readRun } from '../../src/runs/run-store';
import { UserError } from '../../src/util/errors';
import { temporaryFolder } from '../support/images';
import { random } from '../support/vectors';
import { readPictures, writePictures } from '../../src/runs/pictures-file';
import { clusterRun, writeRun } from '../support/written-runs';

const FIRST = [{ cluster: 0, rows: Int32Array.of(0) }];

let runs: string;
let place: string;
beforeEach(async () => {
  runs = await temporaryFolder();
  place = join(runs, 'some-run');
  await writeRun(place);
  await clusterRun(place);
  await writePictures(place, FIRST, [
    {
      cluster: 0,
      faces: 1,
      eigenface: Uint8Array.of(1),
      components: [Uint8Array.of(2)],
      explained: [0.5],
    },
  ]);
  const comparison = {
    version: RUN_VERSION,
    settings: {},
    methods: ['kmeans'],
    from: 2,
    to: 3,
    faces: 40,
    distinct: 3,
  };
  await writeFile(
    join(place, 'comparison.json'),
    JSON.stringify({ ...comparison, points: [], notices: [], seconds: 1 }),
  );
});

const edit = async (name: string, change: (value: Record<string, unknown>) => unknown) => {
  const value = JSON.parse(await readFile(join(place, name), 'utf8')) as Record<string, unknown>;
  await writeFile(join(place, name), JSON.stringify(change(value) ?? value));
};

async function list(): Promise<{ ids: string[]; problems: string[] }> {
  const problems: string[] = [];
  const found = await listRuns(runs, (problem) => problems.push(problem));
  return { ids: found.map(({ id }) => id).sort(), problems };
}

/** The reader of each file. */
const readers: Record<string, () => Promise<unknown>> = {
  'run.json': () => readManifest(place),
  'faces.json': () => readRun(place),
  'probabilities.f32': () => readRun(place),
  'crops.json': () => readRun(place),
  'crops.bin': () => readRun(place),
  'images.json': () => readImageRows(place),
  'clustering.json': () => readClustering(place),
  'comparison.json': () => readComparison(place),
};
const JSON_FILES = Object.keys(readers).filter((name) => name.endsWith('.json'));

describe('a damaged run', () => {
  it.each(JSON_FILES)(
    'is reported with the file that is not JSON, and with advice: %s',
    async (name) => {
      for (const text of [
        '',
        '{',
        'something else',
        '{"version":3',
        '\0\0\0\0',
        await readFile(join(place, name), 'utf8').then((whole) => whole.slice(0, -20)),
      ]) {
        await writeFile(join(place, name), text);
        await expect(readers[name]!()).rejects.toThrow(DamagedRun);
        await expect(readers[name]!()).rejects.toThrow(
          new RegExp(
            `the run in '.*some-run' is damaged \\('${name}' is not JSON: .*\\): (analyze its images|cluster its faces|compare the methods) again`,
          ),
        );
      }
    },
  );

  it.each(JSON_FILES)('is reported with the file that has other content: %s', async (name) => {
    for (const value of [null, 7, 'text', [1, 2], true, {}]) {
      if (name === 'images.json' && Array.isArray(value)) continue;
      await writeFile(join(place, name), JSON.stringify(value));
      await expect(readers[name]!(), JSON.stringify(value)).rejects.toThrow(DamagedRun);
      await expect(readers[name]!()).rejects.toThrow(`'${name}'`);
    }
  });

  it('hides no other run, and is reported with its path and the reason', async () => {
    await writeRun(join(runs, 'another'));
    await mkdir(join(runs, 'a-folder-without-a-run'));
    await writeFile(join(runs, 'a-file'), '');
    expect(await list()).toEqual({ ids: ['another', 'some-run'], problems: [] });
    const damages: [string, (manifest: Record<string, unknown>) => unknown, RegExp][] = [
      ['no folders', (manifest) => ({ ...manifest, folders: [] }), /folders/],
      ['an invalid folder', (manifest) => ({ ...manifest, folders: [3] }), /folders\.0/],
      ['a negative number of faces', (manifest) => ({ ...manifest, faces: -1 }), /faces/],
      ['an invalid date', (manifest) => ({ ...manifest, createdAt: 'yesterday' }), /createdAt/],
      [
        'crops that are too large',
        (manifest) => ({ ...manifest, crop: { width: 1e9, height: 1e9 } }),
        /crop\.width/,
      ],
      ['no attributes', (manifest) => ({ ...manifest, modelAttributes: [] }), /modelAttributes/],
      ['invalid failures', (manifest) => ({ ...manifest, failures: [null] }), /failures\.0/],
      ['invalid settings', (manifest) => ({ ...manifest, settings: 'none' }), /settings/],
    ];
    const manifest = await readFile(join(place, 'run.json'), 'utf8');
    for (const [what, change, reason] of damages) {
      await edit('run.json', change);
      const { ids, problems } = await list();
      expect(ids, what).toEqual(['another']);
      expect(problems, what).toEqual([
        expect.stringMatching(/^the run in '.*some-run' cannot be read: /),
      ]);
      expect(problems[0]).toMatch(reason);
      await writeFile(join(place, 'run.json'), manifest);
    }
  });

  it('is not listed under the id of another folder, which would be removed in its place', async () => {
    for (const id of ['../../victim', '..', '', 'another', '/']) {
      await edit('run.json', (manifest) => ({ ...manifest, id }));
      const { ids, problems } = await list();
      expect([ids, problems.length], id).toEqual([[], 1]);
    }
  });

  it('is ignored if it has another version', async () => {
    await edit('run.json', () => ({ version: 4, of: 'the future' }));
    expect(await list()).toEqual({ ids: [], problems: [] });
    await edit('clustering.json', () => ({ clustering: { version: 2 } }));
    expect(await readClustering(place)).toBeUndefined();
    await edit('comparison.json', () => ({ version: 2 }));
    expect(await readComparison(place)).toBeNull();
  });

  it('is read without the parts that older versions did not write', async () => {
    await edit(
      'run.json',
      ({ known: _, notices: __, made: ___, thresholds: ____, ...manifest }) => {
        const { batchSize: _____, ...settings } = manifest.settings as Record<string, unknown>;
        return { ...manifest, settings: { ...settings, something: 'of a later version' } };
      },
    );
    await edit('crops.json', ({ strips: _, places: __, ...index }) => index);
    const { manifest, crops } = await readRun(place);
    expect(manifest.settings.batchSize).toBe(0);
    expect(crops.rowsOf(1)).toHaveLength(16);
    await edit('clustering.json', ({ silhouettes: _, ...file }) => file);
    expect((await readClustering(place))!.silhouettes).toBeUndefined();
    await rm(join(place, 'images.json'));
    expect(await readImageRows(place)).toBeUndefined();
  });

  it.each([
    [
      'faces.json',
      'a missing column',
      (table: Record<string, unknown>) => ({ ...table, score: undefined }),
    ],
    [
      'faces.json',
      'a shorter column',
      (table: Record<string, unknown>) => ({ ...table, box: [null] }),
    ],
    [
      'faces.json',
      'an unknown folder',
      (table: Record<string, unknown>) => ({ ...table, folder: fill(table.folder, 1) }),
    ],
    [
      'faces.json',
      'an image outside of its folder',
      (table: Record<string, unknown>) => ({
        ...table,
        image: fill(table.image, '../../secret.jpg'),
      }),
    ],
    [
      'faces.json',
      'an invalid box',
      (table: Record<string, unknown>) => ({ ...table, box: fill(table.box, { x: 1 }) }),
    ],
    [
      'faces.json',
      'an invalid score',
      (table: Record<string, unknown>) => ({ ...table, score: fill(table.score, '1') }),
    ],
    [
      'faces.json',
      'no raw paths',
      (table: Record<string, unknown>) => ({ ...table, rawPaths: null }),
    ],
    [
      'crops.json',
      'ends that descend',
      (index: Record<string, unknown>) => ({ ...index, ends: [50, 40, 60] }),
    ],
    [
      'crops.json',
      'an unknown strip',
      (index: Record<string, unknown>) => ({ ...index, strips: fill(index.strips, 99) }),
    ],
    [
      'crops.json',
      'a place beyond the strip',
      (index: Record<string, unknown>) => ({ ...index, places: fill(index.places, 16) }),
    ],
    ['crops.json', 'too many faces', (index: Record<string, unknown>) => ({ ...index, faces: 41 })],
    [
      'crops.json',
      'more faces than fit into memory',
      (index: Record<string, unknown>) => ({
        ...index,
        faces: 2 ** 40,
        strips: undefined,
        places: undefined,
      }),
    ],
    [
      'crops.json',
      'a negative width',
      (index: Record<string, unknown>) => ({ ...index, width: -5 }),
    ],
    [
      'images.json',
      'an incomplete image',
      (images: Record<string, unknown>) => fill(images, [0, 'a.jpg']),
    ],
    [
      'images.json',
      'an image outside of its folder',
      (images: Record<string, unknown>) => fill(images, [0, '../a.jpg', 1, 1]),
    ],
    [
      'clustering.json',
      'other members',
      (file: Record<string, unknown>) => ({
        ...file,
        members: Buffer.from(new Int32Array(40).fill(40).buffer).toString('base64'),
      }),
    ],
    [
      'clustering.json',
      'fewer members',
      (file: Record<string, unknown>) => ({ ...file, members: 'AAAA' }),
    ],
    [
      'clustering.json',
      'members that are not base64',
      (file: Record<string, unknown>) => ({ ...file, members: [1, 2] }),
    ],
    [
      'clustering.json',
      'clusters of other sizes',
      (file: Record<string, unknown>) => ({ ...file, clustering: resized(file.clustering) }),
    ],
  ])('is reported if %s has %s', async (name, _, change) => {
    await edit(name, change);
    await expect(readers[name]!()).rejects.toThrow(DamagedRun);
    await expect(readers[name]!()).rejects.toThrow(`'${name}'`);
    expect((await list()).ids).toEqual(['some-run']); // it is listed, so that it can be analyzed again
  });

  it.each([
    ['crops.bin', -1],
    ['crops.bin', 10],
    ['probabilities.f32', -4],
    ['probabilities.f32', 4],
  ])('is reported if %s is %i bytes longer', async (name, bytes) => {
    const { length } = await readFile(join(place, name));
    await truncate(join(place, name), length + bytes);
    await expect(readRun(place)).rejects.toThrow(`'${name}' holds`);
    expect(await hasAllFiles(place, (await readManifest(place))!)).toBe(false);
  });

  it.each(['crops.bin', 'crops.json', 'faces.json', 'probabilities.f32'])(
    'is reported if %s is missing',
    async (name) => {
      await rm(join(place, name));
      await expect(readRun(place)).rejects.toThrow(`'${name}' is missing`);
      expect(await hasAllFiles(place, (await readManifest(place))!)).toBe(false);
    },
  );

  it('is reported if a probability is not a number', async () => {
    const bytes = await readFile(join(place, 'probabilities.f32'));
    bytes.writeFloatLE(NaN, 40);
    await writeFile(join(place, 'probabilities.f32'), bytes);
    await expect(readRun(place)).rejects.toThrow(
      "'probabilities.f32' holds a value that is not a number",
    );
  });

  it('is reported if crops cannot be decoded, without allocating more memory than they need', async () => {
    const { crops } = await readRun(place);
    const bytes = await readFile(join(place, 'crops.bin'));
    // A JPEG whose header declares a height of 60,000 pixels.
    const at = bytes.indexOf(Buffer.from([0xff, 0xc0]));
    bytes.writeUInt16BE(60_000, at + 5);
    const { mtimeNs } = await import('node:fs').then(({ statSync }) =>
      statSync(join(place, 'crops.bin'), { bigint: true }),
    );
    await writeFile(join(place, 'crops.bin'), bytes);
    expect(mtimeNs).toBeGreaterThan(0n);
    const again = await readRun(place);
    await expect(again.crops.faces([0])).rejects.toThrow(
      /'crops.bin' (cannot be decoded|is too small) at strip 0/,
    );
    expect((await again.crops.faces([20]))[0]).toHaveLength(16 * 24 * 3); // other strips are readable
    expect(crops.count).toBe(40);
  });

  it('returns no pictures if they are damaged', async () => {
    expect(await readPictures(place, FIRST)).toHaveLength(1);
    for (const text of ['', 'null', '[{}]', '[{"cluster":0,"eigenface":5}]']) {
      await writeFile(join(place, 'pictures.json'), text);
      expect(await readPictures(place, FIRST)).toEqual([]);
    }
  });

  it('throws no other errors, whatever is changed in its files', async () => {
    const next = random(7);
    const files = await Promise.all(
      JSON_FILES.map(async (name) => [name, await readFile(join(place, name), 'utf8')] as const),
    );
    let damaged = 0;
    for (let i = 0; i < 400; i++) {
      const [name, text] = files[Math.floor(next() * files.length)]!;
      await writeFile(join(place, name), mutated(text, next));
      for (const read of [readers[name]!, () => readRun(place), list]) {
        try {
          await read();
        } catch (error) {
          if (!(error instanceof UserError))
            throw new Error(`case ${i}, ${name}`, { cause: error });
          damaged += 1;
        }
      }
      await writeFile(join(place, name), text);
    }
    expect(damaged).toBeGreaterThan(100);
    expect((await readRun(place)).manifest.faces).toBe(40);
  }, 60_000);
});

describe('a run that is elsewhere', () => {
  it('is listed if a link leads to it', async () => {
    await mkdir(join(runs, 'disk'));
    await rename(place, join(runs, 'disk', 'some-run'));
    await symlink(join(runs, 'disk', 'some-run'), place, 'junction');
    expect(await list()).toEqual({ ids: ['some-run'], problems: [] });
  });
});

const fill = (column: unknown, value: unknown) =>
  (column as unknown[]).map((each, i) => (i === 5 ? value : each));

function resized(clustering: unknown) {
  const { clusters, ...rest } = clustering as { clusters: { size: number }[] };
  return { ...rest, clusters: clusters.map((cluster) => ({ ...cluster, size: cluster.size + 1 })) };
}

const VALUES: unknown[] = [
  null,
  -1,
  0,
  1e308,
  0.5,
  '',
  '..',
  'x',
  [],
  {},
  [[]],
  true,
  '__proto__',
  2 ** 53,
  [null],
  'a'.repeat(5000),
];

/** Changes a value of a JSON text, or removes values or characters. */
function mutated(text: string, next: () => number): string {
  if (next() < 0.2) {
    const at = Math.floor(next() * text.length);
    return (
      text.slice(0, at) +
      '\u0000{}[]",:1'[Math.floor(next() * 9)]! +
      text.slice(at + 1 + Math.floor(next() * 3))
    );
  }
  const value: unknown = JSON.parse(text);
  let [parent, key]: [Record<string, unknown>, string] = [{ root: value }, 'root'];
  for (let depth = Math.floor(next() * 5); depth > 0; depth--) {
    const child = parent[key];
    if (typeof child !== 'object' || child === null) break;
    const keys = Object.keys(child);
    if (keys.length === 0) break;
    [parent, key] = [child as Record<string, unknown>, keys[Math.floor(next() * keys.length)]!];
  }
  // JSON.stringify omits undefined.
  parent[key] = next() < 0.2 ? undefined : VALUES[Math.floor(next() * VALUES.length)];
  const root = key === 'root' ? parent.root : value;
  return root === undefined ? '' : JSON.stringify(root);
}
