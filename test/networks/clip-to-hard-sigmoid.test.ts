import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { withHardSigmoids } from '../../src/networks/clip-to-hard-sigmoid';
import { toFloat32 } from '../../src/networks/float16-to-float32';
import { openModel } from '../../src/networks/model';
import { bundled } from '../support/engine';
import { temporaryFolder } from '../support/images';

const FACES = 3;
/**
 * ReLU6s of MobileNetV2: one in the first layer, one in the last, one in the first block and two in
 * each other block.
 */
const CLIPS = 35;

const operators = (model: Uint8Array, name: string) =>
  Buffer.from(model)
    .toString('latin1')
    .split(`\x22${String.fromCharCode(name.length)}${name}`).length - 1;

describe('withHardSigmoids', () => {
  it('keeps the results bit by bit', async () => {
    const clips = toFloat32(await readFile(bundled.gpu))!;
    const sigmoids = withHardSigmoids(clips)!;
    expect(operators(clips, 'Clip')).toBe(CLIPS);
    expect(operators(sigmoids, 'Clip')).toBe(0);
    expect(operators(sigmoids, 'HardSigmoid')).toBe(CLIPS);
    const folder = await temporaryFolder();
    const results = [];
    for (const [i, bytes] of [clips, sigmoids].entries()) {
      const file = join(folder, `${i}.onnx`);
      await writeFile(file, bytes);
      const model = await openModel(file, { provider: 'cpu', threads: 1 });
      const crops = Uint8Array.from(
        { length: FACES * model.crop.width * model.crop.height * 3 },
        (_, at) => (at * 2654435761) >>> 24,
      );
      results.push(Array.from(await model.infer(crops, FACES)));
      await model.release();
    }
    expect(results[1]).toEqual(results[0]);
  });

  it('gives a valid network in float16, too', async () => {
    const sigmoids = withHardSigmoids(await readFile(bundled.gpu))!;
    expect(operators(sigmoids, 'HardSigmoid')).toBe(CLIPS);
    const session = await ort.InferenceSession.create(sigmoids, { logSeverityLevel: 4 });
    expect(session.inputNames).toEqual(['images']);
    await session.release();
  });

  it('ignores other clips, and files that are not networks', async () => {
    expect(withHardSigmoids(await readFile(bundled.cpu))).toBeUndefined(); // clips to [0, 6]
    expect(withHardSigmoids(Buffer.from('not a network'))).toBeUndefined();
    expect(withHardSigmoids(new Uint8Array(1000).fill(255))).toBeUndefined();
  });
});
