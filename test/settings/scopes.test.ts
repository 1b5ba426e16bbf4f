import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { libraryFolderProblem } from '../../src/domain/library-folder';
import { SETTING_KEYS } from '../../src/domain/settings';
import { SETTING_SCOPES } from '../../src/host/settings/scopes';
import { ROOT } from '../support/images';

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  capabilities: { untrustedWorkspaces: { supported: unknown; restrictedConfigurations: string[] } };
};
const { untrustedWorkspaces } = manifest.capabilities;

describe('the scope of each setting', () => {
  it('is restricted in package.json where the code restricts it', () => {
    const restricted = SETTING_KEYS.filter((key) => SETTING_SCOPES[key].restricted);
    expect(untrustedWorkspaces.restrictedConfigurations.sort()).toEqual(
      restricted.map((key) => `faceClusters.${key}`).sort(),
    );
    expect(untrustedWorkspaces.supported).toBe('limited');
  });

  it('is documented in docs/security.md', () => {
    const text = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');
    const rows = text
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|').map((cell) => cell.trim()));
    for (const key of SETTING_KEYS) {
      const { scope, restricted } = SETTING_SCOPES[key];
      const row = rows.find(([, settings]) => settings!.split(', ').includes(`\`${key}\``));
      const allowed = scope === 'machine' ? 'never' : restricted ? 'once it is trusted' : 'yes';
      expect(row?.slice(2, 4), key).toEqual([`\`${scope}\``, allowed]);
    }
  });

  it('keeps a workspace from naming folders of code and from shrinking the cache', () => {
    expect(SETTING_SCOPES.cudaLibraries.scope).toBe('machine');
    expect(SETTING_SCOPES.cacheLimit.scope).toBe('machine');
  });
});

describe('folders of CUDA libraries', () => {
  it('may be absolute paths of this machine, one per entry', () => {
    for (const folder of [
      '/usr/local/cuda/lib64',
      '/',
      '/opt/a b/site-packages/nvidia/cudnn/lib',
      '/opt/$x',
    ]) {
      expect(libraryFolderProblem(folder, 'linux'), folder).toBeUndefined();
    }
    for (const folder of ['C:\\CUDA\\bin', 'c:/CUDA/v13.0/bin', 'D:\\']) {
      expect(libraryFolderProblem(folder, 'win32'), folder).toBeUndefined();
    }
  });

  it('are refused otherwise, with a message that names them', () => {
    const everywhere = [
      '',
      ' ',
      '.',
      '..',
      'lib',
      './lib',
      '../lib',
      '\\\\server\\share',
      '//server/share',
      '~/lib',
      'file:///lib',
      '$ORIGIN',
    ];
    const posix = ['/a:/b', '/a:', '/a;/b', '/a\n/b', '/a\0', 'C:\\CUDA', '/a\u0085'];
    const windows = [
      'C:',
      'C:lib',
      'C:\\a;D:\\b',
      '\\lib',
      '/lib',
      '\\\\?\\C:\\lib',
      '\\\\.\\pipe\\x',
      'C:\\a:b',
      'C:\\a\n',
      'C:\\\\server',
      'C://server',
    ];
    for (const [platform, folders] of [
      ['linux', [...everywhere, ...posix]],
      ['darwin', [...everywhere, ...posix]],
      ['win32', [...everywhere, ...windows]],
    ] as const) {
      for (const folder of folders) {
        const problem = libraryFolderProblem(folder, platform);
        expect(problem, `${platform} ${folder}`).toMatch(/^expected absolute folders .* such as '/);
        expect(problem).toContain(JSON.stringify(folder));
      }
    }
  });
});
