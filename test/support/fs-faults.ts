/**
 * Faults of the file system at chosen steps, for tests that mock `node:fs/promises` with
 * `withFaults`: a call that writes fails as it does on a full disk or a held file, or the process
 * stops there as if it were killed.
 */
import type * as FsPromises from 'node:fs/promises';

type Fs = typeof FsPromises;
type Call = (...args: unknown[]) => Promise<unknown>;

/** Calls that change something. */
const CHANGING = ['mkdir', 'writeFile', 'rename', 'open', 'chmod'] as const;
const CHANGING_HANDLE = ['write', 'writev', 'writeFile', 'appendFile'];
/** Calls that look. */
const LOOKING = ['stat', 'lstat', 'readdir', 'readFile', 'rm'] as const;

class Stopped extends Error {}

interface Plan {
  /** Error code of a call, 'stop', or undefined where it goes well. */
  outcome: (call: string, args: unknown[], isChange: boolean) => string | undefined;
  wasMet: boolean;
}

let plan: Plan | undefined;
let isStopped = false;
/** Files that are open, which a process that is killed leaves to the system. */
const handles = new Set<FsPromises.FileHandle>();

class Faults {
  /** What was met last. */
  last = '';

  /** The step-th change fails with a code, and so does nothing else. */
  failAt(step: number, code: string): void {
    let left = step;
    plan = {
      wasMet: false,
      outcome: (_, __, isChange) => (isChange && left-- === 0 ? code : undefined),
    };
  }

  /** At the step-th change the process ends: nothing comes after it. */
  stopAt(step: number): void {
    let left = step;
    plan = {
      wasMet: false,
      outcome: (_, __, isChange) => (isChange && left-- === 0 ? 'stop' : undefined),
    };
  }

  /** So many moves fail. */
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

  /** A look at some paths fails. */
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

  /** What comes of something, or undefined where the process was stopped meanwhile. */
  async orStopped<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      if (!isStopped) throw error;
      return undefined;
    }
  }

  /** @throws what a call is to fail with. */
  meet(call: string, args: unknown[], isChange: boolean): void {
    if (isStopped) throw new Stopped('the process is gone');
    const outcome = plan?.outcome(call, args, isChange);
    if (outcome === undefined || plan === undefined) return;
    plan.wasMet = true;
    this.last = `${call} ${String(args[0]).slice(-60)}`;
    if (outcome !== 'stop')
      throw Object.assign(new Error(`${outcome}: as was asked for, ${call}`), { code: outcome });
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
