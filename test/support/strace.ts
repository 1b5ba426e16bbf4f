/**
 * Traces the system calls of a program and its children with strace, in an empty network namespace.
 * Linux only.
 */
import { execFile, execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';

/**
 * Calls that create, change or remove a file given by a path. `open` and its variants do so only
 * with flags for writing.
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

/** `socketpair` is left out: it connects a process only with its own children. */
const CONNECTING = ['socket', 'connect', 'bind', 'listen'];

/** io_uring would bypass the trace, so strace makes the call fail as unavailable. */
const UNSEEN = 'inject=?io_uring_setup:error=ENOSYS';

/** A network namespace needs root, or a user namespace if the system permits these. */
const NAMESPACES = [['--net'], ['--map-root-user', '--net']];

export interface Traced {
  status: number | null;
  stdout: string;
  stderr: string;
  /** Requested sockets, as shown by strace. */
  connections: string[];
  /**
   * Paths that the program tried to write, create, change or remove. Relative paths are not
   * resolved.
   */
  written: string[];
}

/** Why tracing is not possible here, or undefined. */
export function whyNotTraced(): string | undefined {
  if (process.platform !== 'linux') return `strace is Linux's; this is ${process.platform}`;
  try {
    execFileSync('strace', ['-f', '-qq', '-o', '/dev/null', 'true'], { stdio: 'pipe' });
  } catch {
    return 'strace cannot be run (Debian: strace), or may not trace';
  }
  return namespace() === undefined ? "'unshare --net' is not permitted" : undefined;
}

/** Options of `unshare` for a new network namespace, or undefined if it is not permitted. */
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
 * @throws Error if no namespace can be created. @see whyNotTraced
 */
export async function traced(
  log: string,
  command: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Traced> {
  const alone = namespace();
  if (alone === undefined) throw new Error("'unshare --net' is not permitted");
  const calls = [...WRITING, ...CONNECTING].map((name) => `?${name}`).join(','); // '?': some architectures lack some of them
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
 * `1234  openat(AT_FDCWD</home>, "x", O_RDONLY) = 3` → `openat`; '' for lines that continue an
 * earlier call.
 */
const callOf = (line: string): string => /^\d+\s+(\w+)\(/.exec(line)?.[1] ?? '';

const writes = (line: string): boolean =>
  !callOf(line).startsWith('open') || /\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)\b/.test(line);

/**
 * @returns all paths of a call. Those relative to an open folder (`17</tmp/x>, "y"`) are resolved,
 * other relative paths are not.
 */
function pathsOf(line: string): string[] {
  const paths = [...line.matchAll(/(?:\d+<((?:[^>\\]|\\.)*)>, )?"((?:[^"\\]|\\.)*)"/g)];
  return paths.map(([, folder, path = '']) =>
    normalize(folder === undefined || isAbsolute(path) ? path : join(folder, path)),
  );
}
