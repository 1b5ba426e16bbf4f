/**
 * Faults of the file system at chosen steps, for tests that mock `node:fs/promises` with
 * `withFaults`: a call that writes fails as it does on a full disk or a held file, or the process
 * stops there as if it were killed.
 */
import type * as FsPromises from 'node:fs/promises';

type Fs = typeof FsPromises;
type Call = (...args: unknown[]) => Promise<unknown>;

/** Calls that change files. */
const CHANGING = ['mkdir', 'writeFile', 'rename', 'open', 'chmod'] as const;
const CHANGING_HANDLE = ['write', 'writev', 'writeFile', 'appendFile'];
/** Calls that are not counted as changes. */
const LOOKING = ['stat', 'lstat', 'readdir', 'readFile', 'rm'] as const;

class Stopped extends Error {}

interface Plan {
  /** Error code of a call, 'stop', or undefined if it succeeds. */
  outcome: (call: string, args: unknown[], isChange: boolean) => string | undefined;
  wasMet: boolean;
}

let plan: Plan | undefined;
let isStopped = false;
/** Open files, which the system closes when a process is killed. */
const handles = new Set<FsPromises.FileHandle>();

class Faults {
  /** The last call with a fault. */
  last = '';

  /** Only the step-th change fails, with a code. */
  failAt(step: number, code: string): void {
    let left = step;
    plan = {
      wasMet: false,
      outcome: (_, __, isChange) => (isChange && left-- === 0 ? code : undefined),
    };
  }

  /** The process ends at the step-th change: no later call has any effect. */
  stopAt(step: number): void {
    let left = step;
    plan = {
      wasMet: false,
      outcome: (_, __, isChange) => (isChange && left-- === 0 ? 'stop' : undefined),
    };
  }

  /** The first `times` renames for which `when` is true fail with a code. */
  failRenames(
    code: string,
    times: number,
    when: (from: string, to: string) => boolean = () => true,
  ): void {
    let left = times;
    const outcome: Plan['outcome'] = (call, [from, to]) =>
      call === 'rename' && when(String(from), String(to)) && left-- > 0 ? code : undefined;
    plan = { wasMet: false, outcome };
  }

  /** All calls except `rm` fail for paths for which `when` is true. */
  failPaths(when: (path: string) => boolean, code: string): void {
    plan = {
      wasMet: false,
      outcome: (call, [path]) => (call !== 'rm' && when(String(path)) ? code : undefined),
    };
  }

  end(): { wasMet: boolean } {
    const wasMet = plan?.wasMet ?? false;
    if (isStopped) for (const handle of handles) void handle.close();
    handles.clear();
    plan = undefined;
    isStopped = false;
    return { wasMet };
  }

  /** @returns the result of an action, or undefined if the process was stopped meanwhile. */
  async orStopped<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      if (!isStopped) throw error;
      return undefined;
    }
  }

  /** @throws the fault of a call. */
  meet(call: string, args: unknown[], isChange: boolean): void {
    if (isStopped) throw new Stopped('the process is gone');
    const outcome = plan?.outcome(call, args, isChange);
    if (outcome === undefined || plan === undefined) return;
    plan.wasMet = true;
    this.last = `${call} ${String(args[0]).slice(-60)}`;
    if (outcome !== 'stop')
      throw Object.assign(new Error(`${outcome}: simulated fault, ${call}`), { code: outcome });
    isStopped = true;
    throw new Stopped('the process is gone');
  }
}

export const faults = new Faults();

export function withFaults(fs: Fs): Fs {
  const wrapped: Record<string, unknown> = { ...fs };
  const wrap = (
    name: (typeof CHANGING)[number] | (typeof LOOKING)[number],
    isChange: (args: unknown[]) => boolean,
  ) => {
    wrapped[name] = async (...args: unknown[]) => {
      faults.meet(name, args, isChange(args));
      const result = await (fs[name] as Call)(...args);
      return name === 'open'
        ? withHandleFaults(result as FsPromises.FileHandle, String(args[0]))
        : result;
    };
  };
  for (const name of CHANGING)
    wrap(name, (args) => name !== 'open' || String(args[1]).startsWith('w'));
  for (const name of LOOKING) wrap(name, () => false);
  return { ...wrapped, default: wrapped } as unknown as Fs;
}

function withHandleFaults(handle: FsPromises.FileHandle, path: string): FsPromises.FileHandle {
  handles.add(handle);
  return new Proxy(handle, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name === 'close') handles.delete(handle);
      if (!CHANGING_HANDLE.includes(String(name))) return value.bind(target) as unknown;
      return async (...args: unknown[]) => {
        faults.meet(`${path} ${String(name)}`, args, true);
        return await (value as Call).apply(target, args);
      };
    },
  });
}
