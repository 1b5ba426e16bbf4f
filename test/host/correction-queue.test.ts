import { expect, it, vi } from 'vitest';
import { readLog } from '../../src/corrections/correction-log';
import type { EngineClient } from '../../src/engine/client';
import { settingsWith } from '../support/engine';
import { PORTRAITS } from '../support/images';
import { library } from '../support/run-library';

async function analyzed() {
  const context = await library();
  const session = context.library.getOrCreate([PORTRAITS]);
  await session.analyze();
  return { ...context, session };
}

/** Makes a job of the engine take until what is returned is called. */
function hold(engine: EngineClient, job: 'analyze' | 'compare'): () => void {
  let finish: () => void = () => undefined;
  const isDue = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const call = engine.call.bind(engine);
  vi.spyOn(engine, 'call').mockImplementation(async (name, ...rest) => {
    if (name === job) await isDue;
    return call(name, ...rest);
  });
  return finish;
}

it('keeps an analysis going while a person corrects the clusters before it', async () => {
  const { session, engine } = await analyzed();
  const finish = hold(engine, 'analyze');
  const again = session.analyze();
  const named = session.correct({ kind: 'name', cluster: 0, name: 'Anna' });
  const noFace = session.correct({ kind: 'notFace', rows: [3], value: true });
  expect(await Promise.all([named, noFace])).toEqual([{ kind: 'done' }, { kind: 'done' }]);
  expect(session.jobs.kind).toBe('analyze');
  finish();
  expect(await again).toEqual({ kind: 'done' });
  expect(session.clustering?.corrections?.count).toBe(2);
  expect(session.clustering?.clusters.map(({ said }) => said?.name)).toContain('Anna');
  expect(session.clustering?.clusters.at(-1)).toMatchObject({ id: -2, size: 1 });
});

it('does not end a comparison for a correction', async () => {
  const { session, engine } = await analyzed();
  const finish = hold(engine, 'compare');
  const comparison = session.compare();
  const named = await session.correct({ kind: 'name', cluster: 1, name: 'Bob' });
  expect(named).toEqual({ kind: 'done' });
  expect(session.isBusy(), 'still compares').toBe(true);
  session.cancel();
  finish();
  expect(await comparison).toEqual({ kind: 'cancelled' });
  expect(session.clustering?.clusters[1]?.said?.name).toBe('Bob');
});

it('refuses a correction of clusters that were replaced before its turn', async () => {
  const { session, state } = await analyzed();
  state.settings = settingsWith({ clusters: 7 });
  const clustering = session.followSettings();
  while (!session.isBusy()) await new Promise(setImmediate);
  const merged = session.correct({ kind: 'merge', into: 0, others: [1] });
  const marked = session.correct({
    kind: 'attribute',
    rows: [0],
    attribute: 'Smiling',
    value: true,
  });
  await clustering;
  expect(await merged).toMatchObject({
    kind: 'failed',
    message: expect.stringContaining('made anew meanwhile') as string,
  });
  expect(await marked, 'is about a face').toEqual({ kind: 'done' });
  expect(session.clustering?.clusters).toHaveLength(7);
  expect((await readLog(session.runDir)).done).toHaveLength(1);
});
