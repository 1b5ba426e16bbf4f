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
  const images = Number(values.images);
  await installPackages();
  await buildIfStale();
  await bundle();
  const wanted = (part) => values.only === '' || values.only === part;
  const machine = `${cpus()[0]?.model ?? process.arch}, ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`;
  console.log(`${machine}\nmedian of ${rounds} rounds\n`);
  const clustering = wanted('clustering') ? await clusteringBench(rounds) : undefined;
  const tables = wanted('tables') ? await tableBench(rounds) : undefined;
  const map = wanted('map') ? await mapBench(rounds) : undefined;
  const panel = wanted('panel') ? await panelBench(rounds) : undefined;
  const copies = wanted('copies') ? await copiesBench(images) : undefined;
  const picture = wanted('picture') ? await pictureBench() : undefined;
  const crops = wanted('crops') ? await cropBench(rounds, images) : undefined;
  const again = wanted('again') ? await againBench(rounds, images) : undefined;
  const host = wanted('host') ? await hostBench(rounds, images) : undefined;
  const batches = wanted('batches') ? await batchBench(rounds, images) : undefined;
  const operators = wanted('operators') ? await operatorBench() : undefined;
  const original = wanted('original') ? await originalBench(Number(values.original)) : undefined;
  const scale = wanted('scale') ? await scaleBench(Number(values.largest)) : undefined;
  const photos = wanted('photos')
    ? await photoBench(rounds, Number(values.photos), Number(values['photos-long']))
    : undefined;
  const recall = wanted('recall') ? await recallBench(Number(values.recall)) : undefined;
  const conditions = wanted('conditions') ? await conditionsBench() : undefined;
  const grouping = wanted('grouping') ? await groupingBench() : undefined;
  const gpu = wanted('gpu') ? await gpuBench() : undefined;
  await mkdir(dirname(values.out), { recursive: true });
  await writeFile(
    values.out,
    JSON.stringify(
      {
        machine,
        rounds,
        picture,
        crops,
        again,
        host,
        batches,
        operators,
        original,
        scale,
        photos,
        recall,
        conditions,
        grouping,
        clustering,
        tables,
        map,
        panel,
        copies,
        gpu,
      },
      null,
      2,
    ),
  );
});
