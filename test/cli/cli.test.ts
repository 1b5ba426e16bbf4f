import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { CELEBA_ATTRIBUTES } from '../../src/domain/attributes';
import { DETAIL_COLUMNS, LAST_COLUMNS } from '../../src/domain/face-columns';
import { CLI, cli } from '../support/engine';
import { PORTRAITS, quarters, temporaryFolder, writeFiles } from '../support/images';

const table = async (file: string) =>
  parse<Record<string, string>>(await readFile(file), { columns: true, bom: true });

describe('face-clusters cluster', () => {
  it('compares faces by embeddings, and says what they are', async () => {
    const out = await temporaryFolder();
    const options = ['--provider', 'cpu', '--detect', 'never', '--features', 'embedding'];
    const args = [
      'cluster',
      join(PORTRAITS, 'female'),
      '--out',
      out,
      '--clusters',
      '3',
      ...options,
    ];
    const { status, stdout, stderr } = await cli(...args);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^embeddings of \d+ faces, \d+ of them from the cache: \d+\.\d s$/m);
    expect(stdout).toMatch(/^note: faces are compared by embeddings: \d+ numbers, which hold/m);
    const json: unknown = JSON.parse(await readFile(join(out, 'clusters.json'), 'utf8'));
    expect(json).toMatchObject({
      parameters: { features: 'embedding' },
      attributes: [],
      weights: {},
      command: expect.stringContaining('--features embedding') as string,
    });
    const faces = await table(join(out, 'faces.csv'));
    expect(new Set(faces.map(({ cluster }) => cluster)).size).toBe(3);
  });

  it('writes all output files, consistent with each other', async () => {
    const out = await temporaryFolder();
    const { status, stdout } = await cli(
      'cluster',
      PORTRAITS,
      '--out',
      out,
      '--clusters',
      '6',
      '--provider',
      'cpu',
      '--detect',
      'never',
    );
    expect(status).toBe(0);
    expect(stdout).toContain('72 faces in 72 of 72 images');
    const json = JSON.parse(await readFile(join(out, 'clusters.json'), 'utf8')) as Record<
      string,
      unknown
    > & {
      clusters: {
        id: number;
        size: number;
        silhouette: number | null;
        occurrences: Record<string, number>;
        medoid: number;
      }[];
    };
    expect(json).toMatchObject({
      method: 'kmeans',
      provider: 'cpu',
      faces: 72,
      images: { found: 72, read: 72, failed: 0, withoutFace: 0 },
      parameters: { clusters: 6, seed: 51, features: 'binary' },
    });
    const faces = await table(join(out, 'faces.csv'));
    expect(Object.keys(faces[0]!)).toEqual([
      ...['image', 'face', 'x', 'y', 'width', 'height', 'score', 'cluster', 'silhouette'],
      ...CELEBA_ATTRIBUTES,
      ...DETAIL_COLUMNS,
      ...CELEBA_ATTRIBUTES.map((name) => `${name}_present`),
      ...LAST_COLUMNS,
    ]);
    for (const { id, size, silhouette, occurrences, medoid } of json.clusters) {
      const own = faces.filter(({ cluster }) => Number(cluster) === id);
      expect(own).toHaveLength(size);
      expect(own.reduce((sum, face) => sum + Number(face.silhouette), 0) / size).toBeCloseTo(
        silhouette!,
        3,
      );
      for (const [name, frequency] of Object.entries(occurrences)) {
        expect(own.filter((face) => Number(face[name]) >= 0.5).length / size).toBeCloseTo(
          frequency,
          9,
        );
      }
      expect(Number(faces[medoid]!.cluster)).toBe(id);
      const folder = join(out, 'clusters', String(id).padStart(2, '0'));
      expect(await readdir(folder)).toEqual(
        expect.arrayContaining(['eigenface.png', 'montage.jpg', 'occurrences.svg']),
      );
    }
    expect(await readFile(join(out, 'failed.csv'), 'utf8')).toBe('image,reason\n');
    expect(await readFile(join(out, 'report.html'), 'utf8')).toContain('id="report-data"');
  });

  it('writes the same file for the same seed, and keeps files of others in the output folder', async () => {
    const out = await temporaryFolder();
    const run = (clusters = '5') =>
      cli(
        'cluster',
        PORTRAITS,
        '--out',
        out,
        '--limit',
        '30',
        '--provider',
        'cpu',
        '--clusters',
        clusters,
        '--detect',
        'never',
      );
    await run('7');
    expect(await readdir(join(out, 'clusters'))).toHaveLength(7);
    await run();
    expect(
      await readdir(join(out, 'clusters')),
      'the clusters of the first run are removed',
    ).toHaveLength(5);
    const first = await readFile(join(out, 'faces.csv'), 'utf8');
    await writeFiles(out, {
      'clusters/notes.txt': 'mine',
      'clusters/00/mine.txt': 'mine',
      'clusters/77/montage.jpg': 'mine',
    });
    await run();
    expect(await readFile(join(out, 'faces.csv'), 'utf8')).toBe(first);
    expect(await readFile(join(out, 'clusters/notes.txt'), 'utf8')).toBe('mine');
    expect(await readFile(join(out, 'clusters/00/mine.txt'), 'utf8')).toBe('mine');
    expect(
      await readFile(join(out, 'clusters/77/montage.jpg'), 'utf8'),
      'its name is that of an output file',
    ).toBe('mine');
  });

  it('lists unusable images and succeeds with the others', async () => {
    const [folder, out] = [await temporaryFolder(), await temporaryFolder()];
    await writeFiles(folder, {
      'ok.png': await quarters(80, 90).png().toBuffer(),
      'it\'s, "bad".png': 'x',
    });
    const { status, stdout } = await cli(
      'cluster',
      folder,
      '--out',
      out,
      '--provider',
      'cpu',
      '--detect',
      'never',
    );
    expect(status).toBe(0);
    expect(stdout).toContain('1 image could not be used, see failed.csv');
    expect(await table(join(out, 'failed.csv'))).toEqual([
      {
        image: 'it\'s, "bad".png',
        reason:
          'not an image that can be read: its content is none of JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF, BMP, PNM, JPEG XL, JPEG 2000, raw files of cameras',
      },
    ]);
  });

  it.each([
    ['one line without --verbose', [], []],
    ['all reasons with --verbose', ['--verbose'], ['  CPU used: chosen in the settings']],
  ])('prints the execution provider in %s', async (_, options, details) => {
    const [folder, out] = [await temporaryFolder(), await temporaryFolder()];
    await writeFiles(folder, { 'a.png': await quarters(80, 90).png().toBuffer() });
    const { stdout } = await cli(
      ...['cluster', folder, '--out', out, '--clusters', '1', '--detect', 'never'],
      ...['--provider', 'cpu', ...options],
    );
    const lines = stdout.split('\n');
    const first = lines.indexOf('execution provider: CPU (chosen in the settings)');
    expect(first).toBe(1);
    expect(lines.slice(2, 2 + details.length)).toEqual(details);
    expect(lines[2 + details.length]).toMatch(
      /^faces not searched for, all images are taken as aligned crops: /,
    );
  });

  it('says what of the options counts nowhere, and which faces are in no cluster', async () => {
    const [folder, out] = [await temporaryFolder(), await temporaryFolder()];
    const file = join(folder, 'vectors.csv');
    await writeFile(file, 'image,Male,Smiling\na,1,0\nb,1,0\nc,0,1\nd,0,1\ne,0,0\n');
    const vectors = ['cluster', '--vectors', file, '--out', out, '--attributes', 'Male,Smiling'];
    const ward = await cli(
      ...[...vectors, '--method', 'agglomerative', '--metric', 'manhattan', '--clusters', '2'],
      ...['--weights', '{"Smilling":5,"Foo":7}'],
    );
    expect(ward.stdout).toContain(
      "note: 2 weights count nowhere, as they are of unknown attributes; the first is 'Smilling' (did you mean 'Smiling'?)",
    );
    expect(ward.stdout).toContain(
      "note: Ward's linkage is of Euclidean distances: the metric manhattan was not used",
    );
    expect(ward.stdout).toMatch(/^2 clusters \(agglomerative\) of 5 faces, 3 distinct/m);
    const density = ['--method', 'dbscan', '--eps', '0.1', '--min-samples', '2'];
    const { stdout } = await cli(...vectors, ...density);
    expect(stdout).toMatch(/^2 clusters \(dbscan\) of 5 faces, 1 noise, 3 distinct/m);
    expect(stdout).toMatch(/^ +-1 +1 +0.000 +noise$/m);
  });

  it('clusters attribute vectors without images', async () => {
    const [folder, out] = [await temporaryFolder(), await temporaryFolder()];
    const file = join(folder, 'vectors.csv');
    await writeFile(file, 'image,Male,Smiling\na,1,0\nb,1,0\nc,0,1\nd,0,1\ne,0,0\n');
    const { status } = await cli(
      'cluster',
      '--vectors',
      file,
      '--out',
      out,
      '--attributes',
      'Male,Smiling',
      '--clusters',
      '3',
    );
    expect(status).toBe(0);
    const faces = await table(join(out, 'faces.csv'));
    expect(faces.map(({ image, cluster }) => `${image!}${cluster!}`)).toEqual([
      'a1', // of equally large clusters, the one whose vector is the lower one comes first
      'b1',
      'c0',
      'd0',
      'e2',
    ]);
    const { silhouette } = JSON.parse(await readFile(join(out, 'clusters.json'), 'utf8')) as {
      silhouette: number;
    };
    expect(silhouette).toBeCloseTo(4 / 5, 12); // 1 for each face but the single one
  });

  it.each([
    [['cluster', PORTRAITS], 2, /required option '--out <DIR>'/],
    [['cluster', PORTRAITS, '--ouput', 'x'], 2, /unknown option '--ouput'.*Did you mean --out/s],
    [['wrap', 'x.onnx'], 2, /required option '--out <FILE>'/],
    [['repeat', 'clusters.json'], 2, /required option '--out <DIR>'/],
    [
      ['cluster', PORTRAITS, '--out', 'y', '--save', `${PORTRAITS}/`],
      1,
      /is a folder: expected the path/,
    ],
    [
      ['cluster', PORTRAITS, '--out', 'y', '--weights', 'none.json'],
      1,
      /cannot read the weights 'none.json': it does not exist \(ENOENT\)/,
    ],
    [['cluster', 'x', '--out', 'y', '--seeds', '3'], 2, /--seeds and --share need --labels FILE/],
    [
      ['cluster', 'x', '--out', 'y', '--labels', 'z', '--seeds', '0'],
      2,
      /--seeds: expected a whole/,
    ],
    [
      ['cluster', 'x', '--out', 'y', '--labels', 'z', '--share', '2'],
      2,
      /--share: expected a number/,
    ],
    [['cluster', '--out', 'x'], 2, /expected at least one FOLDER, or --vectors FILE/],
    [
      ['cluster', PORTRAITS, '--out', 'x', '--clusters', '0'],
      2,
      /--clusters is 0: expected a whole number from 1 to 1000/,
    ],
    [['cluster', PORTRAITS, '--out', 'x', '--method', 'magic'], 2, /Allowed choices are kmeans/],
    [['cluster', PORTRAITS, '--out', 'x', '--nonsense'], 2, /unknown option '--nonsense'/],
    [['frobnicate'], 2, /unknown command 'frobnicate'/],
    [
      ['cluster', 'run.faceclusters', '--out', 'x', '--limit', '5', '--min-face-size', '9'],
      2,
      /expected no --limit, --min-face-size with a .faceclusters file/,
    ],
    [
      ['cluster', '--vectors', 'v.csv', '--out', 'x', '--exclude', '*'],
      2,
      /expected no --exclude with --vectors FILE/,
    ],
    [['cluster', PORTRAITS, '--out', ''], 2, /expected a path after --out, got an empty one/],
    [['dataset', '', '--out', 'x'], 2, /expected paths, got an empty one/],
    [['repeat', 'clusters.json', '--out', ''], 2, /expected a path after --out/],
    [
      ['cluster', '/nowhere', '--out', 'x'],
      1,
      /^face-clusters: cannot read the folder '\/nowhere': it does not exist\n$/,
    ],
    [
      [
        'cluster',
        PORTRAITS,
        '--out',
        'x',
        '--detect',
        'never',
        '--attributes',
        'Nose',
        '--limit',
        '2',
        '--provider',
        'cpu',
      ],
      1,
      /unknown attribute 'Nose' \(did you mean 'Big_Nose' or 'Pointy_Nose'\?\)/,
    ],
    [
      ['evaluate', PORTRAITS, '--labels', '/nowhere.csv'],
      1,
      /cannot read the labels '\/nowhere.csv'/,
    ],
  ])('ends %j with status %i and says why', async (args, expected, message) => {
    const { status, stderr, stdout } = await cli(...args);
    expect(status).toBe(expected);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    if (expected === 2) expect(stderr.split('\n').length, 'short').toBeLessThan(5);
  });

  it('prints its version, and the options of every command', async () => {
    const { version } = JSON.parse(
      await readFile(join(CLI, '..', '..', 'package.json'), 'utf8'),
    ) as { version: string };
    expect((await cli('--version')).stdout.trim()).toBe(version);
    for (const command of ['cluster', 'evaluate'])
      expect((await cli(command, '--help')).stdout).toContain('--provider');
  });

  it('reports progress as JSON lines and ends with status 130 when interrupted', async () => {
    const out = join(await temporaryFolder(), 'out');
    await mkdir(out);
    const child = spawn(process.execPath, [
      CLI,
      'cluster',
      PORTRAITS,
      '--out',
      out,
      '--progress',
      'json',
      '--provider',
      'cpu',
      '--batch-size',
      '1',
    ]);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      const before = stderr;
      stderr += chunk.toString();
      if (!before.includes('"infer"') && stderr.includes('"infer"')) child.kill('SIGINT');
    });
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect(status).toBe(130);
    const lines = stderr.trim().split('\n');
    expect(lines.at(-1)).toBe('interrupted');
    for (const line of lines.slice(0, -1))
      expect(JSON.parse(line)).toMatchObject({ stage: expect.any(String) as string });
    expect(await readdir(out)).toEqual([]);
  });
});

describe('face-clusters compare', () => {
  it('writes a row for each clustering and a chart with a line for each method', async () => {
    const folder = await temporaryFolder();
    const rows = Array.from({ length: 120 }, (_, i) => [
      i & 1,
      (i >> 1) & 1,
      (i >> 2) & 1,
      i % 3 === 0 ? 1 : 0,
      i % 5 === 0 ? 1 : 0,
    ]);
    const header = CELEBA_ATTRIBUTES.slice(0, 5).join(',');
    await writeFile(
      join(folder, 'vectors.csv'),
      [header, ...rows.map((row) => row.join(','))].join('\n'),
    );
    const out = join(folder, 'out');
    const args = [
      '--vectors',
      join(folder, 'vectors.csv'),
      '--out',
      out,
      '--attributes',
      header,
      '--to',
      '6',
    ];
    const { status, stdout, stderr } = await cli(
      'compare',
      ...args,
      '--methods',
      'kmeans,agglomerative,dbscan',
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('11 groupings of 120 faces');
    const points = await table(join(out, 'comparison.csv'));
    expect(Object.keys(points[0]!)).toEqual([
      'method',
      'k',
      'clusters',
      'noise',
      'silhouette',
      'seconds',
      'faces',
    ]);
    expect(points.map(({ method, k }) => `${method!} ${k!}`)).toEqual([
      ...[2, 3, 4, 5, 6].map((k) => `kmeans ${String(k)}`), ...[2, 3, 4, 5, 6].map((k) => `agglomerative ${String(k)}`), 'dbscan ',
    ]); // prettier-ignore
    for (const { method, k, clusters, silhouette, faces } of points) {
      expect(Number(silhouette)).toBeGreaterThan(-1);
      expect(Number(silhouette)).toBeLessThanOrEqual(1);
      if (method !== 'dbscan') expect(clusters).toBe(k);
      expect(faces).toBe('120');
    }
    const chart = await readFile(join(out, 'comparison.svg'), 'utf8');
    expect(chart.match(/<path /g)).toHaveLength(2);
    expect(chart.match(/<title>DBSCAN: /g)).toHaveLength(1);
  });

  it('rejects unknown methods and numbers out of bounds', async () => {
    const wrong = [
      [['--methods', 'kmeans,magic'], /--methods: expected some of kmeans, .*, got 'magic'/],
      [['--from', '1'], /--from: expected a whole number from 2 to 1000, got '1'/],
      [['--from', '9', '--to', '3'], /--from \(9\) is above --to \(3\)/],
      [['--linkage', 'median'], /ward, complete, average, single/],
      [['--eps', '-2'], /--eps is -2: /],
    ] as const;
    for (const [args, message] of wrong) {
      const { status, stderr } = await cli(
        'compare',
        PORTRAITS,
        '--out',
        await temporaryFolder(),
        ...args,
      );
      expect(status, args.join(' ')).toBe(2);
      expect(stderr).toMatch(message);
    }
  });
});

describe('face-clusters cluster --method', () => {
  it.each(['agglomerative', 'birch', 'spectral', 'dbscan', 'optics', 'hdbscan'])(
    '%s separates three groups, with noise in a folder of its own',
    async (method) => {
      const folder = await temporaryFolder();
      const rows = Array.from({ length: 90 }, (_, i) => [
        i % 3 === 0 ? 1 : 0,
        i % 3 === 1 ? 1 : 0,
        i === 17 ? 1 : 0,
        i === 17 ? 1 : 0,
      ]);
      const header = CELEBA_ATTRIBUTES.slice(0, 4).join(',');
      await writeFile(
        join(folder, 'vectors.csv'),
        [header, ...rows.map((row) => row.join(','))].join('\n'),
      );
      const args = [
        '--vectors',
        join(folder, 'vectors.csv'),
        '--out',
        join(folder, 'out'),
        '--attributes',
        header,
        '--clusters',
        '4',
      ];
      const { status } = await cli('cluster', ...args, '--method', method, '--threshold', '0.3');
      expect(status).toBe(0);
      const faces = await table(join(folder, 'out', 'faces.csv'));
      const labelOf = (residue: number) =>
        new Set(
          faces.filter((_, i) => i % 3 === residue && i !== 17).map(({ cluster }) => cluster),
        );
      // Three groups, and one face outside of them.
      for (const residue of [0, 1, 2]) expect(labelOf(residue).size).toBe(1);
      expect(new Set([0, 1, 2].flatMap((residue) => [...labelOf(residue)])).size).toBe(3);
      if (['dbscan', 'optics', 'hdbscan'].includes(method)) expect(faces[17]!.cluster).toBe('-1');
    },
  );
});
