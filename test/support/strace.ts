/**
 * What a program and its children ask of the system, by strace, in a network namespace that holds
 * nothing. Linux only.
 */
import { execFile, execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';

/**
 * Calls that create, change or remove a file named by a path; `open` and its kin do where they are
 * asked to write.
 */
const WRITING = [
  ...['open', 'openat', 'openat2', 'creat', 'truncate', 'mkdir', 'mkdirat', 'mknod', 'mknodat'],
  ...[
    'rename',
    'renameat',
    'renameat2',
    'unlink',
    'unlinkat',
    'rmdir',
    'link',
    'linkat',
    'symlink',
    'symlinkat',
  ],
  ...[
    'chmod',
    'fchmodat',
    'fchmodat2',
    'chown',
    'lchown',
    'fchownat',
    'utime',
    'utimes',
    'futimesat',
    'utimensat',
  ],
  ...['setxattr', 'lsetxattr', 'removexattr', 'lremovexattr'],
];

/** `socketpair` connects a process with its own children and nothing else. */
const CONNECTING = ['socket', 'connect', 'bind', 'listen'];

/** Would do all of it unseen: strace says that the kernel has no such call. */
const UNSEEN = 'inject=?io_uring_setup:error=ENOSYS';

/**
 * Rights to a network namespace are root's, or any user's in a user namespace where the system
 * permits these.
 */
const NAMESPACES = [['--net'], ['--map-root-user', '--net']];

export interface Traced {
  status: number | null;
  stdout: string;
  stderr: string;
  /** Sockets that were asked for, as strace shows them. */
  connections: string[];
  /**
   * Paths that were to be written, created, changed or removed, whether that succeeded or not;
   * relative ones as they were given.
   */
  written: string[];
}

/** What stands in the way of tracing here, or undefined. */
export function whyNotTraced(): string | undefined {
  if (process.platform !== 'linux') return `strace is Linux's; this is ${process.platform}`;
  try {
    execFileSync('strace', ['-f', '-qq', '-o', '/dev/null', 'true'], { stdio: 'pipe' });
  } catch {
    return 'strace cannot be run (Debian: strace), or may not trace';
  }
  return namespace() === undefined ? "'unshare --net' is not permitted" : undefined;
}

/** Options of `unshare` for a network namespace of its own, or undefined where none may be made. */
function namespace(): string[] | undefined {
  return NAMESPACES.find((options) => {
    try {
      execFileSync('unshare', [...options, 'true'], { stdio: 'pipe' });
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Runs a command to its end.
 * @param log file the trace is written to.
 * @throws Error where no namespace can be made. @see whyNotTraced
 */
export async function traced(
  log: string,
  command: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Traced> {
  const alone = namespace();
  if (alone === undefined) throw new Error("'unshare --net' is not permitted");
  const calls = [...WRITING, ...CONNECTING].map((name) => `?${name}`).join(','); // '?': some processors have not all of them
  const strace = [
    'strace',
    '-f',
    '-qq',
    '-y',
    '--seccomp-bpf',
    '-s',
    '4096',
    '-o',
    log,
    '-e',
    `trace=${calls}`,
    '-e',
    UNSEEN,
    '-e',
    'signal=none',
  ];
  const result = await new Promise<Pick<Traced, 'status' | 'stdout' | 'stderr'>>((resolve) => {
    const child = execFile(
      'unshare',
      [...alone, ...strace, ...command],
      { ...options, maxBuffer: 1e8 },
      (_, stdout, stderr) => {
        resolve({ status: child.exitCode, stdout, stderr });
      },
    );
  });
  const lines = (await readFile(log, 'utf8')).split('\n');
  const of = (names: readonly string[]) => lines.filter((line) => names.includes(callOf(line)));
  return {
    ...result,
    connections: of(CONNECTING),
    written: of(WRITING).filter(writes).flatMap(pathsOf),
  };
}

/**
 * `1234  openat(AT_FDCWD</home>, "x", O_RDONLY) = 3` → `openat`; '' for lines that go on with an
 * earlier call.
 */
const callOf = (line: string): string => /^\d+\s+(\w+)\(/.exec(line)?.[1] ?? '';

const writes = (line: string): boolean =>
  !callOf(line).startsWith('open') || /\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b/.test(line);

/**
 * Every path of a call; one that is relative to an open folder (`17</tmp/x>, "y"`) from there,
 * others as they are given.
 */
function pathsOf(line: string): string[] {
  const paths = [...line.matchAll(/(?:\d+<((?:[^>\\]|\\.)*)>, )?"((?:[^"\\]|\\.)*)"/g)];
  return paths.map(([, folder, path = '']) =>
    normalize(folder === undefined || isAbsolute(path) ? path : join(folder, path)),
  );
}
