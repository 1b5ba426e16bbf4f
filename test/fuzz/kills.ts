/**
 * Kills the engine, or a process that it started, at moments drawn with a seed. The run has to
 * recover by itself, and to find the same faces as an undisturbed run.
 */
import { execFileSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { analysisSettings } from '../../src/domain/settings';
import { engineScript } from '../../src/engine/bundled-files';
import { EngineClient } from '../../src/engine/client';
import { readRun } from '../../src/runs/run-store';
import { bundled, ROOT, settingsWith } from '../support/settings';
import { random } from '../support/vectors';
import { below, pick } from './values';

export interface KillCase {
  title: string;
  /** Milliseconds since the run has begun. */
  after: number;
  /** Whether a process that the engine started is killed, if there is one. */
  below: boolean;
  /** Whether faces are searched for, which determines the processes of the engine. */
  detect: 'never' | 'always';
  /** Whether the run has a cache. */
  kept: boolean;
  seed: number;
}

/** @yields `count` cases; the same ones for the same seed. */
export function* killCases(seed: number, count: number): Generator<KillCase> {
  for (let i = 0; i < count; i++) {
    const draw = random(seed * 1_000_003 + i);
    const [after, deep] = [below(draw, 3000), draw() < 0.4];
    const [detect, kept] = [pick(draw, ['never', 'always'] as const), draw() < 0.5];
    const title = `kill ${seed}/${i}: ${deep ? 'below the engine' : 'the engine'} after ${after} ms, detect ${detect}, ${kept ? 'with' : 'without'} a cache`;
    yield { title, after, below: deep, detect, kept, seed: below(draw, 1000) };
  }
}

/** @returns the ids of the children of a process. */
function childrenOf(pid: number): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child!);
}

const undisturbed = new Map<string, Promise<string>>();

/**
 * @param folder folder of images; `home` is an empty folder.
 * @returns whether a process was killed before the run ended.
 * @throws Error if the run fails, or its faces differ from those of an undisturbed run.
 */
export async function runKillCase(
  { title, after, below: deep, detect, kept, seed }: KillCase,
  folder: string,
  home: string,
): Promise<boolean> {
  const expected = await (undisturbed.get(detect) ??
    undisturbed.set(detect, facesOf(folder, join(home, 'whole'), detect)).get(detect)!);
  const place = join(home, 'killed');
  let killed = false;
  try {
    const faces = await facesOf(
      folder,
      place,
      detect,
      kept ? join(home, 'store') : null,
      (engine) => {
        setTimeout(() => {
          const [pid] = engine.pids;
          if (pid === undefined) return;
          const children = deep ? childrenOf(pid) : [];
          killed = true;
          process.kill(children[seed % Math.max(1, children.length)] ?? pid, 'SIGKILL');
        }, after).unref();
      },
    );
    if (faces !== expected) throw new Error('the faces differ from those of an undisturbed run');
    return killed;
  } catch (error) {
    throw new Error(`${title}: ${String(error)}`, { cause: error });
  } finally {
    await rm(place, { recursive: true, force: true });
    await rm(join(home, 'store'), { recursive: true, force: true });
  }
}

/** @returns all data of a run about its faces, as one text. */
async function facesOf(
  folder: string,
  place: string,
  detect: KillCase['detect'],
  storeDir: string | null = null,
  onStart: (engine: EngineClient) => void = () => undefined,
): Promise<string> {
  const engine = new EngineClient(engineScript(ROOT));
  try {
    const settings = analysisSettings(settingsWith({ detect }));
    const call = engine.call('analyze', {
      runDir: place,
      id: 'kill',
      folders: [folder],
      settings,
      bundled,
      storeDir,
    });
    onStart(engine);
    const { images } = await call;
    const { faces } = await readRun(place);
    const probabilities = await readFile(join(place, 'probabilities.f32'), 'base64');
    return JSON.stringify({ images, faces, probabilities });
  } finally {
    engine.dispose();
  }
}
