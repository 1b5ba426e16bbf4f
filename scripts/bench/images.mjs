// Images for benchmarks.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, once, root, run } from '../process.mjs';
import { samplePortraits } from '../samples.mjs';

/** Aligned crops: those of CelebA if present, otherwise repeated sample portraits. */
export async function aligned() {
  const shared = join(root, '..', 'shared', 'data');
  if (existsSync(join(shared, 'celeba.tar'))) {
    const unpacked = (name) =>
      once(`shared-${name}`, (temporary) =>
        run('tar', ['xf', join(shared, `${name}.tar`), '-C', temporary]),
      );
    return {
      folder: join(await unpacked('celeba'), 'celeba'),
      first: await unpacked('lfw'),
      what: 'CelebA, 89×109',
    };
  }
  const portraits = await samplePortraits();
  return {
    folder: portraits,
    first: portraits,
    what: 'sample portraits, 128×128 (CelebA is not at hand)',
  };
}

/**
 * A folder with a given number of images in subfolders of a thousand. A number is appended to each
 * file, so all contents differ.
 */
export async function copies(folder, count) {
  const files = (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith('.jpg'))
    .sort();
  const target = join(cacheDir, `copies-${count}`);
  await rm(target, { recursive: true, force: true });
  for (let i = 0; i < count; i++) {
    const part = join(target, String(Math.floor(i / 1000)).padStart(4, '0'));
    if (i % 1000 === 0) await mkdir(part, { recursive: true });
    const bytes = await readFile(join(folder, files[i % files.length]));
    await writeFile(join(part, `${i}.jpg`), Buffer.concat([bytes, Buffer.from(String(i))]));
  }
  return target;
}
