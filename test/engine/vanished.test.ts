/**
 * Folders that vanish, with the real engine: a run of all their images is not replaced by what is
 * left.
 */
import { cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunManifest } from '../../src/domain/run';
import { analysisSettings } from '../../src/domain/settings';
import type { EngineClient } from '../../src/engine/client';
import type { EngineCalls } from '../../src/protocol/engine';
import { bundled, settingsWith, startEngine } from '../support/engine';
import { PORTRAITS, temporaryFolder } from '../support/images';

interface Place {
  engine: EngineClient;
  home: string;
  /** Two folders of portraits. */
  folders: string[];
  runDir: string;
  params: (folders?: string[]) => EngineCalls['analyze']['params'];
}

/** @param copies of each portrait. */
async function place(copies = 1): Promise<Place> {
  const home = await temporaryFolder();
  const folders = ['female', 'male'].map((name) => join(home, name));
  for (const [i, name] of ['female', 'male'].entries()) {
    for (let copy = 0; copy < copies; copy++)
      await cp(join(PORTRAITS, name), join(folders[i]!, String(copy)), { recursive: true });
  }
  const runDir = join(home, 'run');
  const params = (of = folders) => ({
    runDir,
    id: 'test',
    folders: of,
    settings: analysisSettings(settingsWith({ cache: false })),
    bundled,
    storeDir: null,
  });
  return { engine: startEngine(), home, folders, runDir, params };
}

/** What tells that a run is the one it was. */
async function fingerprint(runDir: string) {
  const { ino } = await stat(join(runDir, 'crops.bin'));
  return [
    ino,
    await readFile(join(runDir, 'run.json'), 'utf8'),
    (await readdir(join(runDir, '..'))).filter((name) => name.startsWith('run')),
  ];
}

/** Analyses, and does something when the folders are listed and only the first images are read. */
function analyseAnd(
  engine: EngineClient,
  params: EngineCalls['analyze']['params'],
  action: () => Promise<unknown>,
): Promise<RunManifest> {
  let acted: Promise<unknown> | undefined;
  return engine
    .call('analyze', params, {
      onProgress: ({ stage }) => {
        if (stage === 'infer') acted ??= action();
      },
    })
    .finally(() => acted);
}

describe('a folder that vanishes', () => {
  it.each([
    ['is gone', (folder: string) => rename(folder, `${folder}-elsewhere`)],
    [
      'is empty, as where a disk was mounted',
      async (folder: string) => {
        await rename(folder, `${folder}-elsewhere`);
        await mkdir(folder);
      },
    ],
  ])('in the middle of a run leaves the earlier one as it was: it %s', async (_, vanish) => {
    const { engine, folders, runDir, params } = await place();
    await engine.call('analyze', params());
    const before = await fingerprint(runDir);
    const again = analyseAnd(engine, params(), () => vanish(folders[0]!));
    await expect(again).rejects.toThrow(
      /'.*female' (cannot be read any more \(ENOENT|became empty while its images were read)/,
    );
    await expect(again).rejects.toThrow('The earlier run stays as it is');
    expect(await fingerprint(runDir)).toEqual(before);
  });

  it('leaves the earlier run where most images are gone', async () => {
    // so many that most are not read yet
    const { engine, home, folders, runDir, params } = await place(12);
    await engine.call('analyze', params());
    const before = await fingerprint(runDir);
    // Moved away at once: a slow machine reads on while single files are removed.
    const remove = () =>
      Promise.all(
        folders.flatMap((folder, i) =>
          Array.from({ length: 11 }, (_, copy) =>
            rename(join(folder, String(copy + 1)), join(home, `gone ${i} ${copy}`)),
          ),
        ),
      );
    const again = analyseAnd(engine, params(), remove);
    await expect(again).rejects.toThrow(
      /\d+ of the 864 images were there when the folders were listed, and are gone now: run again\. The earlier run/,
    );
    expect(await fingerprint(runDir)).toEqual(before);
  });

  it('is listed like any other failure where there is no earlier run', async () => {
    const { engine, folders, params } = await place();
    const manifest = await analyseAnd(engine, params(), () =>
      rename(folders[1]!, `${folders[1]!}-elsewhere`),
    );
    expect(manifest.images.failed).toBeGreaterThan(0);
    expect(manifest.faces).toBeGreaterThan(10);
    expect(manifest.failures[0]!.reason).toBe(
      'the file was there when the folder was listed and is gone now',
    );
  });

  it('before the next run leaves the earlier one as it was', async () => {
    const { engine, folders, runDir, params } = await place();
    await engine.call('analyze', params());
    const before = await fingerprint(runDir);
    await rm(folders[1]!, { recursive: true });
    await expect(engine.call('analyze', params())).rejects.toThrow(
      /cannot read the folder '.*male': it does not exist/,
    );
    expect(await fingerprint(runDir)).toEqual(before);
    await mkdir(folders[1]!);
    await expect(engine.call('analyze', params())).rejects.toThrow(
      /'.*male' holds no images, but held \d+ before\. .*connect it and run again\. The earlier run stays as it is; to leave the folder out/,
    );
    expect(await fingerprint(runDir)).toEqual(before);
    await rm(folders[0]!, { recursive: true });
    await mkdir(folders[0]!);
    await expect(engine.call('analyze', params())).rejects.toThrow(
      /'.*female' holds no images, but held/,
    );
    expect(await fingerprint(runDir)).toEqual(before);
  });

  it('is no other folder, nor one that never held any, nor one of few images', async () => {
    const { engine, home, folders, params } = await place();
    await mkdir(join(home, 'empty'));
    const all = [...folders, join(home, 'empty')];
    expect((await engine.call('analyze', params(all))).faces).toBe(72);
    expect((await engine.call('analyze', params(all))).faces).toBe(72);
    const names = (await readdir(folders[1]!, { recursive: true }))
      .filter((name) => name.endsWith('.jpg'))
      .sort();
    for (const name of names.slice(5)) await rm(join(folders[1]!, name)); // some of many: the user's own doing
    expect((await engine.call('analyze', params(all))).images.found).toBe(72 - names.length + 5);
    for (const name of names.slice(0, 5)) await rm(join(folders[1]!, name));
    expect((await engine.call('analyze', params(all))).images.found).toBe(72 - names.length);
  });

  it('without any images tells so where there is no earlier run', async () => {
    const { engine, home, params } = await place();
    await mkdir(join(home, 'empty'));
    await expect(engine.call('analyze', params([join(home, 'empty')]))).rejects.toThrow(
      /no images in/,
    );
  });
});
