/**
 * A small sample, with fixed seeds, of the hostile files that `tables.ts` and `networks.ts`
 * generate.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { bundleProgram, PROGRAM_ENVIRONMENT } from '../support/bundle';
import { startEngine } from '../support/engine';
import { ROOT, temporaryFolder } from '../support/images';
import { networkCases, runNetworkCase } from './networks';
import { runTableCase, tableCases } from './tables';

describe('hostile files', () => {
  it('end in a table of labels or a message', async () => {
    const folder = await temporaryFolder();
    const outcomes = new Set<string>();
    for (const each of tableCases(11, 100)) outcomes.add(await runTableCase(each, folder));
    expect(outcomes).toContain('table'); // otherwise nothing would be tested
    expect(outcomes.size).toBeGreaterThan(20);
  });

  it('end in a network that passes the check of the file, or a message', async () => {
    const folder = await temporaryFolder();
    const outcomes = new Set<string>();
    for (const each of networkCases(11, 500)) outcomes.add(await runNetworkCase(each, folder));
    expect(outcomes).toContain('in order');
    expect(outcomes.size).toBeGreaterThan(20);
  });

  it('end in a network that the engine can use, or a message, and the engine goes on', async () => {
    const folder = await temporaryFolder();
    const engine = startEngine();
    const outcomes = new Set<string>();
    for (const each of networkCases(12, 25))
      outcomes.add(await runNetworkCase(each, folder, engine));
    expect(outcomes).toContain('usable');
    expect(outcomes).not.toContain('in order');
  });
});

describe('npm run fuzz', () => {
  it('runs without the test runner', async () => {
    const program = join(await temporaryFolder(), 'run.js');
    await bundleProgram(join(ROOT, 'test', 'fuzz', 'run.ts'), program);
    const options = { env: { ...PROGRAM_ENVIRONMENT, FACE_CLUSTERS_ROOT: ROOT } };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [program, 'settings', 'messages', '--count', '5'],
      options,
    );
    expect(stdout).toMatch(/messages, seed 1, .*outcomes[^]*settings, seed 1/);
  });
});
