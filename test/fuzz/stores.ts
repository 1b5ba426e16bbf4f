/**
 * Generates damaged stores from a seed. `npm test` runs some of them, `npm run fuzz` more. Each is
 * used by several processes in sequence: at most one of them may die, and files of others may not
 * change.
 */
import { execFile } from 'node:child_process';
import {
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FaceStore } from '../../src/store/face-store';
import { DATA_FILES } from '../../src/store/store-files';
import { messageOf } from '../../src/util/errors';
import { bundleProgram, PROGRAM_ENVIRONMENT } from '../support/bundle';
import { ROOT } from '../support/settings';
import { random } from '../support/vectors';
import { KEYS, type Met, recordOf, STORED, stripsOf } from './kept-images';

const run = promisify(execFile);

/**
 * Time limit of a process in milliseconds. A cycle of damaged pages can keep LMDB busy forever.
 */
const LIMIT = 20_000;

type Draw = () => number;
const below = (draw: Draw, end: number) => Math.floor(draw() * end);
const pick = <T>(draw: Draw, list: readonly T[]): T => list[below(draw, list.length)]!;

export interface StoreCase {
  /** Seed, index and damage: enough to generate it again. */
  title: string;
  damage: (folder: string, draw: Draw) => Promise<void>;
  seed: number;
}

/** Changes bytes of a file of the store. */
const changing =
  (
    names: readonly string[],
    change: (bytes: Buffer, draw: Draw) => Buffer | undefined,
  ): StoreCase['damage'] =>
  async (folder, draw) => {
    const file = join(folder, pick(draw, names));
    const bytes = await readFile(file);
    await writeFile(file, change(bytes, draw) ?? bytes);
  };

const PAGE = 4096;
/** Offset of a page other than the meta pages. */
const page = (bytes: Buffer, draw: Draw) => (2 + below(draw, bytes.length / PAGE - 2)) * PAGE;
const scatter = (bytes: Buffer, draw: Draw, from: number, to: number, count: number) => {
  for (let i = 0; i < count; i++) bytes[from + below(draw, to - from)] = below(draw, 256);
};
const LOCKS = DATA_FILES.map((name) => `${name}-lock`);
const ALL = [...DATA_FILES, ...LOCKS];

/** Replaces a file by something else. */
const replacing =
  (put: (file: string, draw: Draw) => Promise<unknown>): StoreCase['damage'] =>
  async (folder, draw) => {
    const file = join(folder, pick(draw, ALL));
    await rm(file);
    await put(file, draw);
  };

const DAMAGES: Record<string, StoreCase['damage']> = {
  'is cut short': changing(DATA_FILES, (bytes, draw) =>
    bytes.subarray(0, below(draw, bytes.length)),
  ),
  'is cut short by whole pages': changing(DATA_FILES, (bytes, draw) =>
    bytes.subarray(0, page(bytes, draw)),
  ),
  'lacks its last page': changing(DATA_FILES, (bytes) => bytes.subarray(0, -PAGE)),
  'has garbage behind it': changing(DATA_FILES, (bytes, draw) =>
    Buffer.concat([bytes, Buffer.alloc(1 + below(draw, 9000), 7)]),
  ),
  'has a page of garbage': changing(DATA_FILES, (bytes, draw) => {
    const at = page(bytes, draw);
    scatter(bytes, draw, at, at + PAGE, 3 * PAGE);
    return undefined;
  }),
  'has a hole of zeros': changing(DATA_FILES, (bytes, draw) => {
    const at = page(bytes, draw);
    return bytes.fill(0, at, Math.min(bytes.length, at + PAGE * (1 + below(draw, 4))));
  }),
  'has bits flipped': changing(DATA_FILES, (bytes, draw) => {
    for (let i = 1 + below(draw, 5); i > 0; i--)
      bytes[below(draw, bytes.length)]! ^= 1 << below(draw, 8);
    return undefined;
  }),
  'has bits flipped in its meta pages': changing(DATA_FILES, (bytes, draw) => {
    for (let i = 1 + below(draw, 3); i > 0; i--)
      bytes[PAGE * below(draw, 2) + below(draw, 180)]! ^= 1 << below(draw, 8);
    return undefined;
  }),
  'has other numbers in its meta pages': changing(DATA_FILES, (bytes, draw) => {
    bytes.writeUInt32LE(below(draw, 2 ** 32), PAGE * below(draw, 2) + 4 * below(draw, 42));
    return undefined;
  }),
  'has a meta page half a page behind': changing(DATA_FILES, (bytes, draw) => {
    bytes.copy(bytes, PAGE / 2, PAGE * below(draw, 2), PAGE * below(draw, 2) + 168);
    scatter(bytes, draw, PAGE / 2, PAGE / 2 + 168, below(draw, 4));
    return undefined;
  }),
  'has other headers of pages': changing(DATA_FILES, (bytes, draw) => {
    for (let i = 1 + below(draw, 8); i > 0; i--) {
      const at = page(bytes, draw);
      scatter(bytes, draw, at, at + 60, 3);
    }
    return undefined;
  }),
  'has a page twice': changing(DATA_FILES, (bytes, draw) => {
    const [from, to] = [page(bytes, draw), page(bytes, draw)];
    bytes.copy(bytes, to, from, from + PAGE);
    return undefined;
  }),
  'has a page twice, by its right number': changing(DATA_FILES, (bytes, draw) => {
    const [from, to] = [page(bytes, draw), page(bytes, draw)];
    bytes.copy(bytes, to, from, from + PAGE);
    bytes.writeBigUInt64LE(BigInt(to / PAGE), to);
    return undefined;
  }),
  'has values of garbage': changing(DATA_FILES, (bytes, draw) => {
    const at = page(bytes, draw);
    scatter(bytes, draw, at + PAGE / 2, at + PAGE, 40);
    return undefined;
  }),
  'is text': replacing((file) => writeFile(file, 'something else')),
  'is empty': replacing((file) => writeFile(file, '')),
  'is gone': replacing(() => Promise.resolve()),
  'is a folder': replacing(async (file) => {
    await mkdir(file);
    await writeFile(join(file, 'album'), 'a photo');
  }),
  'is a link': replacing((file) => symlink(join(file, '..', '..', 'victim'), file)),
  'is a link to nothing': replacing((file) => symlink(join(file, '..', '..', 'nothing'), file)),
  'is a FIFO': replacing((file) => run('mkfifo', [file])),
  'has another lock': async (folder, draw) => {
    const file = join(folder, pick(draw, LOCKS));
    const bytes = await readFile(file);
    if (draw() < 0.3) await truncate(file, below(draw, bytes.length));
    else {
      scatter(bytes, draw, 0, draw() < 0.5 ? 200 : bytes.length, 300);
      await writeFile(file, bytes);
    }
  },
  'has changed places with another': async (folder, draw) => {
    const [one, two] = [pick(draw, DATA_FILES), pick(draw, DATA_FILES)].map((name) =>
      join(folder, name),
    );
    await rename(one!, `${one!}-2`);
    if (one !== two) await rename(two!, one!);
    await rename(`${one!}-2`, two!);
  },
  'is of yesterday': async (folder, draw) => {
    const name = pick(draw, DATA_FILES);
    await cp(join(folder, '..', 'yesterday', name), join(folder, name));
  },
};

/** @param seed seed of the first case; the other cases use the numbers after it. */
export function storeCases(seed: number, count: number): StoreCase[] {
  const kinds = Object.keys(DAMAGES);
  return Array.from({ length: count }, (_, i) => {
    const kind = kinds[(seed + i) % kinds.length]!;
    return { title: `${seed + i}: a file that ${kind}`, damage: DAMAGES[kind]!, seed: seed + i };
  });
}

/** State that all cases share. */
export interface StoreFuzz {
  /** Folder with the undamaged store, and an earlier state of it. */
  home: string;
  /** Path of the program that uses a store. */
  program: string;
}

/** @param home an empty folder. */
export async function prepareStores(home: string): Promise<StoreFuzz> {
  const folder = join(home, 'store');
  const keep = async (from: number, to: number) => {
    const store = await FaceStore.open(folder);
    for (let first = from; first < to; first += 50) {
      const records = Array.from({ length: 50 }, (_, i) => recordOf(first + i, first));
      store.write(records, stripsOf(first, 50), KEYS, 1e9);
    }
    store.close();
  };
  await keep(0, STORED);
  await cp(folder, join(home, 'yesterday'), { recursive: true });
  await keep(0, 2 * STORED); // frees some pages
  await writeFile(join(home, 'victim'), 'what a link leads to');
  const program = join(home, 'use-store.cjs');
  await bundleProgram(join(ROOT, 'test', 'fuzz', 'use-store.ts'), program);
  return { home, program };
}

/** Outcome of a case. */
export interface StoreEnd {
  /** Signal by which a process died or was killed at the time limit. */
  died: string | undefined;
  /** Observations of the other processes. */
  met: Met[];
}

/**
 * Maximum number of processes that use a store in sequence: one may report the damage, one may die,
 * and one may recreate the store.
 */
const PROCESSES = 5;

/** Whether the store works again, or the process works without it. */
const isSettled = ({ refused, madeAnew, problem }: Met) =>
  refused !== null || (madeAnew === null && problem === null);

/**
 * Damages a copy of the store and runs processes that use it in sequence.
 * @throws Error with the case, if more than one process dies, or a record differs from what was
 * written.
 */
export async function runStoreCase(
  { title, damage, seed }: StoreCase,
  { home, program }: StoreFuzz,
): Promise<StoreEnd> {
  const place = join(home, `case-${seed}`);
  const folder = join(place, 'store');
  await cp(join(home, 'store'), folder, { recursive: true });
  await cp(join(home, 'yesterday'), join(place, 'yesterday'), { recursive: true });
  await cp(join(home, 'victim'), join(place, 'victim'));
  await damage(folder, random(seed));
  const end: StoreEnd = { died: undefined, met: [] };
  for (let i = 0; i < PROCESSES && !(end.met.length > 1 && isSettled(end.met.at(-1)!)); i++) {
    const options = { env: PROGRAM_ENVIRONMENT, timeout: LIMIT, killSignal: 'SIGKILL' as const };
    try {
      const met = JSON.parse(
        (await run(process.execPath, [program, folder], options)).stdout,
      ) as Met;
      if (met.wrong.length > 0)
        throw new Error(`${title}: ${met.wrong.join(', ')} differ from what was written`);
      end.met.push(met);
    } catch (error) {
      const { signal, stderr } = error as { signal?: string | null; stderr?: string };
      if (signal === undefined || signal === null)
        throw new Error(`${title}: ${messageOf(error)} ${stderr ?? ''}`, { cause: error });
      if (end.died !== undefined)
        throw new Error(`${title}: ended by ${signal}, after ${end.died}`, { cause: error });
      end.died = signal;
    }
  }
  if ((await readFile(join(place, 'victim'), 'utf8')) !== 'what a link leads to')
    throw new Error(`${title}: the link's target was changed`);
  const albums = (await readdir(folder, { recursive: true })).filter((name) =>
    name.endsWith('album'),
  ).length;
  if (title.endsWith('is a folder') && albums !== 1)
    throw new Error(`${title}: the folder was removed`);
  await rm(place, { recursive: true });
  return end;
}
