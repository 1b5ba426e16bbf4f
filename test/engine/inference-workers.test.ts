/** The inference workers of a GPU, on the CPU here. */
import { expect, it } from 'vitest';
import { runBesideWorkers } from '../support/beside-workers';
import { bundled } from '../support/engine';
import { ROOT } from '../support/images';

it('inference workers end by themselves, in the middle of batches too', async () => {
  // The process ends once its threads have ended.
  const stdout = await runBesideWorkers(
    `import { InferenceWorkerPool } from '${ROOT}/src/engine/threads/inference-worker-pool';
    import { openModel } from '${ROOT}/src/networks/model';
    void (async () => {
      const [file] = process.argv.slice(2) as [string];
      const model = await openModel(file, { provider: 'cpu' });
      const faceBytes = model.crop.width * model.crop.height * 3;
      const pieces = [new Uint8Array(faceBytes).fill(90), new Uint8Array(faceBytes).fill(10)];
      const here = await model.infer(Buffer.concat(pieces), 2);
      const open = () =>
        InferenceWorkerPool.open({ file, provider: 'cpu', batchSize: 4 }, 2);
      const pool = await open();
      const there = await pool.infer(pieces, 2);
      const farthest = Math.max(...there.map((value, i) => Math.abs(value - here[i]!)));
      await pool.release();
      let late = 0;
      for (let round = 0; round < 5; round++) {
        const busy = await open();
        const batches = Array.from({ length: 8 }, () => busy.infer(pieces, 2));
        const all = Promise.allSettled(batches);
        await batches[0];
        const start = performance.now();
        await busy.release();
        if (performance.now() - start > 4000) late += 1;
        await all;
      }
      console.log(JSON.stringify({ length: there.length === here.length, farthest, late }));
    })();`,
    bundled.cpu,
  );
  const { length, farthest, late } = JSON.parse(stdout) as Record<string, unknown>;
  expect({ length, late }).toEqual({ length: true, late: 0 });
  expect(farthest).toBeLessThan(1e-4);
});
