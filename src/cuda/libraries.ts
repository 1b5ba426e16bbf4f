/**
 * The libraries of ONNX Runtime's CUDA execution provider, which belong next to the runtime's own
 * but are not part of its npm package.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * ONNX Runtime's folder of native libraries.
 * @param root folder of a program, with `node_modules`; default: of this one.
 */
export function librariesFolder(root?: string): string {
  const main = createRequire(root === undefined ? __filename : join(root, 'package.json')).resolve(
    'onnxruntime-node',
  );
  return join(dirname(main), '..', 'bin', 'napi-v6', process.platform, process.arch);
}

export const cudaLibrary =
  process.platform === 'win32'
    ? 'onnxruntime_providers_cuda.dll'
    : 'libonnxruntime_providers_cuda.so';

export const isCudaInstalled = (): boolean => existsSync(join(librariesFolder(), cudaLibrary));

/** An npm package that holds the libraries for `RUNTIME_VERSION`, built for CUDA 13. */
export interface CudaPackage {
  url: string;
  /** Bytes of the archive. */
  size: number;
  /** SHA-512 of the archive, in base64, as in npm's lock files. */
  integrity: string;
  /** Path within the archive, and SHA-256 in hexadecimal. */
  files: { path: string; sha256: string }[];
}

/** The version of onnxruntime-node that the libraries belong to. */
export const RUNTIME_VERSION = '1.29.0';

const registry = (name: string) =>
  `https://registry.npmjs.org/com.github.asus4.onnxruntime.${name}/-/com.github.asus4.onnxruntime.${name}-0.4.9.tgz`;

export const CUDA_PACKAGES: Readonly<Record<string, CudaPackage | undefined>> = {
  'linux-x64': {
    url: registry('linux-x64-gpu'),
    size: 179_145_956,
    integrity:
      'FopIhNE/Ng+v2X65wVc9clPCBCvhvA53Hxo2U0Kf5fGdVsC7iCA+mZ0KLWggcQAj7TIZ6pNidR4AC10g74Xo6w==',
    files: [
      {
        path: 'package/Plugins/Linux/x64/libonnxruntime_providers_shared.so',
        sha256: 'c6a12593396095f5670160e284c35d1700b7708cf3037b7042e2a5200ccae772',
      },
      {
        path: 'package/Plugins/Linux/x64/libonnxruntime_providers_cuda.so',
        sha256: '56cf3254b118ad837ccc4ed8f6d1b23504bbf7ef91b34cbc0b289cb7f10b3037',
      },
    ],
  },
  'win32-x64': {
    url: registry('win-x64-gpu'),
    size: 134_726_973,
    integrity:
      '7NmfN9HPYqgjhUSxXBzcAuAI86oPldtmDDF1Ks2646YHU5E+X62fY6xKP/wfVLSUPCBib+4uo4OYnIKx8BxLNA==',
    files: [
      {
        path: 'package/Plugins/Windows/x64/onnxruntime_providers_shared.dll',
        sha256: 'cbcfeb3c5b5f195f3c1dc429e016cecbc5fc17d88d79044bf8daee0f38fe1461',
      },
      {
        path: 'package/Plugins/Windows/x64/onnxruntime_providers_cuda.dll',
        sha256: '9ca854c2478cfa6e7bb15dbfc91dcefb32e51533f10d304b932a169225727ec3',
      },
    ],
  },
};
