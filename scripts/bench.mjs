// npm run bench: measures speed and memory, as ratios within one run. Prints a table and writes out/bench.json.
//   -- --only clustering   or tables, map, panel, copies, picture, crops, again, host, batches, operators, original, scale, photos, recall, conditions, grouping, gpu
//   -- --rounds 3   --images 9490   --photos 240   --photos-long 960   --recall 0 (0: all images of LFW, if present)
//   -- --out FILE (instead of out/bench.json)
//   -- --original 9000 (images in the original's way, all in memory as floats: 0.6 MB each)   --largest 100000 (images of the scale)
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { againBench } from './bench/again.mjs';
import { batchBench } from './bench/batches.mjs';
import { clusteringBench } from './bench/clustering.mjs';
import { conditionsBench } from './bench/conditions.mjs';
import { copiesBench } from './bench/copies.mjs';
import { cropBench } from './bench/crops.mjs';
import { gpuBench } from './bench/gpu.mjs';
import { groupingBench } from './bench/grouping.mjs';
import { hostBench } from './bench/host.mjs';
import { mapBench } from './bench/map.mjs';
import { operatorBench } from './bench/operators.mjs';
import { originalBench } from './bench/original.mjs';
import { panelBench } from './bench/panel.mjs';
import { photoBench } from './bench/photos.mjs';
import { pictureBench } from './bench/picture.mjs';
import { recallBench } from './bench/recall.mjs';
import { scaleBench } from './bench/scale.mjs';
import { bundle } from './bench/stage.mjs';
import { tableBench } from './bench/tables.mjs';
import { main, root } from './process.mjs';
import { buildIfStale, installPackages } from './setup.mjs';

main(async () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '3' },
      images: { type: 'string', default: '9490' },
      photos: { type: 'string', default: '240' },
      'photos-long': { type: 'string', default: '960' },
      recall: { type: 'string', default: '0' },
      original: { type: 'string', default: '9000' },
      largest: { type: 'string', default: '100000' },
      out: { type: 'string', default: join(root, 'out', 'bench.json') },
    },
  });
  const rounds = Number(values.rounds);
  const parts = partsOf(values);
  if (values.only !== '' && !Object.hasOwn(parts, values.only))
    throw new Error(`'--only ${values.only}': expected one of ${Object.keys(parts).join(', ')}`);
  await installPackages();
  await buildIfStale();
  await bundle();
  const machine = `${cpus()[0]?.model ?? process.arch}, ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`;
  console.log(`${machine}\nmedian of ${rounds} rounds\n`);
  const figures = {};
  for (const [part, measure] of Object.entries(parts))
    if (values.only === '' || values.only === part) figures[part] = await measure();
  await mkdir(dirname(values.out), { recursive: true });
  await writeFile(values.out, JSON.stringify({ machine, rounds, ...figures }, null, 2));
});

/** What is measured, by its name for `--only`, in order. */
function partsOf(values) {
  const [rounds, images] = [Number(values.rounds), Number(values.images)];
  return {
    clustering: () => clusteringBench(rounds),
    tables: () => tableBench(rounds),
    map: () => mapBench(rounds),
    panel: () => panelBench(rounds),
    copies: () => copiesBench(images),
    picture: () => pictureBench(),
    crops: () => cropBench(rounds, images),
    again: () => againBench(rounds, images),
    host: () => hostBench(rounds, images),
    batches: () => batchBench(rounds, images),
    operators: () => operatorBench(),
    original: () => originalBench(Number(values.original)),
    scale: () => scaleBench(Number(values.largest)),
    photos: () => photoBench(rounds, Number(values.photos), Number(values['photos-long'])),
    recall: () => recallBench(Number(values.recall)),
    conditions: () => conditionsBench(),
    grouping: () => groupingBench(),
    gpu: () => gpuBench(),
  };
}
