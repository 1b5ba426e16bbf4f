/** Diagnoses what CUDA support is missing, with advice. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { t } from '../text/translate';
import { CUDA_PACKAGES, cudaLibrary } from './libraries';

const exec = promisify(execFile);

/**
 * Working folder of the programs that are run. Windows searches it for them first, so it must not
 * be a workspace.
 */
const cwd = dirname(process.execPath);

export interface Diagnosis {
  /** Whether everything was found. The results of CUDA are compared to the CPU's before its use. */
  ready: boolean;
  /** Whether there is a GPU with its driver: nothing else helps without. */
  hasDriver: boolean;
  /** One line for each finding. */
  lines: string[];
}

/**
 * @param folder ONNX Runtime's folder of native libraries.
 * @param libraries folders that are searched for NVIDIA's libraries, besides those of the system.
 */
export async function diagnoseCuda(
  folder: string,
  libraries: readonly string[],
): Promise<Diagnosis> {
  const platform = `${process.platform}-${process.arch}`;
  if (CUDA_PACKAGES[platform] === undefined) {
    return {
      ready: false,
      hasDriver: false,
      lines: [t('CUDA is for NVIDIA GPUs on linux-x64 and win32-x64; this is {0}.', platform)],
    };
  }
  const lines: string[] = [];
  const driver = await driverVersion();
  lines.push(
    driver === undefined
      ? t(
          "The NVIDIA driver is missing: 'nvidia-smi' does not answer. A container must be started with the GPU (docker run --gpus all).",
        )
      : t('NVIDIA driver {0}.', driver),
  );
  const library = join(folder, cudaLibrary);
  if (!existsSync(library)) {
    lines.push(t("ONNX Runtime's CUDA provider is not installed in '{0}'.", folder));
    return { ready: false, hasDriver: driver !== undefined, lines };
  }
  lines.push(t("ONNX Runtime's CUDA provider is installed in '{0}'.", folder));
  const missing = await missingLibraries(library, libraries);
  if (missing.length > 0) {
    lines.push(
      t(
        "NVIDIA libraries are missing: {0}. Install CUDA 13 and cuDNN 9 (https://developer.nvidia.com/cudnn), or their Python packages (pip install nvidia-cublas nvidia-cudnn-cu13 nvidia-cufft nvidia-curand nvidia-cuda-runtime), and name their folders in 'faceClusters.cudaLibraries'.",
        missing.join(', '),
      ),
    );
  }
  const hasDriver = driver !== undefined;
  return { ready: hasDriver && missing.length === 0, hasDriver, lines };
}

async function driverVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await exec(
      'nvidia-smi',
      ['--query-gpu=driver_version,name', '--format=csv,noheader'],
      { timeout: 10_000, cwd },
    );
    const [first] = stdout.trim().split('\n');
    return first === undefined || first === '' ? undefined : first.replace(', ', t(' for '));
  } catch {
    return undefined; // not installed, or it finds no GPU
  }
}

/** Libraries that the loader does not find; empty on Windows, where only loading them shows it. */
export async function missingLibraries(
  library: string,
  libraries: readonly string[],
): Promise<string[]> {
  if (process.platform === 'win32') return [];
  const { stdout } = await exec('ldd', [library], {
    env: { ...process.env, ...libraryPath(libraries) },
    cwd,
  });
  return [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name!);
}

/** Environment of a process that loads libraries from folders. The loader reads it at its start. */
export function libraryPath(libraries: readonly string[]): Record<string, string> {
  if (libraries.length === 0) return {};
  const name = process.platform === 'win32' ? 'PATH' : 'LD_LIBRARY_PATH';
  const before = process.env[name];
  return {
    [name]: [...libraries, ...(before === undefined || before === '' ? [] : [before])].join(
      delimiter,
    ),
  };
}
