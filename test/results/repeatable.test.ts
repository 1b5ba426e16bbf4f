import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { differences } from '../../src/results/differences';
import { readRepeatable } from '../../src/results/repeatable';
import { temporaryFolder } from '../support/images';

async function fileOf(content: unknown): Promise<string> {
  const file = join(await temporaryFolder(), 'clusters.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const result = (args: unknown, changes: object = {}) => ({
  schema: 'face-clusters/clusters',
  schemaVersion: 1,
  arguments: args,
  ...changes,
});

describe('readRepeatable', () => {
  it('reads the arguments', async () => {
    const args = ['cluster', '/photos', '/a b', '--seed', '7', '--limit', '-1', '--formats', 'csv'];
    const read = await readRepeatable(await fileOf(result(args)));
    expect(read).toMatchObject({ kind: 'clusters', arguments: args });
  });

  it.each([
    ['no JSON', 'oops', /got no JSON/],
    ['nothing', '', /got no JSON/],
    ['a JSON of no end of brackets', '['.repeat(200_000), /got no JSON|expected results/],
    ['another JSON', { hello: 1 }, /expected results of this program.*'schema'/],
    ['null', 'null', /another content/],
    ['another version', result(['cluster'], { schemaVersion: 2 }), /another 'schemaVersion'/],
    ['another kind', result(['cluster'], { schema: 'face-clusters/x' }), /another 'schema'/],
    ['no arguments', result([]), /another 'arguments'/],
    ['a text', result('cluster /photos'), /another 'arguments'/],
    ['arguments that are no text', result(['cluster', 1]), /another 'arguments.1'/],
    ['too many', result(new Array(6000).fill('cluster')), /another 'arguments'/],
    ['the command of another kind', result(['evaluate', '/x']), /expected the command 'cluster'/],
    ['a command of none', result(['install']), /got 'install'/],
    ['another folder to write to', result(['cluster', '/x', '--out', '/etc']), /'--out'/],
    ['leave to replace files', result(['cluster', '/x', '--overwrite']), /'--overwrite'/],
    ['a short option', result(['cluster', '-x', 'y']), /'-x'/],
    ['an option in one piece', result(['cluster', '--seed=1']), /'--seed=1'/],
    ['the cache', result(['cluster', '/x', '--cache-limit', '0.05']), /'--cache-limit'/],
    ['an option without a value', result(['cluster', '/x', '--seed']), /has no value/],
    [
      'higher limits',
      result(['cluster', '/x', '--max-image-seconds', '3600']),
      /raises '--max-image-seconds' to 3600/,
    ],
    ['limits that are no numbers', result(['cluster', '--max-image-memory', 'x']), /raises/],
  ])('refuses %s', async (_, content, message) => {
    await expect(readRepeatable(await fileOf(content))).rejects.toThrow(message);
  });

  it('takes lower limits', async () => {
    const file = await fileOf(result(['cluster', '/x', '--max-image-seconds', '5']));
    await expect(readRepeatable(file)).resolves.toBeTypeOf('object');
  });

  it('names a file that is not there', async () => {
    await expect(readRepeatable('/nowhere/clusters.json')).rejects.toThrow(/nowhere/);
  });
});

describe('differences', () => {
  it('are none but for times', () => {
    const before = { faces: 3, createdAt: 'a', timing: { x: 1 }, points: [{ k: 2, seconds: 1 }] };
    const after = { faces: 3, createdAt: 'b', timing: {}, points: [{ k: 2, seconds: 2 }] };
    expect(differences(before, after)).toEqual([]);
  });

  it('are none where only the cache was used otherwise', () => {
    const of = (cache: boolean, cacheLimit: number) => ({
      parameters: { cache, cacheLimit, seed: 1 },
    });
    expect(differences(of(true, 4), of(false, 2))).toEqual([]);
    expect(differences({ cache: true }, { cache: false })).toHaveLength(1);
  });

  it('are none where the same network lies elsewhere', () => {
    const result = (model: string, modelSha256: string | null) => ({ model, modelSha256 });
    expect(differences(result('/a.onnx', 'f00'), result('/b.onnx', 'f00'))).toEqual([]);
    expect(differences(result('/a.onnx', null), result('/b.onnx', null))).toHaveLength(1);
    expect(differences(result('/a.onnx', 'f00'), result('/a.onnx', 'ba4'))).toHaveLength(1);
  });

  it('name what differs, and count the rest', () => {
    expect(
      differences(
        { program: { version: '1' }, faces: 3, clusters: [{ id: 0 }], gone: 1 },
        { program: { version: '2' }, faces: 3, clusters: [{ id: 0 }, { id: 1 }] },
      ),
    ).toEqual([
      'program.version: "1" → "2"',
      'clusters.1: nothing → {"id":1}',
      'gone: 1 → nothing',
    ]);
    const many = differences(new Array(30).fill(0), new Array(30).fill(1));
    expect(many).toHaveLength(11);
    expect(many.at(-1)).toBe('and 20 more');
  });
});
