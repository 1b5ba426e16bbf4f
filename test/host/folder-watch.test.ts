import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FolderWatch } from '../../src/host/runs/folder-watch';
import { UserError } from '../../src/util/errors';
import { fakeEngine } from '../support/fake-engine';
import { keptRun } from '../support/runs';
import { reset, state } from '../support/vscode';

beforeEach(reset);
afterEach(reset);

async function storedRun(folder: string) {
  const engine = fakeEngine({ changes: { added: 1, changed: 0, removed: 0 } });
  const { session } = await keptRun(engine, [folder]);
  return { engine, session };
}

describe('FolderWatch', () => {
  it('watches a stored run only while its panel is open', async () => {
    const { session } = await storedRun('/photos');
    const watch = new FolderWatch(vi.fn());
    expect(state.watched).toEqual([]);
    watch.add(session);
    expect(state.watched).toEqual(['/photos']);
    watch.remove(session);
    expect(state.watched).toEqual([]);
  });

  it('watches image files only, in upper and lower case', async () => {
    const { session } = await storedRun('/photos');
    new FolderWatch(vi.fn()).add(session);
    const [pattern = ''] = state.patterns;
    expect(pattern).toMatch(/^\*\*\/\*\.\{.+\}$/);
    const extensions = pattern.slice('**/*.{'.length, -1).replaceAll(',', '|');
    const matches = (name: string) => new RegExp(`\\.(${extensions})$`).test(name);
    for (const name of ['a.jpg', 'b/c.JPEG', 'd.Png', 'e.webp', 'f.TIFF'])
      expect(matches(name), name).toBe(true);
    for (const name of ['a.txt', 'jpg', 'a.jpg.part']) expect(matches(name), name).toBe(false);
  });

  it('stops while the setting is off, and resumes', async () => {
    const { session } = await storedRun('/photos');
    const watch = new FolderWatch(vi.fn());
    watch.add(session);
    state.workspaceSettings['faceClusters.watch'] = 'off';
    watch.update();
    expect(state.watched).toEqual([]);
    state.workspaceSettings['faceClusters.watch'] = 'tell';
    watch.update();
    expect(state.watched).toEqual(['/photos']);
    watch.dispose();
    expect(state.watched).toEqual([]);
  });

  it('looks for changes once a running job has ended: an analysis has listed its images', async () => {
    state.workspaceSettings['faceClusters.watch'] = 'update';
    const { engine, session } = await storedRun('/photos');
    let end: (error: Error) => void = () => undefined;
    engine.answers.analyze = new Promise((_, reject) => (end = reject));
    const analyzing = session.analyze();
    const refresh = vi.fn();
    const watch = new FolderWatch(refresh);
    for (let i = 0; i < 3; i++) watch.add(session);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(engine.asked).toEqual(['analyze']);
    end(new UserError('the disk is full'));
    await analyzing;
    await vi.waitFor(() => {
      expect(refresh).toHaveBeenCalledWith(session);
    });
    expect(engine.asked).toEqual(['analyze', 'changes']);
  });

  it('refreshes a changed run when its panel is opened, if the setting says so', async () => {
    state.workspaceSettings['faceClusters.watch'] = 'update';
    const { engine, session } = await storedRun('/photos');
    const refresh = vi.fn();
    new FolderWatch(refresh).add(session);
    await vi.waitFor(() => {
      expect(refresh).toHaveBeenCalledWith(session);
    });
    expect(engine.asked).toEqual(['changes']);
  });
});
