import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLabels } from '../../src/datasets/labels';
import { faceTable } from '../../src/engine/jobs/face-table';
import { faceRows, PLACE } from '../support/face-rows';
import { temporaryFolder } from '../support/images';

describe('a faces.csv of this program', () => {
  const images = ['a.jpg', 'b.jpg', 'c.jpg'];
  const rows = faceRows(images, {
    attributes: ['Male', 'Tall'],
    clustering: {
      ...faceRows(images).clustering,
      silhouettes: Float32Array.of(0.5, 0.25, 1),
      distances: Float32Array.of(0, 0.5, 1),
      projection: Float32Array.of(0, 1, 0.5, 0.5, 1, 0),
    },
    placeOf: () => PLACE,
  });

  it('goes back in as labels, of which only the attributes are taken', async () => {
    const file = join(await temporaryFolder(), 'faces.csv');
    await writeFile(file, Array.from(faceTable(rows), String).join(''));
    const table = await readLabels(file, undefined);
    expect(table.images).toEqual(images);
    expect(table.attributes).toEqual(['Male', 'Tall']);
    expect(table.values).toEqual(rows.probabilities);
  });

  it('of an earlier version does, too', async () => {
    const file = join(await temporaryFolder(), 'faces.csv');
    await writeFile(
      file,
      'image,face,x,y,width,height,score,cluster,silhouette,Male\na.jpg,0,,,,,,0,0.5000,0.2500\n',
    );
    expect((await readLabels(file, undefined)).attributes).toEqual(['Male']);
  });
});
