/** Archives in VS Code, where a folder could be. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { chosenFolders, chosenFoldersAndArchives } from '../../src/host/commands/choose-folders';
import { openImage } from '../../src/host/panels/clusters-panel-handlers';
import { openImageFile } from '../../src/host/panels/open-image-file';
import { FolderWatch } from '../../src/host/runs/folder-watch';
import { fakeEngine } from '../support/fake-engine';
import { ROOT, temporaryFolder } from '../support/images';
import { keptRun } from '../support/runs';
import { reset, shownBy, state, Uri } from '../support/vscode';

beforeEach(reset);
afterEach(reset);

async function archive(name = 'faces.zip'): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, '');
  return path;
}

describe('an archive in the explorer', () => {
  it('has a menu entry by its extension, in upper and lower case', () => {
    const { contributes } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      contributes: { menus: Record<string, { command: string; when: string }[]> };
    };
    const [entry] = contributes.menus['explorer/context']!;
    expect(entry!.command).toBe('faceClusters.clusterFaces');
    const [, pattern = ''] = /resourceExtname =~ \/(.+?)\/i\)/.exec(entry!.when) ?? [];
    const matches = (extension: string) => new RegExp(pattern, 'i').test(extension);
    expect(['.zip', '.ZIP', '.tar', '.gz', '.zipx', '.jpg'].filter(matches)).toEqual([
      '.zip',
      '.ZIP',
      '.tar',
    ]);
  });

  it('can be clustered, but is no data set', async () => {
    const path = await archive();
    const clicked = { clicked: Uri.file(path) as unknown as vscode.Uri, selected: undefined };
    expect(await chosenFoldersAndArchives(clicked, '')).toEqual([path]);
    await expect(chosenFolders(clicked, '')).rejects.toThrow('is not a folder');
  });
});

describe('an image of a data set in an archive', () => {
  it('is not opened: the archive is shown', async () => {
    const path = await archive('train.parquet');
    await openImageFile(join(path, '7.jpg'), undefined);
    const [[command, uri] = []] = state.executed;
    expect(command).toBe('revealFileInOS');
    expect((uri as Uri).fsPath).toBe(path);
    expect(shownBy('information')).toEqual([
      "'7.jpg' lies in the archive 'train.parquet', which the editor cannot open.",
    ]);
  });
});

describe('a run of an archive', () => {
  it('watches the archive itself', async () => {
    const path = await archive('faces [1]{a}*.tar');
    const { session } = await keptRun(fakeEngine({}), [path]);
    new FolderWatch(vi.fn()).add(session);
    expect(state.watched).toEqual([dirname(path)]);
    expect(state.patterns).toEqual(['faces [[]1[]][{]a[}][*].tar']);
  });

  it('shows the archive where an image would be opened', async () => {
    const path = await archive();
    const engine = fakeEngine({ locate: { path: join(path, 'a', 'b.jpg'), name: 'a/b.jpg' } });
    const { session } = await keptRun(engine, [path]);
    await openImage(session, 0, false);
    const [[command, uri] = []] = state.executed;
    expect(command).toBe('revealFileInOS');
    expect((uri as Uri).fsPath).toBe(path);
    expect(shownBy('information')[0]).toContain(
      `'a/b.jpg' lies in the archive '${basename(path)}', which the editor cannot open. Click a face`,
    );
  });
});
