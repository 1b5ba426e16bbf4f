/**
 * Processes that are killed at any moment, drawn with a seed: the engine's own, or one that it
 * started. The run goes on by itself, and its faces are those of a run that nothing disturbed.
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
  /** Milliseconds after the run has begun. */
  after: number;
  /** Whether one of the processes that the engine started is killed, where there is one. */
  below: boolean;
  /** What finds the faces, which decides which processes there are. */
  detect: 'never' | 'always';
  /** Whether something is kept between runs. */
  kept: boolean;
  seed: number;
}

/** @yields `count` cases; the same with the same seed. */
export function* killCases(seed: number, count: number): Generator<KillCase> {
  for (let i = 0; i < count; i++) {
    const draw = random(seed * 1_000_003 + i);
    const [after, deep] = [below(draw, 3000), draw() < 0.4];
    const [detect, kept] = [pick(draw, ['never', 'always'] as const), draw() < 0.5];
    const title = `kill ${seed}/${i}: ${deep ? 'below the engine' : 'the engine'} after ${after} ms, detect ${detect}, ${kept ? '' : 'not '}kept`;
    yield { title, after, below: deep, detect, kept, seed: below(draw, 1000) };
  }
}

/** Processes that a process has started. */
function childrenOf(pid: number): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child!);
}

const undisturbed = new Map<string, Promise<string>>();

/**
 * @param folder images, and `home` an empty folder.
 * @returns whether a process was killed before the run had ended.
 * @throws Error where the run fails, or its faces are others than those of an undisturbed one.
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
    if (faces !== expected)
      throw new Error('its faces are others than those of an undisturbed run');
    return killed;
  } catch (error) {
    throw new Error(`${title}: ${String(error)}`, { cause: error });
  } finally {
    await rm(place, { recursive: true, force: true });
    await rm(join(home, 'store'), { recursive: true, force: true });
  }
}

/** All that a run says of its faces, as one text. */
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
    const call = engine.call('analyse', {
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
