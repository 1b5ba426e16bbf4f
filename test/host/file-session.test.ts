/** Runs that were opened from files, with the real engine. */
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { logPath } from '../../src/corrections/correction-log';
import { redo, undo, undoSteps } from '../../src/host/panels/undo-steps';
import { FileSession } from '../../src/host/runs/file-session';
import { SettingHistory } from '../../src/host/settings/setting-history';
import { sweepCopies, WorkingCopy } from '../../src/host/runs/working-copies';
import { library } from '../support/run-library';
import { ATTRIBUTES, clusterRun, writeRun } from '../support/written-runs';

/** A file of a run, and a way to open it. */
async function savedFile() {
  const { folder, context, state, logged } = await library();
  const runDir = join(folder, 'original');
  await writeRun(runDir);
  await clusterRun(runDir);
  const file = join(folder, 'some.faceclusters');
  await context.engine.call('pack', { runDir, file, overwrite: false });
  const answer = { wanted: false, asked: 0 };
  const wantsBack = () => {
    answer.asked += 1;
    return Promise.resolve(answer.wanted);
  };
  const copies = { ...context, folder: join(folder, 'files'), wantsBack };
  const open = (backup?: string) => {
    const copy = new WorkingCopy(copies, file, backup);
    const session = new FileSession(context, copy);
    let changes = 0;
    session.on('changed', () => (changes += 1));
    return { copy, session, changes: () => changes };
  };
  const owner = (id: string) => join(copies.folder, id, 'owner.json');
  /** As if the process of a copy had been killed. */
  const kill = async (id: string) => {
    const value = JSON.parse(await readFile(owner(id), 'utf8')) as { process: { pid: number } };
    value.process.pid = 2 ** 30;
    await writeFile(owner(id), JSON.stringify(value));
  };
  return { file, copies, open, kill, owner, state, logged, answer };
}

const nameOf = (session: FileSession) => session.clustering?.clusters[0]?.said?.name;

describe('a run that was opened from a file', () => {
  it('shows the clusters of the file, whatever the settings are', async () => {
    const { open, state, file } = await savedFile();
    state.settings = { ...state.settings, clusters: 7 };
    const { session, changes } = open();
    await session.followSettings();
    expect(session.clustering?.clusters).toHaveLength(2);
    expect(session.settings).toMatchObject({ clusters: 2, attributes: ATTRIBUTES });
    expect(session).toMatchObject({ file, folders: [file], stale: [], changes: null });
    expect(changes()).toBe(0);
    await session.change({ clusters: 3 });
    expect(session.clustering?.clusters).toHaveLength(3);
    expect(changes()).toBe(1);
    expect(await session.analyze()).toMatchObject({ kind: 'failed' });
  });

  it('has its changes of settings undone and made again', async () => {
    const { open } = await savedFile();
    const { session, copy } = open();
    const history = new SettingHistory();
    await session.followSettings();
    await session.change({ clusters: 3, restarts: 2 });
    expect(undoSteps(session, history)).toEqual({
      undo: 'Changed clusters from 2 to 3, restarts from 20 to 2',
      redo: null,
    });
    await undo(session, history);
    expect(session.clustering?.clusters).toHaveLength(2);
    expect(session.settings).toMatchObject({ clusters: 2, restarts: 20 });
    await redo(session, history);
    expect(session.clustering?.clusters).toHaveLength(3);
    await copy.save({});
    await session.revert();
    expect(session.clustering?.clusters, 'it was saved').toHaveLength(3);
    expect(undoSteps(session, history)).toEqual({ undo: null, redo: null });
  });

  it('is saved with corrections, and reverted to what was saved', async () => {
    const { open } = await savedFile();
    const { session, copy } = open();
    await session.followSettings();
    await session.correct({ kind: 'name', cluster: 0, name: 'Anna' });
    await copy.save({});
    expect(await copy.isOutdated()).toBe(false);
    expect(await copy.isChanged()).toBe(false);
    await session.correct({ kind: 'name', cluster: 0, name: 'Berta' });
    expect(nameOf(session)).toBe('Berta');
    await session.revert();
    expect(nameOf(session)).toBe('Anna');
    expect(session.clustering?.corrections).toMatchObject({ count: 1 });
    await session.correct({ kind: 'undo' });
    expect(nameOf(session)).toBeUndefined();
  });

  it('keeps what was taken from a backup once, and not again after it was reverted', async () => {
    const { open } = await savedFile();
    const first = open();
    await first.session.followSettings();
    await first.session.correct({ kind: 'name', cluster: 0, name: 'Anna' });
    first.copy.leave(); // its process lives on
    const second = open(first.copy.id);
    await second.session.followSettings();
    expect(nameOf(second.session)).toBe('Anna');
    await second.session.revert();
    expect(nameOf(second.session)).toBeUndefined();
    expect(await second.copy.isChanged()).toBe(false);
  });

  it('stays changed where a setting is changed while it is saved', async () => {
    const { open } = await savedFile();
    const { session, copy } = open();
    await session.followSettings();
    await session.change({ clusters: 3 });
    const saving = copy.save({});
    await session.change({ clusters: 4 });
    await saving;
    expect(await copy.isChanged()).toBe(true);
    await copy.save({});
    expect(await copy.isChanged()).toBe(false);
  });

  it('notices that another program has written the file', async () => {
    const { open, file } = await savedFile();
    const { session, copy } = open();
    await session.followSettings();
    await utimes(file, 1, 1);
    expect(await copy.isOutdated()).toBe(true);
    await rm(file);
    expect(await copy.isOutdated()).toBe(false);
  });

  it('gets corrections back that a killed process did not save', async () => {
    const { open, kill, copies } = await savedFile();
    const first = open();
    await first.session.followSettings();
    await first.session.correct({ kind: 'name', cluster: 0, name: 'Anna' });
    await first.session.change({ clusters: 3 });
    const beside = open();
    await beside.session.followSettings();
    expect(nameOf(beside.session), 'of a window that is open').toBeUndefined();
    await beside.copy.remove();
    await kill(first.copy.id);
    const second = open();
    await second.session.followSettings();
    expect(second.session.clustering?.clusters.map(({ said }) => said?.name)).toContain('Anna');
    expect(second.session.clustering?.clusters).toHaveLength(3);
    expect(second.changes()).toBeGreaterThan(0);
    expect(await readdir(copies.folder)).toEqual([second.copy.id]);
  });

  it("gets them back from VS Code's backup, or where the user wants them", async () => {
    const { open, kill, answer } = await savedFile();
    const first = open();
    await first.session.followSettings();
    await first.session.correct({ kind: 'name', cluster: 0, name: 'Anna' });
    first.copy.leave();
    // The process lives on: the window was loaded anew.
    const second = open(first.copy.id);
    await second.session.followSettings();
    expect(nameOf(second.session)).toBe('Anna');
    expect(answer.asked).toBe(0);
    second.copy.leave();
    await first.copy.remove();
    await kill(second.copy.id);
    answer.wanted = true;
    const third = open();
    await third.session.followSettings();
    expect(nameOf(third.session)).toBe('Anna');
    third.copy.leave();
    await kill(third.copy.id);
    answer.wanted = false;
    const last = open();
    await last.session.followSettings();
    expect(nameOf(last.session)).toBeUndefined();
    expect(answer.asked).toBe(2);
  });

  it('leaves nothing in the storage when it is closed or saved, and tidies what others left', async () => {
    const { open, kill, copies, owner } = await savedFile();
    const { session, copy } = open();
    await session.followSettings();
    expect(await readdir(join(copies.folder, copy.id))).toEqual(['owner.json', 'run']);
    copy.leave();
    expect(await readdir(copies.folder)).toEqual([]);
    const changed = open();
    await changed.session.followSettings();
    await changed.session.correct({ kind: 'name', cluster: 0, name: 'Anna' });
    await kill(changed.copy.id);
    await sweepCopies(copies);
    expect(await readdir(copies.folder), 'it was not saved').toEqual([changed.copy.id]);
    await utimes(owner(changed.copy.id), 1, 1);
    await sweepCopies(copies);
    expect(await readdir(copies.folder)).toEqual([]);
  });

  it('waits for trust before anything is read', async () => {
    const { open, state, copies } = await savedFile();
    state.trusted = false;
    const { session } = open();
    await session.followSettings();
    await session.load();
    expect(session).toMatchObject({ waits: true, manifest: null });
    await expect(readdir(copies.folder)).rejects.toThrow('ENOENT');
    session.allow();
    await session.followSettings();
    expect(session.clustering?.clusters).toHaveLength(2);
  });

  it('says why it cannot be opened, and is opened when the file is mended', async () => {
    const { open, file, logged } = await savedFile();
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, 1000));
    const { session, copy } = open();
    await session.followSettings();
    const reason = "'some.faceclusters' cannot be opened: it is cut off";
    expect(session.problem?.message).toContain(reason);
    expect(logged.at(-1)).toContain(reason);
    await expect(readFile(logPath(copy.runDir))).rejects.toThrow('ENOENT');
    await writeFile(file, bytes);
    await session.retry();
    expect(session.problem).toBeNull();
    expect(session.clustering?.clusters).toHaveLength(2);
  });
});
