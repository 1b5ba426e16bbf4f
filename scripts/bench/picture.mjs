import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { once, root, run } from '../process.mjs';

const exec = promisify(execFile);

/**
 * The comparison of the original work: 400 of 2,000 CelebA and 100 of 500 LFW images, with its
 * methods and parameters.
 */
export async function pictureBench() {
  const shared = join(root, '..', 'shared', 'data');
  if (!existsSync(join(shared, 'lfw.tar')) || !existsSync(join(shared, 'celeba.tar'))) {
    console.log(`the original's comparison is not made: CelebA and LFW are not at ${shared}`);
    return undefined;
  }
  const folder = await once('original-500', async (temporary) => {
    for (const [name, from, count] of [
      ['celeba', 2000, 400],
      ['lfw', 500, 100],
    ]) {
      const source = await once(`shared-${name}`, (unpacked) =>
        run('tar', ['xf', join(shared, `${name}.tar`), '-C', unpacked]),
      );
      const files = (await readdir(source, { recursive: true }))
        .filter((file) => file.endsWith('.jpg'))
        .sort();
      await mkdir(join(temporary, name));
      const step = from / count;
      for (let i = 0; i < count; i++)
        await cp(join(source, files[i * step]), join(temporary, name, `${i}.jpg`));
    }
  });
  const out = join(root, 'out', 'original');
  const methods = ['kmeans', 'agglomerative', 'birch', 'spectral', 'dbscan', 'optics'];
  await exec(process.execPath, [
    join(root, 'dist', 'cli.js'), 'compare', join(folder, 'celeba'), join(folder, 'lfw'), '--out', out, '--overwrite', '--preset', 'original',
    '--detect', 'never', '--provider', 'cpu', '--methods', methods.join(','),
  ]); // prettier-ignore
  const [, ...lines] = (await readFile(join(out, 'comparison.csv'), 'utf8')).trim().split('\n');
  const points = lines.map((line) => line.split(','));
  const numbers = [2, 10, 20, 32, 50];
  for (const method of methods) {
    const own = points.filter(([name]) => name === method);
    const values =
      own[0][1] === ''
        ? [`${own[0][4]} with ${own[0][2]} clusters`]
        : numbers.map((k) => own.find((p) => Number(p[1]) === k)?.[4]);
    console.log(
      `${method.padEnd(14)} ${own[0][1] === '' ? '' : `silhouette at k = ${numbers.join(', ')}: `}${values.join('  ')}`,
    );
  }
  const above = points.filter(([method, k, , , value]) => {
    const ours = points.find(([name, number]) => name === 'kmeans' && number === k);
    return method !== 'kmeans' && Number(k) >= 10 && Number(value) > Number(ours?.[4]);
  });
  console.log(
    `above K-Means from k = 10 on: ${above.map(([method, k]) => `${method} at ${k}`).join(', ') || 'none'}`,
  );
  return points;
}
