/**
 * The original work's way on ONNX Runtime: load one image after the other, resize it to 224×224,
 * hold all of them as one float32 array, predict in batches of 64 with the float32 network. `node
 * original.js FOLDER COUNT FILE`; FILE takes float32 `[n, 224, 224, 3]` (original_model.py).
 */
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { scanImages } from '../../src/images/scan-folders';

const SIDE = 224;
const BATCH = 64;

async function original(folder: string, count: number, file: string) {
  const session = await ort.InferenceSession.create(file, { executionProviders: ['cpu'] });
  const images = [...(await scanImages([folder])).images];
  const start = performance.now();
  const size = SIDE * SIDE * 3;
  const all = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    const pixels = await sharp(images[i % images.length]!.path)
      .resize(SIDE, SIDE, { fit: 'fill' })
      .removeAlpha()
      .raw()
      .toBuffer();
    for (let at = 0; at < size; at++) all[i * size + at] = pixels[at]! / 127.5 - 1;
  }
  const loaded = performance.now();
  for (let from = 0; from < count; from += BATCH) {
    const n = Math.min(BATCH, count - from);
    const tensor = new ort.Tensor('float32', all.subarray(from * size, (from + n) * size), [
      n,
      SIDE,
      SIDE,
      3,
    ]);
    await session.run({ images: tensor });
  }
  const seconds = (performance.now() - start) / 1000;
  const peakMemory = process.resourceUsage().maxRSS * 1024;
  console.log(
    JSON.stringify({ rate: count / seconds, load: (loaded - start) / 1000, seconds, peakMemory }),
  );
}

const [, , folder = '', count = '0', file = ''] = process.argv;
void original(folder, Number(count), file);
