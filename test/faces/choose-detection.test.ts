import { describe, expect, it } from 'vitest';
import { type AlignmentCheck, chooseDetection } from '../../src/faces/choose-detection';
import { ImageList } from '../../src/images/image-list';

/** Chooses for images of which each is described by `size` or `size aligned`, or is unusable. */
async function choose(descriptions: readonly (string | null)[]) {
  const images = new ImageList(['/photos']);
  for (const i of descriptions.keys())
    images.push({ folder: 0, name: String(i), path: `/photos/${i}` });
  const checked: string[] = [];
  const { mode } = await chooseDetection(
    images,
    { detect: 'auto' },
    {
      known: () => undefined,
      check: ({ name }) => {
        checked.push(name);
        const [size = '', aligned] = descriptions[Number(name)]?.split(' ') ?? [];
        const check: AlignmentCheck = { size, aligned: aligned !== undefined };
        return Promise.resolve(descriptions[Number(name)] === null ? null : check);
      },
      concurrency: 2,
    },
  );
  return { cropSizes: mode.kind === 'each' ? mode.cropSizes : undefined, checked };
}

const times = (count: number, description: string | null) =>
  new Array<string | null>(count).fill(description);

describe('chooseDetection', () => {
  it('takes images of a size as crops of which four in five are aligned', async () => {
    const crops = times(8, '178×218 aligned');
    expect((await choose(crops)).cropSizes).toEqual(['178×218']);
    expect((await choose([...crops, ...times(2, '178×218')])).cropSizes).toEqual(['178×218']);
    expect((await choose([...crops, ...times(3, '178×218')])).cropSizes).toEqual([]);
  });

  it('judges each size by itself, and none by fewer than four images', async () => {
    const mixed = [
      ...times(6, '178×218 aligned'),
      ...times(6, '1600×1200'),
      ...times(4, '250×250 aligned'),
      ...times(3, '89×109 aligned'),
      ...times(3, null),
    ];
    expect((await choose(mixed)).cropSizes).toEqual(['178×218', '250×250']);
    expect((await choose([...mixed].reverse())).cropSizes).toEqual(['178×218', '250×250']);
  });

  it('looks at 24 images of a large folder, spread over it', async () => {
    const { checked } = await choose(times(2400, '178×218 aligned'));
    expect(checked).toEqual(Array.from({ length: 24 }, (_, i) => String(100 * i)));
  });

  it.each([
    ['never', 'crops'],
    ['always', 'photos'],
  ] as const)('follows the setting %s', async (detect, kind) => {
    const images = new ImageList(['/photos']);
    const refuse = () => {
      throw new Error('expected no look at an image');
    };
    const checks = { known: refuse, check: refuse, concurrency: 1 };
    expect((await chooseDetection(images, { detect }, checks)).mode).toEqual({ kind });
  });
});
