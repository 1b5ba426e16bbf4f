/** Runs in one file: `cluster --save`, and clustering such a file again. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '../support/engine';
import { PORTRAITS, temporaryFolder } from '../support/images';

const OPTIONS = ['--provider', 'cpu', '--detect', 'never', '--limit', '8'];

describe('--save', () => {
  it('writes one file, whose faces are clustered again without the photos', async () => {
    const folder = await temporaryFolder();
    const [out, file] = [join(folder, 'out'), join(folder, 'some.faceclusters')];
    const first = ['cluster', PORTRAITS, '--out', out, '--clusters', '2', ...OPTIONS];
    const saved = await cli(...first, '--save', join(folder, 'some'));
    expect(saved.stderr).toBe('');
    expect(saved.stdout).toMatch(/saved to .*some\.faceclusters \([\d,.]+ (?:MB|bytes)\)/);
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);

    const again = join(folder, 'again');
    const second = await cli('cluster', file, '--out', again, '--clusters', '3');
    expect(second.stderr).toBe('');
    expect(second.status).toBe(0);
    const clusters = JSON.parse(await readFile(join(again, 'clusters.json'), 'utf8')) as {
      clusters: unknown[];
      arguments: string[];
    };
    expect(clusters.clusters).toHaveLength(3);
    expect(clusters.arguments.slice(0, 2)).toEqual(['cluster', file]);
    const table = (name: string) => readFile(join(name, 'faces.csv'), 'utf8');
    const images = (text: string) => text.split('\n').map((line) => line.split(',')[0]);
    expect(images(await table(again)).sort()).toEqual(images(await table(out)).sort());

    const repeated = await cli(
      ...['repeat', join(again, 'clusters.json'), '--out', join(folder, 'repeated')],
    );
    expect(repeated.stdout).toContain('the results are those of');

    // Before any work, a file that is there is not replaced.
    const refused = await cli(...first, '--overwrite', '--save', join(folder, 'gone', 'some'));
    expect(refused.stderr).toContain('cannot save into');
    await writeFile(file, 'mine');
    const inTheWay = await cli('cluster', PORTRAITS, '--out', join(folder, 'new'), '--save', file);
    expect(inTheWay.stderr).toContain('is there already: choose another name, or add --overwrite');
    expect(await readFile(file, 'utf8')).toBe('mine');
  });

  it('is refused for vectors, and beside folders', async () => {
    const folder = await temporaryFolder();
    const out = ['--out', join(folder, 'out')];
    const vectors = await cli('cluster', '--vectors', 'x.csv', '--save', 'x', ...out);
    expect(vectors.stderr).toContain('expected --save with FOLDERs');
    const both = await cli('cluster', 'x.faceclusters', PORTRAITS, ...out);
    expect(both.stderr).toContain('expected one .faceclusters file alone');
  });
});
