import { execFile } from 'node:child_process';
import {
  chmod,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { FaceStore } from '../../src/store/face-store';
import { clearStoreFolder, storeBytes, storeImages } from '../../src/store/store-folder';
import { KEYS, type Met, recordOf, stripsOf } from '../fuzz/kept-images';
import { bundleProgram, PROGRAM_ENVIRONMENT } from '../support/bundle';
import { ROOT, temporaryFolder } from '../support/images';

const exec = promisify(execFile);
const isPosix = process.platform !== 'win32';

async function filledStore(place?: string): Promise<string> {
  const folder = join(place ?? (await temporaryFolder()), 'faces');
  const store = await FaceStore.open(folder);
  store.write(
    Array.from({ length: 50 }, (_, i) => recordOf(i, 0)),
    stripsOf(0, 50),
    KEYS,
    1e9,
  );
  store.close();
  return folder;
}

/** Makes a store look like one of an older version: without a tag, and readable by others. */
async function asOlderVersionsDid(folder: string): Promise<void> {
  await rm(join(folder, 'CACHEDIR.TAG'));
  if (!isPosix) return;
  await chmod(folder, 0o755);
  for (const name of await readdir(folder)) await chmod(join(folder, name), 0o664);
}

const overwrite = (folder: string) => writeFile(join(folder, 'faces.mdb'), Buffer.alloc(20_000, 7));
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe('a folder with other files', () => {
  it.each(['album/photo.jpg', 'photo.jpg', 'run.json'])(
    'is refused and stays unchanged: %s',
    async (name) => {
      const folder = join(await temporaryFolder(), 'faces');
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), 'of somebody');
      await expect(FaceStore.open(folder)).rejects.toThrow(
        /holds other files \('(album|photo.jpg|run.json)'\): expected a folder of its own\. Move them/,
      );
      await clearStoreFolder(folder);
      expect(await readFile(join(folder, name), 'utf8')).toBe('of somebody');
      expect(await readdir(folder)).toHaveLength(1);
    },
  );

  it.each(['is damaged', 'has another layout', 'lost a file', 'is sound'])(
    'keeps them if the store beside them %s',
    async (what) => {
      const folder = await filledStore();
      await mkdir(join(folder, 'album'));
      await writeFile(join(folder, 'album', 'photo.jpg'), 'of somebody');
      if (what === 'is damaged') await overwrite(folder);
      if (what === 'lost a file') await rm(join(folder, 'crops.mdb'));
      if (what === 'has another layout') await writeFile(join(folder, 'opening'), '2');
      await expect(FaceStore.open(folder)).rejects.toThrow(/holds other files/);
      await clearStoreFolder(folder);
      expect(await readdir(folder, { recursive: true })).toEqual([
        'album',
        join('album', 'photo.jpg'),
      ]);
      expect(await readFile(join(folder, 'album', 'photo.jpg'), 'utf8')).toBe('of somebody');
    },
  );

  it('is refused by a message that names some of them', async () => {
    const folder = await temporaryFolder();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await writeFile(join(folder, name), '');
    await expect(FaceStore.open(folder)).rejects.toThrow("('a', 'b', 'c' and 2 more)");
  });

  it('is refused if it has the tag of another program', async () => {
    const folder = await temporaryFolder();
    const text = 'Signature: 8a477f597d28d172789f06886806bc55\n# of another program\n';
    await writeFile(join(folder, 'CACHEDIR.TAG'), text);
    await expect(FaceStore.open(folder)).rejects.toThrow("holds other files ('CACHEDIR.TAG')");
    await clearStoreFolder(folder);
    expect(await readFile(join(folder, 'CACHEDIR.TAG'), 'utf8')).toBe(text);
  });

  it.each(['.DS_Store', 'desktop.ini', '.nfs000000000001'])(
    'is accepted if the file belongs to the system: %s',
    async (name) => {
      const folder = await filledStore();
      await writeFile(join(folder, name), 'of the system');
      const store = await FaceStore.open(folder);
      expect(store.counts().images).toBe(50);
      store.close();
      await clearStoreFolder(folder);
      expect(await readdir(folder)).toEqual([name]);
    },
  );
});

describe('files that only have a name of the store', () => {
  it.each(['faces.mdb', 'crops.mdb', 'contents.mdb', 'faces.mdb-lock'])(
    'are refused and not removed: %s',
    async (name) => {
      const folder = await temporaryFolder();
      await writeFile(join(folder, name), 'of somebody');
      await expect(FaceStore.open(folder)).rejects.toThrow(
        `'${name}' has the name of a file of the store`,
      );
      await expect(clearStoreFolder(folder)).rejects.toThrow('cannot be cleared');
      expect(await readdir(folder)).toEqual([name]);
      expect(await readFile(join(folder, name), 'utf8')).toBe('of somebody');
    },
  );

  it.runIf(isPosix).each([
    ['a symbolic link', (file: string) => symlink(join(file, '..', '..', 'victim'), file)],
    ['a symbolic link', (file: string) => symlink(join(file, '..', '..', 'nothing'), file)],
    ['a folder', async (file: string) => mkdir(join(file, 'album'), { recursive: true })],
    ['no regular file', (file: string) => exec('mkfifo', [file])],
  ])('are neither opened nor removed if they are %s', async (kind, put) => {
    for (const name of [
      'faces.mdb',
      'contents.mdb-lock',
      'CACHEDIR.TAG',
      'in-use-0123456789abcdef',
    ]) {
      const home = await temporaryFolder();
      const folder = await filledStore(home);
      await writeFile(join(home, 'victim'), 'of somebody');
      await rm(join(folder, name), { force: true });
      await put(join(folder, name));
      const { ino } = await lstat(join(folder, name));
      await expect(FaceStore.open(folder)).rejects.toThrow(
        `'${name}' is ${kind}: expected a file of the store. Move it away`,
      );
      await expect(clearStoreFolder(folder)).rejects.toThrow(`'${name}' is ${kind}`);
      expect((await lstat(join(folder, name))).ino).toBe(ino);
      expect(await readFile(join(home, 'victim'), 'utf8')).toBe('of somebody');
      expect(await readdir(home)).toEqual(['faces', 'victim']);
    }
  });
});

describe('the store of an older version', () => {
  it('is adopted', async () => {
    const folder = await filledStore();
    await asOlderVersionsDid(folder);
    const store = await FaceStore.open(folder);
    onTestFinished(() => {
      store.close();
    });
    expect(store.recreationReason).toBeUndefined();
    expect(store.counts().images).toBe(50);
    expect(await readFile(join(folder, 'CACHEDIR.TAG'), 'utf8')).toContain('Face Clusters');
  });

  it('is recognized by the names of its tables if a lock file is missing', async () => {
    const folder = await filledStore();
    await asOlderVersionsDid(folder);
    await rm(join(folder, 'crops.mdb-lock'));
    const store = await FaceStore.open(folder);
    onTestFinished(() => {
      store.close();
    });
    expect(store.counts().images).toBe(50);
  });

  it('is recreated if it is damaged, and can be cleared', async () => {
    const folder = await filledStore();
    await asOlderVersionsDid(folder);
    await overwrite(folder);
    const store = await FaceStore.open(folder);
    expect(store.recreationReason).toMatch(/'faces.mdb' is damaged/);
    store.close();
    await asOlderVersionsDid(folder);
    await overwrite(folder);
    await clearStoreFolder(folder);
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });
});

describe('clearing', () => {
  it.each([
    ['sound', () => Promise.resolve()],
    ['damaged', overwrite],
    [
      'cut short',
      async (folder: string) =>
        writeFile(
          join(folder, 'contents.mdb'),
          (await readFile(join(folder, 'contents.mdb'))).subarray(0, 5000),
        ),
    ],
  ])('does not need to open the store: %s', async (_, damage) => {
    const folder = await filledStore();
    await damage(folder);
    expect(await storeBytes(folder)).toBeGreaterThan(50_000);
    await clearStoreFolder(folder);
    await expect(stat(folder)).rejects.toThrow('ENOENT');
    expect([await storeBytes(folder), storeImages(folder)]).toEqual([0, 0]);
    await clearStoreFolder(folder);
  });

  it('counts images without opening the store', async () => {
    const folder = await filledStore();
    expect(storeImages(folder)).toBe(50);
    await overwrite(folder);
    expect(storeImages(folder)).toBe(0);
  });

  it('leaves the open files to a process that uses the store', async () => {
    const folder = await filledStore();
    const store = await FaceStore.open(folder);
    onTestFinished(() => {
      store.close();
    });
    await clearStoreFolder(folder);
    expect(store.counts().images).toBe(50);
    store.unmap();
    expect(store.counts().images).toBe(0);
    store.write([recordOf(1, 0)], stripsOf(0, 1), KEYS, 1e9);
    expect(store.problem).toBeUndefined();
    const other = await FaceStore.open(folder); // the tag was restored
    onTestFinished(() => {
      other.close();
    });
    expect(other.counts().images).toBe(1);
  });

  it('completes the removal that a killed process began', async () => {
    const folder = await filledStore();
    await rename(folder, `${folder}-0123abcd.cleared`);
    await rm(`${folder}-0123abcd.cleared/faces.mdb`);
    await filledStore(join(folder, '..'));
    await mkdir(`${folder}-89abcdef.cleared`);
    await writeFile(`${folder}-89abcdef.cleared/faces.mdb`, 'of somebody');
    expect(await storeBytes(folder)).toBeGreaterThan(200_000);
    await clearStoreFolder(folder);
    expect(await readdir(join(folder, '..'))).toEqual(['faces-89abcdef.cleared']);
    expect(await readdir(`${folder}-89abcdef.cleared`)).toEqual(['faces.mdb']);
  });

  it('leaves an empty store to a process that begins to use it again', async () => {
    const folder = await filledStore();
    const store = await FaceStore.open(folder);
    onTestFinished(() => {
      store.close();
    });
    store.beginUse();
    store.endUse();
    await clearStoreFolder(folder);
    await expect(stat(folder)).rejects.toThrow('ENOENT');
    store.beginUse();
    expect(store.counts().images).toBe(0);
    store.write([recordOf(1, 0)], stripsOf(0, 1), KEYS, 1e9);
    store.endUse();
    expect(store.problem).toBeUndefined();
    expect((await readdir(folder)).sort()[0]).toBe('CACHEDIR.TAG');
    expect(storeImages(folder)).toBe(1);
  });

  it('follows a link to the folder, and keeps the link', async () => {
    const home = await temporaryFolder();
    const folder = await filledStore(home);
    await rename(folder, join(home, 'elsewhere'));
    await symlink(join(home, 'elsewhere'), folder, 'junction');
    const store = await FaceStore.open(folder);
    expect(store.counts().images).toBe(50);
    store.close();
    await clearStoreFolder(folder);
    expect((await lstat(folder)).isSymbolicLink()).toBe(true);
    expect(await readdir(join(home, 'elsewhere'))).toEqual([]);
  });
});

let home: string;
let program: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'face-clusters-test-'));
  program = join(home, 'use-store.cjs');
  await bundleProgram(join(ROOT, 'test', 'fuzz', 'use-store.ts'), program);
  await chmod(home, 0o755);
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** The result of a process that uses a store, optionally as another user. */
async function useAs(folder: string, user?: number): Promise<Met> {
  const options = {
    env: PROGRAM_ENVIRONMENT,
    timeout: 100_000,
    killSignal: 'SIGKILL' as const,
    ...(user === undefined ? {} : { uid: user, gid: user }),
  };
  try {
    return JSON.parse((await exec(process.execPath, [program, folder], options)).stdout) as Met;
  } catch (error) {
    throw new Error((error as { stderr: string }).stderr, { cause: error });
  }
}

it('is closed though its lock files name another transaction', async () => {
  const closing = join(home, 'close-store.cjs');
  await bundleProgram(join(ROOT, 'test', 'fuzz', 'close-store.ts'), closing);
  const options = { env: PROGRAM_ENVIRONMENT, timeout: 60_000, killSignal: 'SIGKILL' as const };
  const { stdout } = await exec(
    process.execPath,
    [closing, join(home, 'closed', 'faces')],
    options,
  );
  expect(stdout).toBe('closed');
});

describe('several processes', () => {
  it('create one store if they start at the same time', async () => {
    for (let round = 0; round < 5; round++) {
      const folder = join(home, `round-${round}`, 'faces');
      const met = await Promise.all(Array.from({ length: 5 }, () => useAs(folder)));
      for (const each of met)
        expect(each).toMatchObject({ refused: null, madeAnew: null, problem: null, wrong: [] });
      expect(storeImages(folder)).toBeGreaterThan(0);
      expect((await readdir(folder)).sort()).toEqual((await readdir(await filledStore())).sort());
    }
  });

  it('clear the store and use it at the same time', async () => {
    const folder = join(home, 'cleared', 'faces');
    const done = new AbortController();
    const using = Promise.all(Array.from({ length: 6 }, () => useAs(folder))).finally(() => {
      done.abort();
    });
    const clearing = (async () => {
      while (!done.signal.aborted) {
        await clearStoreFolder(folder);
        await wait(30);
      }
    })();
    const [met] = await Promise.all([using, clearing]);
    expect(met.map(({ refused, wrong }) => [refused, wrong])).toEqual(met.map(() => [null, []]));
    expect(await useAs(folder)).toMatchObject({ refused: null, problem: null, wrong: [] });
  });
});

describe.runIf(isPosix)('other users', () => {
  it('cannot read a store, whatever the umask of the process that created it', async () => {
    const place = join(await temporaryFolder(), 'a', 'b');
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const folder = await filledStore(place);
    const store = await FaceStore.open(folder);
    onTestFinished(() => {
      store.close();
    });
    const names = await readdir(folder);
    expect(names).toHaveLength(8);
    for (const name of names)
      expect([name, await modeOf(join(folder, name))]).toEqual([name, 0o600]);
    for (const path of [folder, place, join(place, '..')]) expect(await modeOf(path)).toBe(0o700);
    await rm(folder, { recursive: true });
    store.unmap(); // recreates the folder
    for (const name of await readdir(folder))
      expect([name, await modeOf(join(folder, name))]).toEqual([name, 0o600]);
    expect(await modeOf(folder)).toBe(0o700);
  });

  it('can no longer read a store of an older version once it is opened', async () => {
    const folder = await filledStore();
    await asOlderVersionsDid(folder);
    expect(await modeOf(join(folder, 'crops.mdb'))).toBe(0o664);
    const store = await FaceStore.open(folder);
    onTestFinished(() => {
      store.close();
    });
    for (const name of await readdir(folder))
      expect([name, await modeOf(join(folder, name))]).toEqual([name, 0o600]);
    expect(await modeOf(folder)).toBe(0o700);
  });

  it('keep their permissions for a folder that a link leads to', async () => {
    const place = await temporaryFolder();
    await mkdir(join(place, 'shared'), { mode: 0o755 });
    await symlink(join(place, 'shared'), join(place, 'faces'));
    await filledStore(place);
    expect(await modeOf(join(place, 'shared'))).toBe(0o755);
    expect(await modeOf(join(place, 'shared', 'faces.mdb'))).toBe(0o600);
  });

  // Only root can start a process of another user.
  it.runIf(process.getuid?.() === 0)('own no store that this user opens', async () => {
    const place = join(home, 'shared');
    await mkdir(place, { mode: 0o777 });
    await chmod(place, 0o777);
    const folder = join(place, 'faces');
    expect(await useAs(folder, 1234)).toMatchObject({ refused: null, known: 0 });
    expect(await useAs(folder)).toMatchObject({
      refused: 'it belongs to another user (1234, this is 0)',
    });
    await chmod(folder, 0o755);
    expect(await useAs(folder, 1235)).toMatchObject({
      refused: 'it belongs to another user (1234, this is 1235)',
    });
    expect(await useAs(folder, 1234)).toMatchObject({ refused: null, madeAnew: null });
    await rm(folder, { recursive: true });
    await mkdir(folder, { mode: 0o777 });
    await chmod(folder, 0o777);
    await cp(await filledStore(), folder, { recursive: true });
    await exec('chown', ['1234', join(folder, 'crops.mdb')]);
    expect(await useAs(folder)).toMatchObject({
      refused: "'crops.mdb' belongs to another user (1234, this is 0)",
    });
  });

  it.runIf(process.getuid?.() === 0)(
    'get a message if they may not read or write a store',
    async () => {
      const place = join(home, 'readable');
      await mkdir(place);
      const folder = await filledStore(place);
      await exec('chown', ['-R', '1234', folder]);
      for (const name of await readdir(folder)) await chmod(join(folder, name), 0o400);
      expect((await useAs(folder, 1234)).refused).toMatch(/permission denied/i);
      await chmod(folder, 0o500);
      expect((await useAs(folder, 1234)).refused).toMatch(/permission denied/i);
    },
  );
});
