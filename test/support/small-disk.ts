/** A disk that is soon full: a file system in memory, which only root may mount. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Mounts it. @returns its folder, or undefined, with a message, where it cannot be mounted. */
export function smallDisk(bytes: number): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'face-clusters-test-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], {
      stdio: 'ignore',
    });
  } catch {
    rmdirSync(folder);
    console.warn(
      'skipped: a full disk needs a file system that is mounted, which only root may do',
    );
    return undefined;
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder]);
    rmdirSync(folder);
  });
  return folder;
}
