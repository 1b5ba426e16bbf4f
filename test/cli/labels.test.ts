/** Labels on the command line, as users have them. */
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../../src/domain/evaluation';
import { cli } from '../support/engine';
import { PORTRAITS, temporaryFolder, writeFiles } from '../support/images';

/** Copies portraits as images of these names. */
async function portraits(folder: string, names: readonly string[]): Promise<void> {
  const found = (await readdir(PORTRAITS, { recursive: true })).filter((name) =>
    name.endsWith('.jpg'),
  );
  for (const [i, name] of names.entries()) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await copyFile(join(PORTRAITS, found.sort()[i]!), join(folder, name));
  }
}

async function evaluated(...args: string[]) {
  const out = await temporaryFolder();
  const result = await cli('evaluate', ...args, '--out', out, '--detect', 'never');
  if (result.status !== 0) return { ...result, evaluation: undefined };
  const json = await readFile(join(out, 'evaluation.json'), 'utf8');
  return { ...result, evaluation: JSON.parse(json) as Evaluation };
}

describe('evaluate', () => {
  it("takes CelebA's official partitions, by number or word, from the table or the folder", async () => {
    const folder = await temporaryFolder();
    await portraits(
      folder,
      [1, 2, 3].map((i) => `img_align_celeba/00000${i}.jpg`),
    );
    await writeFiles(folder, {
      'list_attr_celeba.txt': '3\nMale Smiling\n000001.jpg 1 -1\n000002.jpg -1 1\n000003.jpg 1 1\n',
      'list_eval_partition.txt': '000001.jpg 0\n000002.jpg 1\n000003.jpg 2\n',
    });
    const labels = join(folder, 'list_attr_celeba.txt');
    const test = await evaluated(folder, '--labels', labels, '--split', 'test');
    expect(test.evaluation).toMatchObject({ faces: 1, images: { found: 3, labelled: 1 } });
    expect(test.stdout).toContain('1 of 3 images evaluated');
    const train = await evaluated(folder, '--split', 'train');
    expect(train.evaluation).toMatchObject({ faces: 1, notices: [] });
    const wrong = await evaluated(folder, '--labels', labels, '--split', 'extra');
    expect(wrong.stderr).toMatch(/have no split 'extra'; they have training, validation, test/);
  });

  it('leaves out undefined labels and names that fit two images, and says so', async () => {
    const folder = await temporaryFolder();
    await portraits(folder, ['a/0.jpg', 'b/0.jpg', 'b/1.jpg', 'b/2.jpg']);
    await writeFiles(folder, {
      'labels.csv': 'Filename;wearing hat;own\n0.jpg;0;1\n1.jpg;;0\n2.jpg;0;1\n',
    });
    const { evaluation, stdout } = await evaluated(folder);
    expect(evaluation!.perAttribute.Wearing_Hat).toMatchObject({ labeled: 1, frequency: 0 });
    expect(stdout).toMatch(/note: 1 label of 6 not defined, which count nowhere \(Wearing_Hat 1\)/);
    expect(stdout).toMatch(
      /note: 1 name left out that fits several images: '0.jpg' may be 'a\/0.jpg'/,
    );
    await writeFile(join(folder, 'labels.csv'), 'image,Male\n0.jpg,1\n');
    const refused = await evaluated(folder);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/none of the 4 images .* has a label .*fits several images/);
  });
});

describe('labels', () => {
  it('writes images that lie in .parquet files, too, if they are wanted', async () => {
    const folder = await temporaryFolder();
    await portraits(folder, ['0.jpg', '1.jpg']);
    const images = await Promise.all(
      ['0.jpg', '1.jpg'].map((name) => readFile(join(folder, name))),
    );
    const columnData = [
      { name: 'image', data: images.map((bytes) => new Uint8Array(bytes)) },
      { name: 'Male', data: [1, 0] },
    ];
    const data = await temporaryFolder();
    await writeFile(
      join(data, 'train-00000.parquet'),
      Buffer.from(parquetWriteBuffer({ columnData })),
    );
    const out = await temporaryFolder();
    const table = await cli('labels', data, '--out', join(out, 'table'));
    expect(table.stdout).toContain(
      'note: 2 images in .parquet files, which other programs do not read: --images writes them, too',
    );
    expect(await readFile(join(out, 'table', 'labels.csv'), 'utf8')).toBe(
      'image,split,person,Male\ntrain-00000.parquet/0.jpg,training,,1\ntrain-00000.parquet/1.jpg,training,,0\n',
    );
    const all = await cli('labels', data, '--out', join(out, 'all'), '--images');
    expect(all.stdout).toMatch(/Hugging Face: 2 rows, 1 attribute, 2 images/);
    expect(await readFile(join(out, 'all', 'labels.csv'), 'utf8')).toBe(
      'image,split,person,Male\nimages/0000000.jpg,training,,1\nimages/0000001.jpg,training,,0\n',
    );
    for (const [i, bytes] of images.entries())
      expect(await readFile(join(out, 'all', `images/000000${i}.jpg`))).toEqual(bytes);
  });
});

describe('cluster --vectors', () => {
  it('takes a faces.csv as it came out, and again', async () => {
    const folder = await temporaryFolder();
    await portraits(folder, ['0.jpg', '1.jpg', '2.jpg', '3.jpg']);
    const out = await temporaryFolder();
    const [first, second] = [join(out, '1'), join(out, '2')];
    const made = await cli('cluster', folder, '--out', first, '--clusters', '2', '--no-cache');
    expect(made.status).toBe(0);
    const faces = join(first, 'faces.csv');
    const args = ['--out', second, '--clusters', '2', '--labels', faces];
    const again = await cli('cluster', '--vectors', faces, ...args);
    expect(again.stderr).toBe('');
    // Nothing but that it is judged by what a network inferred.
    expect(again.stdout.match(/note: .*/g)).toEqual([
      expect.stringContaining('these attributes are no labels'),
    ]);
    const columns = async (path: string) => {
      const [header, ...rows] = (await readFile(path, 'utf8')).trim().split('\n');
      return { header, faces: rows.map((row) => row.split(',').slice(0, 2)) };
    };
    expect(await columns(join(second, 'faces.csv'))).toEqual(await columns(faces));
  });
});
