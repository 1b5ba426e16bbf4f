/** Hostile names in the output of the command line: on the terminal, in tables, in the report. */
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { describe, expect, it } from 'vitest';
import { hasHidden } from '../../src/text/excerpt';
import { fromCsvCell } from '../../src/text/neutralize';
import { cli } from '../support/engine';
import { HOSTILE_NAMES, UNSEEN } from '../support/hostile-names';
import { PORTRAITS, temporaryFolder } from '../support/images';

/** Matches lines without control and invisible characters. */
const harmless = (text: string) => {
  for (const line of text.split('\n')) expect(line).not.toMatch(UNSEEN);
};

/** Names that are valid file names on Linux and macOS, and valid UTF-8. */
const FILE_NAMES = HOSTILE_NAMES.filter(
  (name) => Buffer.byteLength(name) < 200 && !/[/\0\uD800-\uDFFF]/.test(name),
);
/**
 * Names that the reader of tables does not change: it trims, splits at line breaks, and removes an
 * apostrophe before a formula.
 */
const CELLS = HOSTILE_NAMES.filter(
  (name) => name.length < 200 && name.trim() === name && !/^'|[\r\n\uD800-\uDFFF]/.test(name),
);

const FORMULA = /^[=+\-@\t\r＝]/;

describe.skipIf(process.platform === 'win32')('names of files', () => {
  it('are harmless on the terminal for usable and unusable images', async () => {
    const folder = join(await temporaryFolder(), '\u001B[31mphotos\u202E');
    await mkdir(folder);
    const [portrait] = (await readdir(PORTRAITS, { recursive: true })).filter((name) =>
      name.endsWith('.jpg'),
    );
    expect(FILE_NAMES.length).toBeGreaterThan(11);
    for (const name of FILE_NAMES) {
      await copyFile(join(PORTRAITS, portrait!), join(folder, `${name}.jpg`));
      await writeFile(join(folder, `\u001B]0;broken\u0007${name}.jpg`), 'no image');
    }
    const out = await temporaryFolder();
    const options = ['--provider', 'cpu', '--detect', 'never', '--clusters', '2', '--no-cache'];
    const { status, stdout, stderr } = await cli('cluster', folder, '--out', out, ...options);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${String(FILE_NAMES.length)} faces in`));
    expect(stdout).toMatch(/the first, ⟨U\+001B⟩\]0;broken⟨U\+0007⟩/);
    harmless(stdout);
    harmless(stderr);
    const report = await readFile(join(out, 'report.html'), 'utf8');
    expect(report).toContain('<title>Face Clusters: ⟨U+001B⟩[31mphotos⟨U+202E⟩</title>');
    expect(report.match(/<script/g)?.length, 'only its own scripts').toBe(
      (report.match(/<\/script/g) ?? []).length,
    );
  });
});

describe('errors', () => {
  it('about folders, tables and options are harmless on the terminal', async () => {
    const folder = await temporaryFolder();
    const hostile = '\u001B[2J\u001B]0;title\u0007\u202Ex';
    await writeFile(join(folder, 'labels.csv'), `image,A\n${hostile},7\n`);
    for (const args of [
      ['cluster', join(folder, hostile), '--out', folder],
      ['cluster', '--vectors', join(folder, 'labels.csv'), '--out', folder],
      ['cluster', '--vectors', join(folder, `${hostile}.csv`), '--out', folder],
      ['cluster', folder, '--out', folder, `--${hostile}`, '1'],
      ['cluster', folder, '--out', folder, '--method', hostile],
      ['cluster', folder, '--out', folder, '--attributes', hostile, '--clusters', hostile],
      ['dataset', folder, '--labels', join(folder, hostile), '--out', folder],
      [hostile],
    ]) {
      const { status, stdout, stderr } = await cli(...args);
      expect(status, args.join(' ')).toBeGreaterThan(0);
      harmless(stdout);
      harmless(stderr);
    }
  });
});

describe('tables', () => {
  it('of attribute vectors contain no formula, and keep their names when read again', async () => {
    const folder = await temporaryFolder();
    expect(CELLS.length).toBeGreaterThan(9);
    // Names of attributes with invisible characters are rejected.
    const names = [...CELLS.filter((name) => !hasHidden(name)), 'constructor', '__proto__'];
    expect(names.length).toBeGreaterThan(8);
    const header = ['image', ...names];
    const rows = names.map((image, i) => [image, ...names.map((_, at) => String((i + at) % 2))]);
    await writeFile(join(folder, 'vectors.csv'), stringify([header, ...rows]));
    const read = async (file: string): Promise<string[][]> => parse(await readFile(file));
    const namesOf = (table: string[][]) => ({
      images: table.slice(1).map(([image]) => fromCsvCell(image!)),
      attributes: table[0]!
        .slice(table[0]!.indexOf('silhouette') + 1)
        .slice(0, names.length)
        .map(fromCsvCell),
    });
    const all = ['--attributes', 'constructor,__proto__', '--clusters', '2'];

    const once = join(folder, 'once');
    const first = await cli(
      'cluster',
      '--vectors',
      join(folder, 'vectors.csv'),
      '--out',
      once,
      ...all,
    );
    expect(first.stderr).toBe('');
    expect(first.status).toBe(0);
    harmless(first.stdout);
    const table = await read(join(once, 'faces.csv'));
    for (const [cell] of table) expect(cell).not.toMatch(FORMULA);
    for (const cell of table[0]!) expect(cell).not.toMatch(FORMULA);
    expect(namesOf(table)).toEqual({ images: names, attributes: names });
    for (const cluster of await readdir(join(once, 'clusters'))) {
      const chart = await readFile(join(once, 'clusters', cluster, 'occurrences.svg'), 'utf8');
      expect(chart.replaceAll('\n', '')).not.toMatch(UNSEEN);
      expect(chart).not.toMatch(/<(?!\/?(svg|title|rect|text|line)\b)/);
      expect(chart).not.toMatch(/NaN/);
    }
    const { weights } = JSON.parse(await readFile(join(once, 'clusters.json'), 'utf8')) as {
      weights: Record<string, number>;
    };
    expect(Object.entries(weights)).toEqual([
      ['constructor', 1],
      ['__proto__', 1],
    ]);

    const twice = join(folder, 'twice');
    const second = await cli(
      'cluster',
      '--vectors',
      join(once, 'faces.csv'),
      '--out',
      twice,
      ...all,
    );
    expect(second.status).toBe(0);
    expect(namesOf(await read(join(twice, 'faces.csv')))).toEqual(namesOf(table));
  });

  it('of a data set contain no formula, and names with original or added apostrophes find their images', async () => {
    const folder = await temporaryFolder();
    const [portrait] = (await readdir(PORTRAITS, { recursive: true })).filter((name) =>
      name.endsWith('.jpg'),
    );
    for (const name of ["'-own.jpg", '-ours.jpg', '=1.jpg'])
      await copyFile(join(PORTRAITS, portrait!), join(folder, name));
    const rows = [
      ['image', '=A()', '@B', 'Smiling'],
      ["'-own.jpg", '1', '0', '1'],
      ["'-ours.jpg", '0', '1', '0'],
      ['=1.jpg', '1', '1', '1'],
    ];
    await writeFile(join(folder, 'labels.csv'), stringify(rows));
    const out = await temporaryFolder();
    const checked = ['--check-labels', '3', '--provider', 'cpu', '--detect', 'never', '--no-cache'];
    const { status, stdout, stderr } = await cli('dataset', folder, '--out', out, ...checked);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('0 images are missing');
    const tables = (await readdir(out)).filter((name) => name.endsWith('.csv'));
    expect(tables.sort()).toEqual([
      'correlation.csv',
      'frequencies.csv',
      'label-errors.csv',
      'samples.csv',
      'together.csv',
    ]);
    for (const name of tables) {
      const cells = parse(await readFile(join(out, name))).flat();
      for (const cell of cells)
        if (!/^-?\d+(\.\d+)?$/.test(cell)) expect(cell).not.toMatch(FORMULA);
    }
    const correlation = parse(await readFile(join(out, 'correlation.csv')));
    expect(
      correlation.flat().some((cell) => /^-\d/.test(cell)),
      'negative numbers stay numbers',
    ).toBe(true);
  });
});
