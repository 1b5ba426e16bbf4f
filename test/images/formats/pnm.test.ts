/** PBM, PGM, PPM, PAM and PFM. */
import { describe, expect, it } from 'vitest';
import { encodedImage } from '../../../src/images/encoded-image';
import { decodeWhole, meanError } from '../../support/decoded';
import { quarters } from '../../support/images';

const [WIDTH, HEIGHT] = [61, 43];
const picture = () => quarters(WIDTH, HEIGHT);
const rgb = () => picture().raw().toBuffer();

/** A gray picture: the levels of `quarters` in red plus blue. */
const gray = async () => {
  const bytes = await rgb();
  return Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
    i % WIDTH < WIDTH / 2 ? bytes[3 * i]! : 255 - bytes[3 * i + 2]!,
  );
};

const binary = (head: string, values: Iterable<number>, size = 1) => {
  const all = [...values];
  const bytes = Buffer.alloc(all.length * size);
  all.forEach((value, i) => bytes.writeUIntBE(value, i * size, size));
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
};

const sizes = `${WIDTH} ${HEIGHT}`;
const scaled = (values: Iterable<number>, max: number) =>
  Array.from(values, (value) => Math.round((value / 255) * max));

const pam = (depth: number, max: number, type: string) =>
  `P7\nWIDTH ${WIDTH}\n# a comment\nHEIGHT ${HEIGHT}\nDEPTH ${depth}\nMAXVAL ${max}\nTUPLTYPE ${type}\nENDHDR\n`;

const withAlpha = (values: readonly number[], channels: number) =>
  Array.from({ length: values.length / channels }, (_, i) => [
    ...values.slice(i * channels, (i + 1) * channels),
    255,
  ]).flat();

const COLORS: [string, () => Promise<Buffer>][] = [
  ['P6', async () => binary(`P6\n${sizes}\n255\n`, await rgb())],
  ['P6 with comments', async () => binary(`P6 # one\n#two\n${sizes}#three\n#\n255\n`, await rgb())],
  ['P6 up to 100', async () => binary(`P6\n${sizes}\n100\n`, scaled(await rgb(), 100))],
  ['P6 up to 1023', async () => binary(`P6\n${sizes}\n1023\n`, scaled(await rgb(), 1023), 2)],
  ['P6 up to 65535', async () => binary(`P6\n${sizes}\n65535\n`, scaled(await rgb(), 65_535), 2)],
  ['P3', async () => Buffer.from(`P3\n${sizes}\n255\n${[...(await rgb())].join(' ')}\n`)],
  [
    'P3 with comments',
    async () => Buffer.from(`P3 ${sizes} 255 # here\n# P6\n${[...(await rgb())].join('\n')}`),
  ],
  ['P7 of three values', async () => binary(pam(3, 255, 'RGB'), await rgb())],
  ['P7 with alpha', async () => binary(pam(4, 255, 'RGB_ALPHA'), withAlpha([...(await rgb())], 3))],
  ['PF', async () => pfm('PF', await rgb(), 3, true)],
  ['PF in big-endian order', async () => pfm('PF', await rgb(), 3, false)],
];

const GRAYS: [string, () => Promise<Buffer>][] = [
  ['P5', async () => binary(`P5\n${sizes}\n255\n`, await gray())],
  ['P5 up to 4095', async () => binary(`P5\n${sizes}\n4095\n`, scaled(await gray(), 4095), 2)],
  ['P2', async () => Buffer.from(`P2\n${sizes}\n255\n${(await gray()).join(' ')}\n`)],
  ['P7 of one value', async () => binary(pam(1, 255, 'GRAYSCALE'), await gray())],
  ['P7 with alpha', async () => binary(pam(2, 255, 'GRAYSCALE_ALPHA'), withAlpha(await gray(), 1))],
];

/** Rows from the lower one, from 0 to 1. */
function pfm(kind: string, values: Iterable<number>, channels: number, little: boolean) {
  const all = [...values];
  const bytes = Buffer.alloc(all.length * 4);
  all.forEach((value, i) => {
    const row = Math.floor(i / (WIDTH * channels));
    const at = 4 * ((HEIGHT - 1 - row) * WIDTH * channels + (i % (WIDTH * channels)));
    if (little) bytes.writeFloatLE(value / 250, at);
    else bytes.writeFloatBE(value / 250, at);
  });
  return Buffer.concat([Buffer.from(`${kind}\n${sizes}\n${little ? '-1.0' : '1.0'}\n`), bytes]);
}

describe('an image in', () => {
  it.each(COLORS)('%s has the size and the pixels of its picture', async (_, bytes) => {
    const pixels = await decodeWhole(await bytes());
    expect([pixels.width, pixels.height]).toEqual([WIDTH, HEIGHT]);
    expect(await meanError(pixels, picture())).toBeLessThan(1.5); // PF is scaled by its range
  });

  it.each(GRAYS)('%s has the size and the pixels of its picture', async (_, bytes) => {
    const pixels = await decodeWhole(await bytes());
    expect([pixels.width, pixels.height]).toEqual([WIDTH, HEIGHT]);
    const expected = (await gray()).flatMap((value) => [value, value, value]);
    const errors = expected.map((value, i) => Math.abs(value - pixels.data[i]!));
    expect(Math.max(...errors)).toBeLessThanOrEqual(1);
  });

  it('Pf is scaled by its range', async () => {
    const pixels = await decodeWhole(pfm('Pf', await gray(), 1, true));
    expect([pixels.data[0], pixels.data[3 * (WIDTH - 1)]]).toEqual([255, 0]);
  });

  it('P1 and P4 is black where a bit is set', async () => {
    const text = Array.from({ length: HEIGHT }, (_, y) =>
      Array.from({ length: WIDTH }, (__, x) => ((x + y) % 3 === 0 ? 1 : 0)).join(y % 2 ? '' : ' '),
    );
    const rows = text.map((row) => {
      const padded = row.replaceAll(' ', '').padEnd(64, '0');
      return Buffer.from(padded.match(/.{8}/g)!.map((bits) => Number.parseInt(bits, 2)));
    });
    const p1 = await decodeWhole(Buffer.from(`P1\n${sizes}\n${text.join('\n#\n')}`));
    const p4 = await decodeWhole(Buffer.concat([Buffer.from(`P4\n${sizes}\n`), ...rows]));
    expect([...p1.data.subarray(0, 9)]).toEqual([0, 0, 0, 255, 255, 255, 255, 255, 255]);
    expect(Buffer.compare(p1.data, p4.data)).toBe(0);
  });

  it.each([...COLORS, ...GRAYS])('%s that is cut short is named', async (_, bytes) => {
    const whole = await bytes();
    for (const length of [6, whole.length - 300])
      await expect(decodeWhole(whole.subarray(0, length))).rejects.toThrow(
        /an image of the PNM family that is damaged or cut short|content is none of/,
      );
  });

  it.each(['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'PF'])(
    '%s of too many pixels is refused',
    async (kind) => {
      const bytes = Buffer.from(`${kind}\n100000 100000\n255\n0 0 0`);
      await expect(encodedImage(bytes)).rejects.toThrow('too large');
    },
  );

  it('P7 of many values a pixel is named', async () => {
    await expect(encodedImage(binary(pam(7, 255, 'X'), [0]))).rejects.toThrow('7 values a pixel');
  });

  it('PF with values that are no numbers is refused', async () => {
    const bytes = pfm('Pf', await gray(), 1, true);
    bytes.writeFloatLE(NaN, bytes.length - 4);
    await expect(decodeWhole(bytes)).rejects.toThrow('expected values that are numbers');
  });
});
