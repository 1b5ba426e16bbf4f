import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PbfWriter } from 'pbf';
import { describe, expect, it } from 'vitest';
import { CELEBA_ATTRIBUTES } from '../../src/domain/attributes';
import { openModel } from '../../src/networks/model';
import { readModelMetadata } from '../../src/networks/model-metadata';
import { bundled, cli } from '../support/engine';
import { PORTRAITS, temporaryFolder } from '../support/images';

/**
 * The bundled network with metadata appended: fields of a protocol buffer may be in any order, and
 * later ones override earlier ones.
 */
async function withMetadata(entries: Record<string, unknown>): Promise<string> {
  const writer = new PbfWriter();
  for (const [key, value] of Object.entries(entries)) {
    writer.writeMessage(
      14,
      (entry: [string, string], message: PbfWriter) => {
        message.writeStringField(1, entry[0]);
        message.writeStringField(2, entry[1]);
      },
      [`face_clusters.${key}`, typeof value === 'string' ? value : JSON.stringify(value)],
    );
  }
  const file = join(await temporaryFolder(), 'model.onnx');
  await writeFile(file, Buffer.concat([await readFile(bundled.cpu), writer.finish()]));
  return file;
}

const OWN = CELEBA_ATTRIBUTES.map((_, i) => `Own_${i}`);

describe('metadata of a network file', () => {
  it('names attributes, framing and thresholds of the bundled networks', async () => {
    for (const file of [bundled.cpu, bundled.gpu]) {
      const { attributes, framing, thresholds, frequencies } = await readModelMetadata(file);
      expect(attributes).toEqual([...CELEBA_ATTRIBUTES]);
      expect(framing).toEqual({ width: 160, height: 192, stretch: false });
      // For calibrated probabilities the balanced thresholds are the frequencies of the attributes.
      expect(thresholds!.balanced).toHaveLength(40);
      thresholds!.balanced.forEach((value, i) => {
        expect(Math.abs(value - Math.max(0.01, frequencies![i]!))).toBeLessThan(0.01);
      });
    }
  });

  it("names a network's outputs, by which faces are clustered by default", async () => {
    const file = await withMetadata({
      attributes: OWN,
      framing: { width: 160, height: 192, stretch: true },
    });
    const model = await openModel(file, { provider: 'cpu' });
    expect(model).toMatchObject({
      attributes: OWN,
      crop: { width: 160, height: 192, stretch: true },
    });
    await model.release();
    const out = await temporaryFolder();
    const run = await cli(
      'cluster',
      PORTRAITS,
      '--out',
      out,
      '--model',
      file,
      '--limit',
      '20',
      '--detect',
      'never',
      '--provider',
      'cpu',
    );
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/faces are compared by all attributes there are/);
    expect((await readFile(join(out, 'faces.csv'), 'utf8')).split('\n')[0]).toContain(
      'Own_0,Own_1',
    );
    // An unknown attribute in the options is still an error.
    const wrong = await cli(
      'cluster',
      PORTRAITS,
      '--out',
      out,
      '--model',
      file,
      '--attributes',
      'Smiling',
      '--detect',
      'never',
    );
    expect(wrong).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("unknown attribute 'Smiling'") as string,
    });
  });

  it.each([
    [
      { attributes: ['A', 'B'] },
      /it has 40 outputs, but its metadata 'face_clusters.attributes' names 2 attributes/,
    ],
    [{ thresholds: { balanced: [0.5] } }, /it has 40 outputs, but its metadata name 1 thresholds/],
    [
      { framing: { width: 100, height: 192, stretch: false } },
      /describe crops of 100×192, but its input takes 160×192/,
    ],
    [{ attributes: 'not JSON' }, /'face_clusters.attributes' is not JSON/],
    [{ thresholds: { balanced: OWN.map(() => 2) } }, /'face_clusters.thresholds.balanced.0'/],
  ])('is refused where it contradicts the network: %j', async (entries, message) => {
    await expect(openModel(await withMetadata(entries), { provider: 'cpu' })).rejects.toThrow(
      message,
    );
  });

  it('is empty where the file is not ONNX', async () => {
    const file = join(await temporaryFolder(), 'model.onnx');
    await copyFile(join(PORTRAITS, 'male', '1.jpg'), file);
    expect(await readModelMetadata(file)).toEqual({});
  });
});
