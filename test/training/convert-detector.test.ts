import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { detectorSource, samplePhotos } from '../../scripts/samples.mjs';
import { bundled } from '../support/engine';
import { ROOT, temporaryFolder } from '../support/images';
import { hasModules, PYTHON } from '../support/python';

const SIDE = 192;
const ANCHORS = 2304;
const hasPython = hasModules(
  ['numpy', 'onnx', 'flatbuffers'],
  "the test of the detector's conversion",
  ['python3-onnx', 'python3-flatbuffers'],
);

const python = (script: string, ...args: string[]) =>
  execFileSync(PYTHON, [join(ROOT, 'training', script), ...args]);

/** Two of the group photos as the detector takes them. */
async function squares(): Promise<Buffer> {
  const photos = await samplePhotos();
  const made = ['sample3.jpg', 'sample5.jpg'].map((name) =>
    sharp(join(photos, name)).resize(SIDE, SIDE, { fit: 'contain' }).raw().toBuffer(),
  );
  return Buffer.concat(await Promise.all(made));
}

describe.skipIf(!hasPython)('the face detector converted from TFLite', () => {
  it('gives what an evaluation of the TFLite graph gives, and its decoding what the definition gives', async () => {
    const folder = await temporaryFolder();
    const tflite = join(await detectorSource(), 'package', 'face_detection_full_range.tflite');
    const images = await squares();
    await writeFile(join(folder, 'images.u8'), images);
    python('convert_detector.py', '--raw', tflite, join(folder, 'raw.onnx'));
    python('evaluate_tflite.py', tflite, join(folder, 'images.u8'), join(folder, 'expected.f32'));
    const expected = new Float32Array(
      new Uint8Array(await readFile(join(folder, 'expected.f32'))).buffer,
    );

    const input = new ort.Tensor('uint8', images, [2, SIDE, SIDE, 3]);
    const raw = await ort.InferenceSession.create(join(folder, 'raw.onnx'));
    const { regressors, scores } = await raw.run({ images: input });
    const points = regressors!.data as Float32Array;
    const logits = scores!.data as Float32Array;
    expect(points.length + logits.length).toBe(expected.length);
    for (const [i, value] of points.entries())
      expect(Math.abs(value - expected[i]!)).toBeLessThan(5e-4);
    for (const [i, value] of logits.entries())
      expect(Math.abs(value - expected[points.length + i]!)).toBeLessThan(5e-4);

    // The shipped file decodes the same numbers inside.
    const shipped = await ort.InferenceSession.create(bundled.detector);
    const { faces } = await shipped.run({
      images: input,
      threshold: new ort.Tensor('float32', [0.5], [1]),
    });
    const rows = faces!.data as Float32Array;
    const wanted = [0, 1].flatMap((image) => decode(image, points, logits, 0.5));
    expect(faces!.dims).toEqual([wanted.length, 18]);
    expect(wanted.length).toBe(8);
    for (const face of wanted) {
      const own = Array.from({ length: wanted.length }, (_, i) =>
        Array.from(rows.subarray(i * 18, (i + 1) * 18)),
      );
      const nearest = own.find((row) => row[0] === face[0] && Math.abs(row[1]! - face[1]!) < 1e-4);
      expect(nearest, JSON.stringify(face)).toBeDefined();
      for (const [i, value] of face.entries()) expect(nearest![i]).toBeCloseTo(value, 4);
    }
  });
});

/**
 * Faces of an image by the definition of weighted non-maximum suppression: rows of image, score,
 * box and keypoints.
 */
function decode(
  image: number,
  points: Float32Array,
  logits: Float32Array,
  threshold: number,
): number[][] {
  const candidates: { score: number; values: number[] }[] = [];
  for (let anchor = 0; anchor < ANCHORS; anchor++) {
    const score = 1 / (1 + Math.exp(-logits[image * ANCHORS + anchor]!));
    if (score <= threshold) continue;
    const own = points.subarray(
      (image * ANCHORS + anchor) * 16,
      (image * ANCHORS + anchor + 1) * 16,
    );
    const [x, y] = [((anchor % 48) + 0.5) / 48, (Math.floor(anchor / 48) + 0.5) / 48];
    const [cx, cy, width, height] = [
      x + own[0]! / SIDE,
      y + own[1]! / SIDE,
      own[2]! / SIDE,
      own[3]! / SIDE,
    ];
    const keypoints = Array.from(
      own.subarray(4),
      (value, i) => (i % 2 === 0 ? x : y) + value / SIDE,
    );
    candidates.push({
      score,
      values: [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2, ...keypoints],
    });
  }
  candidates.sort((a, b) => b.score - a.score);
  const kept: typeof candidates = [];
  for (const candidate of candidates)
    if (kept.every((other) => overlap(candidate.values, other.values) <= 0.3)) kept.push(candidate);
  return kept.map(({ score, values }) => {
    const same = candidates.filter((other) => overlap(other.values, values) > 0.3);
    const total = same.reduce((sum, other) => sum + other.score, 0);
    const mean = values.map((_, i) =>
      same.reduce((sum, other) => sum + (other.score / total) * other.values[i]!, 0),
    );
    return [image, score, ...mean];
  });
}

/** Intersection over union. */
function overlap(a: number[], b: number[]): number {
  const width = Math.max(0, Math.min(a[2]!, b[2]!) - Math.max(a[0]!, b[0]!));
  const height = Math.max(0, Math.min(a[3]!, b[3]!) - Math.max(a[1]!, b[1]!));
  const area = (box: number[]) => (box[2]! - box[0]!) * (box[3]! - box[1]!);
  return (width * height) / (area(a) + area(b) - width * height);
}
