// npm run soak [-- --minutes 60 --panels 200]: repeats a user's actions, first without VS Code for some minutes, then panels
// opened and closed in VS Code. Memory, open files, processes and temporary files may not grow (test/soak).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installChromium } from './debian.mjs';
import { main, root, run } from './process.mjs';
import { runTestProgram } from './test-program.mjs';

main(async () => {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '60' },
      panels: { type: 'string', default: '200' },
    },
  });
  if (Number(values.minutes) > 0)
    await runTestProgram('test/soak/soak.ts', ['--minutes', values.minutes]);
  if (Number(values.panels) > 0) {
    await installChromium();
    await run('npm', ['run', 'package'], { cwd: root, quiet: true });
    // Temporary folders of its own: other programs may run beside it.
    const temporary = await mkdtemp(join(tmpdir(), 'face-clusters-soak-'));
    await run('npx', ['playwright', 'test', '-c', 'test/vscode/soak/playwright.config.ts'], {
      cwd: root,
      env: { ...process.env, TMPDIR: temporary, FACE_CLUSTERS_PANELS: values.panels },
    }).finally(() => rm(temporary, { recursive: true, force: true }));
  }
});
