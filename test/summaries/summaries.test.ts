import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeStrips, facePlaces } from '../../src/images/crop-strips';
import { CropReader } from '../../src/runs/crop-reader';
import { CropWriter } from '../../src/runs/crop-writer';
import { clusterPictures } from '../../src/summaries/eigenfaces';
import { frequencies } from '../../src/summaries/occurrences';
import { principalComponents } from '../../src/summaries/principal-components';
import { classifyAttributes } from '../../src/summaries/tell-apart';
import { orderCluster } from '../../src/summaries/typical';
import { temporaryFolder } from '../support/images';
import { binaryRows, matrix, random } from '../support/vectors';

describe('frequencies', () => {
  it('counts probabilities from one half', () => {
    const probabilities = Float32Array.of(0.5, 0.1, 0.49, 0.9, 1, 0);
    expect(Array.from(frequencies(probabilities, 2))).toEqual([2 / 3, 1 / 3]);
    expect(Array.from(frequencies(probabilities, 2, Int32Array.of(1, 2)))).toEqual([0.5, 0.5]);
    expect(Array.from(frequencies(probabilities, 2, Int32Array.of()))).toEqual([0, 0]);
  });
});

describe('classifyAttributes', () => {
  it('calls prominent what almost all have, what sets the cluster apart first, and noisy what divides it', () => {
    const occurrences = { Young: 0.95, Blond_Hair: 0.9, Smiling: 0.5, Male: 0.3, Bald: 0.25 };
    const overall = { Young: 0.8, Blond_Hair: 0.15, Smiling: 0.5, Male: 0.4, Bald: 0.02 };
    expect(classifyAttributes(occurrences, overall)).toEqual({
      prominent: ['Blond_Hair', 'Young'],
      noisy: ['Smiling', 'Male'],
    });
  });
});

describe('orderCluster', () => {
  it('finds the medoid that brute force finds, and orders by distance to the mean', () => {
    const rows = binaryRows(60, 4, 5).map((row, i) => row.map((value) => value + i / 1000));
    const members = Int32Array.from({ length: 30 }, (_, i) => 2 * i);
    const { rows: ordered, medoid } = orderCluster(matrix(rows), members);
    const distance = (a: number[], b: number[]) =>
      Math.hypot(...a.map((value, c) => value - b[c]!));
    const sums = Array.from(members, (i) =>
      Array.from(members).reduce((sum, j) => sum + distance(rows[i]!, rows[j]!), 0),
    );
    expect(medoid).toBe(members[sums.indexOf(Math.min(...sums))]);
    const mean = rows[0]!.map(
      (_, c) => Array.from(members).reduce((sum, i) => sum + rows[i]![c]!, 0) / members.length,
    );
    const distances = Array.from(ordered, (i) => distance(rows[i]!, mean));
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    expect([...ordered].sort((a, b) => a - b)).toEqual([...members]);
  });
});

describe('principalComponents', () => {
  it('are unit vectors at right angles that explain the variance of data made from known directions', () => {
    const next = random(3);
    // Two directions in 40 columns with variances 9 to 1, and nothing else.
    const directions = [
      Array.from({ length: 40 }, (_, c) => (c < 20 ? 1 : 0)),
      Array.from({ length: 40 }, (_, c) => (c < 20 ? 0 : 1)),
    ];
    const rows = Array.from({ length: 200 }, () => {
      const [a, b] = [3 * (next() - 0.5), next() - 0.5];
      return directions[0]!.map((value, c) => a * value + b * directions[1]![c]!);
    });
    const { components, explained } = principalComponents(rows.flat(), 40, 3);
    expect(components).toHaveLength(2);
    const dot = (x: ArrayLike<number>, y: ArrayLike<number>) =>
      Array.from(x).reduce((sum, value, i) => sum + value * y[i]!, 0);
    expect(dot(components[0]!, components[0]!)).toBeCloseTo(1, 5);
    expect(dot(components[0]!, components[1]!)).toBeCloseTo(0, 5);
    expect(Math.abs(dot(components[0]!, directions[0]!)) / Math.sqrt(20)).toBeGreaterThan(0.98);
    expect(explained[0]! + explained[1]!).toBeCloseTo(1, 6);
    expect(explained[0]).toBeGreaterThan(0.8);
  });

  it('are none where all samples are alike, or there is one', () => {
    expect(principalComponents(new Array(90).fill(7), 30, 3).components).toEqual([]);
    expect(principalComponents(new Array(30).fill(7), 30, 3).components).toEqual([]);
  });
});

describe('crops and the mean face', () => {
  it('keeps crops across strips and averages them', async () => {
    const folder = await temporaryFolder();
    const size = { width: 16, height: 24 };
    const writer = await CropWriter.create(folder, size);
    const faces = 37; // two strips and a part of one
    const levels = Array.from({ length: faces }, (_, i) => i * 6);
    const pixels = Buffer.concat(
      levels.map((level) => Buffer.alloc(size.width * size.height * 3, level)),
    );
    const strips = await encodeStrips(pixels, new Array<number>(faces).fill(1), size);
    for (const { jpeg } of strips) await writer.appendStrip(jpeg);
    for (const { strip, at } of facePlaces(strips)) writer.place(strip, at);
    await writer.finish();
    const reader = await CropReader.open(folder);
    expect(reader.count).toBe(faces);
    const wanted = [36, 0, 17, 16];
    const jpegs = await reader.jpegs(wanted);
    for (const [i, jpeg] of jpegs.entries()) {
      const { channels } = await sharp(jpeg).stats();
      expect(channels[0]!.mean).toBeCloseTo(levels[wanted[i]!]!, -0.5);
    }
    const [even] = await clusterPictures(reader, [
      { cluster: 0, rows: Int32Array.from({ length: 19 }, (_, i) => 2 * i) },
    ]);
    const { channels } = await sharp(even!.eigenface).stats();
    expect(channels[1]!.mean).toBeCloseTo(18 * 6, -0.5);
    expect(await sharp(even!.eigenface).metadata()).toMatchObject({
      width: 16,
      height: 24,
      format: 'png',
    });
  });
});
