import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installChromium } from '../debian.mjs';
import { root, run } from '../process.mjs';
import { medians, print } from './figures.mjs';

const FACES = 200_000;

/** The panel of very many faces in a real VS Code, beside static pages of the same pictures. */
export async function panelBench(rounds) {
  await installChromium();
  await run('npm', ['run', 'package'], { cwd: root, quiet: true });
  const folder = await mkdtemp(join(tmpdir(), 'face-clusters-panel-'));
  const out = join(folder, 'seen.json');
  await run('npx', ['playwright', 'test', '-c', 'test/vscode/bench/playwright.config.ts'], {
    cwd: root,
    env: { ...process.env, FACE_CLUSTERS_PANEL: JSON.stringify({ faces: FACES, rounds, out }) },
  });
  const seen = JSON.parse(await readFile(out, 'utf8'));
  await rm(folder, { recursive: true });
  const result = medians(seen);
  const views = { cards: 'the overview', grid: 'a cluster', map: 'the map' };
  const late = (when, what) =>
    Object.entries(views).map(([view, name]) => [
      `late frames in ${name} ${what}, % / those of a static page`,
      `${result[`${when} ${view}`].toFixed(1)} / ${result[`${when} ${view} static`].toFixed(1)}`,
    ]);
  const seconds = (name) => (result[name] / 1000).toFixed(2);
  print([
    [`from the result of ${FACES} faces to its cards / with their faces, s`, `${seconds('result to cards')} / ${seconds('result to faces')}`],
    ['from the click on a stored result to its cards / with their faces, s', `${seconds('click to cards')} / ${seconds('click to faces')}`],
    ...late('making', 'while eigenfaces are made'),
    ...late('rest', 'afterwards'),
    ['its process while eigenfaces are made / afterwards, MB', `${result['memory making'].toFixed(0)} / ${result['memory rest'].toFixed(0)}`],
  ]); // prettier-ignore
  return { seen, result };
}
