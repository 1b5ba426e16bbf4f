// npm run screenshots: takes the pictures of README.md and CONTRIBUTING.md in a real VS Code, on sample portraits that
// may be shown (scripts/samples.mjs), and writes them into media/screenshots.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import sharp from 'sharp';
import { installChromium } from './debian.mjs';
import { main, root, run } from './process.mjs';

const FOLDER = join(root, 'media', 'screenshots');
const MAX_BYTES = 1_500_000;

main(async () => {
  await installChromium();
  await run('npm', ['run', 'package'], { quiet: true });
  const pictures = await mkdtemp(join(tmpdir(), 'face-clusters-pictures-'));
  try {
    await run('npx', ['playwright', 'test', '-c', 'test/vscode/screenshots/playwright.config.ts'], {
      env: { ...process.env, FACE_CLUSTERS_SCREENSHOTS: pictures },
    });
    let bytes = 0;
    for (const name of await readdir(pictures)) {
      const file = join(FOLDER, `${parse(name).name}.webp`);
      await sharp(join(pictures, name)).webp({ quality: 82, effort: 6 }).toFile(file);
      bytes += (await stat(file)).size;
    }
    console.log(`media/screenshots: ${(bytes / 1000).toFixed(0)} kB`);
    if (bytes > MAX_BYTES) throw new Error(`expected at most ${MAX_BYTES} bytes of pictures`);
  } finally {
    await rm(pictures, { recursive: true, force: true });
  }
});
