/** `face-clusters wrap` */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '../support/engine';
import { foreignNetwork, plain, softmax } from '../support/foreign-networks';
import { PORTRAITS, temporaryFolder } from '../support/images';
import { field, node, tensor } from '../support/onnx';

/** A network as PyTorch exports it: float, colors first, and logits in two outputs. */
async function exported() {
  const folder = await temporaryFolder();
  const file = join(folder, 'export.onnx');
  await writeFile(
    file,
    foreignNetwork({ width: 32, height: 32 }, [
      { name: 'race', values: 3, end: softmax('race') },
      { name: 'Male', values: 1, end: plain('Male') },
    ]),
  );
  return { folder, file, out: join(folder, 'wrapped.onnx') };
}

const WORDS = ['--mean', 'imagenet', '--std', 'imagenet', '--activation', 'none,sigmoid'];
const cluster = (file: string, out: string) =>
  cli(
    ...['cluster', PORTRAITS, '--model', file, '--out', out, '--no-cache'],
    ...['--limit', '6', '--clusters', '2', '--detect', 'never', '--provider', 'cpu'],
  );

describe('wrap', () => {
  it('writes a network that can be used, and leaves the original as it is', async () => {
    const { folder, file, out } = await exported();
    const before = await readFile(file);
    const refused = await cluster(file, join(folder, 'refused'));
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(
      /nothing says how pixels become.*'Male' \(float32 \[n, 1\]\) is a weighted sum.*face-clusters wrap export\.onnx --out export\.wrapped\.onnx --mean … --std … --activation …/,
    );
    const names = join(folder, 'names.txt');
    await writeFile(names, 'White\r\nBlack\r\nIndian\r\nMale\r\n');
    const run = await cli('wrap', file, '--out', out, ...WORDS, '--names', names);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(/\(pixel \/ 255 − mean 0\.485, 0\.456, 0\.406\) \/ std 0\.229/);
    expect(run.stdout).toMatch(/output 'race': 3 values, which exclude each other; a softmax of/);
    expect(run.stdout).toMatch(/output 'Male': 1 value; sigmoid added/);
    expect(run.stdout).toMatch(/wrapped\.onnx: 4 attributes, crops of 32×32 pixels/);
    expect(await readFile(file)).toEqual(before);
    const used = await cluster(out, join(folder, 'used'));
    expect(used).toMatchObject({ status: 0 });
    const [header] = (await readFile(join(folder, 'used', 'faces.csv'), 'utf8')).split('\n');
    expect(header).toContain('White,Black,Indian,Male');
  });

  it('writes a network of embeddings, by which the faces of the bundled one are compared', async () => {
    const folder = await temporaryFolder();
    const [file, out] = [join(folder, 'export.onnx'), join(folder, 'wrapped.onnx')];
    const vector = { name: 'vector', values: 128, end: plain('vector') };
    await writeFile(file, foreignNetwork({ width: 40, height: 40 }, [vector]));
    const scaling = ['--mean', '0.5', '--std', '0.5'];
    const refused = await cli('wrap', file, '--out', out, ...scaling);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/looks like an embedding .*embedding if it is one/);
    const run = await cli('wrap', file, '--out', out, ...scaling, '--embedding');
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(/output 'vector': 128 values; an embedding, to compare faces by/);
    expect(run.stdout).toMatch(
      /wrapped\.onnx: embeddings of 128 numbers, crops of 40×40 pixels; use it with --model and --features embedding/,
    );
    const used = await cli(
      ...['cluster', PORTRAITS, '--model', out, '--features', 'embedding', '--no-cache'],
      ...['--limit', '9', '--clusters', '2', '--detect', 'never', '--provider', 'cpu'],
      ...['--out', join(folder, 'used')],
    );
    expect(used).toMatchObject({ status: 0, stderr: '' });
    expect(used.stdout).toMatch(/wrapped\.onnx': it gives embeddings, by which faces are compared/);
    expect(used.stdout).toMatch(/numbers, which hold [\d.]+ % of the variance of the 128 of/);
    const [header] = (await readFile(join(folder, 'used', 'faces.csv'), 'utf8')).split('\n');
    expect(header).toContain('Smiling');
  });

  it('writes over no file without being asked, and never over the network', async () => {
    const { folder, file, out } = await exported();
    const wrap = (...more: string[]) => cli('wrap', file, ...WORDS, ...more);
    const itself = await wrap('--out', file, '--overwrite');
    expect(itself).toMatchObject({ status: 1 });
    expect(itself.stderr).toMatch(/it is the network itself, which stays as it is/);
    await writeFile(out, 'mine');
    const exists = await wrap('--out', out);
    expect(exists.stderr).toMatch(/exists: choose another name, or replace it with --overwrite/);
    expect(await readFile(out, 'utf8')).toBe('mine');
    expect(await wrap('--out', out, '--overwrite')).toMatchObject({ status: 0 });
    expect((await stat(out)).size).toBeGreaterThan(1000);
    expect((await wrap('--out', join(folder, 'a.txt'))).stderr).toMatch(/ends in \.onnx/);
    expect((await wrap('--out', join(folder, 'none', 'a.onnx'))).stderr).toMatch(/cannot write/);
    expect((await wrap('--out', folder, '--overwrite')).status).toBe(1);
  });

  it('refuses percentages with what to do', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'percent.onnx');
    const end = [
      node('Sigmoid', ['Male_sum'], ['share']),
      node('Mul', ['share', 'hundred'], ['Male']),
    ];
    const hundred = field(5, tensor('hundred', 'float', [1], [100]));
    const heads = [{ name: 'Male', values: 1, end }];
    await writeFile(file, foreignNetwork({}, heads, { graph: [hundred] }));
    const run = await cli('wrap', file, '--out', join(folder, 'w.onnx'), '--scale', '255');
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/if these are percentages, divide them by 100 in the export/);
  });

  it.each<[string[], RegExp]>([
    [['--activation', 'sigmoid'], /--activation is sigmoid, but its output 'race' .* in a softmax/],
    [['--mean', 'x'], /--mean is 'x': expected a number for each color/],
    [['--names', 'a,b'], /has 4 outputs \('race' 3, 'Male' 1\), but --names names 2/],
    [['--names', 'none.txt'], /cannot read the names in 'none.txt'/],
    [['--layout', 'hwc'], /--layout is 'hwc': expected nchw or nhwc/],
    [['--size', '999'], /--size is 999×999, but its input takes 32×32/],
    [['--activation', 'none', '--std', '0.01'], /'Male' gives numbers from .* if these are logits/],
  ])('refuses what does not fit: %j', async (options, reason) => {
    const { file, out } = await exported();
    const run = await cli('wrap', file, '--out', out, ...WORDS, ...options);
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(reason);
  });
});
