/** Marks of processes that died, and how later processes treat them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { FaceStore } from '../../src/store/face-store';
import { isMark } from '../../src/store/store-marks';
import { ownProcess } from '../../src/util/process-identity';
import { KEYS, recordOf, STORED, stripsOf } from '../fuzz/kept-images';
import { bundleProgram, PROGRAM_ENVIRONMENT } from '../support/bundle';
import { ROOT, temporaryFolder } from '../support/images';

let home: string;
let program: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'face-clusters-test-'));
  program = join(home, 'hold-store.cjs');
  await bundleProgram(join(ROOT, 'test', 'store', 'hold-store.ts'), program);
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** Creates a store with `STORED` images. */
async function filledStore(): Promise<string> {
  const folder = join(await temporaryFolder(), 'store');
  const store = await FaceStore.open(folder);
  for (let first = 0; first < STORED; first += 50) {
    const records = Array.from({ length: 50 }, (_, i) => recordOf(first + i, first));
    store.write(records, stripsOf(first, 50), KEYS, 1e9);
  }
  store.close();
  return folder;
}

/** Starts a process that opens the store. `tell` sends a command and returns the answer. */
async function hold(folder: string): Promise<{
  child: ChildProcess;
  tell: (line: string) => Promise<string | undefined>;
  opened: string;
}> {
  const child = spawn(process.execPath, [program, folder], {
    env: PROGRAM_ENVIRONMENT,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => ((await lines.next()) as { value: string | undefined }).value;
  const opened = (await answer()) ?? '';
  const tell = (line: string) => {
    child.stdin.write(`${line}\n`);
    return answer();
  };
  return { child, tell, opened };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

const marks = async (folder: string) => (await readdir(folder)).filter(isMark);

/**
 * Overwrites pages of file names with zeros. LMDB opens such a store, and meets the damage when it
 * searches for a file.
 */
async function damage(folder: string): Promise<void> {
  const file = join(folder, 'faces.mdb');
  const bytes = await readFile(file);
  for (let at = bytes.indexOf('/photos/of'); at >= 0; at = bytes.indexOf('/photos/of', at + 4096)) {
    const page = at - (at % 4096);
    bytes.fill(0, page, page + 4096);
  }
  await writeFile(file, bytes);
}

/** Writes the mark of a process that died. */
async function writeMark(folder: string, changes: object): Promise<string> {
  const file = join(folder, `in-use-${'0'.repeat(15)}${(await marks(folder)).length}`);
  const mark = {
    inside: 0,
    failed: false,
    strikes: 0,
    process: { ...ownProcess(), started: '1' },
    ...changes,
  };
  await writeFile(file, JSON.stringify(mark));
  return file;
}

async function reopened(folder: string): Promise<FaceStore> {
  const store = await FaceStore.open(folder);
  onTestFinished(() => {
    store.close();
  });
  return store;
}

describe('the mark of a process that uses a store', () => {
  it('exists until every use has ended, whatever happens to the process afterwards', async () => {
    const folder = await filledStore();
    const { child, tell } = await hold(folder);
    expect(await marks(folder)).toHaveLength(1);
    await tell('begin use');
    await tell('end use');
    expect(await marks(folder)).toHaveLength(1);
    await tell('end use');
    expect(await marks(folder)).toEqual([]);
    await tell('begin use');
    expect(await marks(folder)).toHaveLength(1);
    await tell('end use');
    child.kill('SIGKILL');
    await end(child);
    expect(await marks(folder)).toEqual([]);
  });

  it.each(['exit', 'fail'])('is removed when the process exits by itself (%s)', async (how) => {
    const folder = await filledStore();
    const { child, tell } = await hold(folder);
    await tell(how);
    await end(child);
    expect(await marks(folder)).toEqual([]);
  });

  it('stays if the process is killed, and then the store is checked before it is opened', async () => {
    const folder = await filledStore();
    await damage(folder);
    const { child, opened } = await hold(folder);
    expect(opened).toBe('open '); // the damage is not noticed yet
    child.kill('SIGKILL');
    await end(child);
    expect(await marks(folder)).toHaveLength(1);
    const store = await reopened(folder);
    expect(store.recreationReason).toMatch(/'faces.mdb' is damaged: page \d+ is damaged/);
    expect(store.counts().images).toBe(0);
    expect(await marks(folder)).toHaveLength(1); // its own
  });

  it('causes no check while its process runs', async () => {
    const folder = await filledStore();
    await damage(folder);
    const { tell } = await hold(folder);
    const store = await reopened(folder);
    expect(store.recreationReason).toBeUndefined();
    expect(await marks(folder)).toHaveLength(2);
    await tell('end use');
  });

  it('does not cost an undamaged store, however often processes are killed', async () => {
    const folder = await filledStore();
    for (let i = 0; i < 4; i++) {
      const { child, opened } = await hold(folder);
      expect(opened).toBe('open ');
      child.kill('SIGKILL');
      await end(child);
    }
    const store = await reopened(folder);
    expect(store.recreationReason).toBeUndefined();
    expect(store.counts().images).toBe(STORED);
    expect(await marks(folder)).toHaveLength(1);
  });

  it('records crashes inside of LMDB, after some of which an apparently undamaged store is recreated', async () => {
    const folder = await filledStore();
    await writeMark(folder, {}); // from here on, marks record whether a process is inside of LMDB
    (await FaceStore.open(folder)).close();
    await writeMark(folder, { inside: 1 });
    const suspected = await FaceStore.open(folder);
    const [name] = await marks(folder);
    const noted = async () =>
      JSON.parse(await readFile(join(folder, name!), 'utf8')) as {
        inside: number;
        strikes: number;
      };
    expect(await noted()).toMatchObject({ inside: 0, strikes: 1 });
    let inside: number | undefined;
    const record = recordOf(0, 0);
    suspected.write(
      [
        {
          ...record,
          get hash() {
            inside = Number(/"inside":(\d)/.exec(readFileSync(join(folder, name!), 'utf8'))?.[1]);
            return record.hash;
          },
        },
      ],
      stripsOf(0, 1),
      KEYS,
      1e9,
    );
    expect(inside).toBe(1);
    expect(await noted()).toMatchObject({ inside: 0 });
    suspected.close();
    await writeMark(folder, { inside: 1, strikes: 5 });
    const anew = await reopened(folder);
    expect(anew.recreationReason).toMatch(/several processes in a row/);
    expect(anew.counts().images).toBe(0);
  });

  it('counts only crashes in a row: one elsewhere shows that LMDB works', async () => {
    const folder = await filledStore();
    await writeMark(folder, { inside: 0, strikes: 5 });
    const store = await reopened(folder);
    expect(store.recreationReason).toBeUndefined();
    const [name] = await marks(folder);
    const mark = JSON.parse(await readFile(join(folder, name!), 'utf8')) as object;
    expect(mark).toMatchObject({ inside: 0, strikes: 0 });
    expect(store.counts().images).toBe(STORED);
  });

  it('counts damage that LMDB reports like a crash, until a run succeeds', async () => {
    const folder = await filledStore();
    await writeMark(folder, { failed: true, process: ownProcess() }); // though this process runs
    const store = await FaceStore.open(folder);
    expect(store.recreationReason).toBeUndefined();
    store.beginUse();
    store.endUse();
    expect(await marks(folder)).toEqual([]);
    store.close();
    await writeMark(folder, { failed: true, strikes: 5 });
    expect((await reopened(folder)).recreationReason).toMatch(/several processes in a row/);
  });

  it('causes a check and stays for a day if its process belongs to another machine', async () => {
    const folder = await filledStore();
    const file = await writeMark(folder, {
      process: { pid: 1, started: null, origin: 'elsewhere' },
    });
    (await FaceStore.open(folder)).close();
    await stat(file);
    const longAgo = new Date(Date.now() - 25 * 3600 * 1000);
    await utimes(file, longAgo, longAgo);
    (await FaceStore.open(folder)).close();
    await expect(stat(file)).rejects.toThrow('ENOENT');
    await writeMark(folder, { process: { pid: 1, started: null, origin: 'elsewhere' } });
    await damage(folder);
    expect((await reopened(folder)).recreationReason).toMatch(/is damaged/);
  });

  it('is ignored for a minute if it is half written', async () => {
    const folder = await filledStore();
    const file = join(folder, 'in-use-0123456789abcdef');
    await writeFile(file, '{"inside":0,"fai');
    (await FaceStore.open(folder)).close();
    await stat(file);
    const before = new Date(Date.now() - 100_000);
    await utimes(file, before, before);
    (await FaceStore.open(folder)).close();
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });
});
