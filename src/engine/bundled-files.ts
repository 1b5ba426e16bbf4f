/** Paths of the program's own files: the bundles in `dist/`, and the networks in `weights/`. */
import { join } from 'node:path';
import type { BundledModels } from '../domain/networks';

/** @param root folder that holds `dist` and `weights`. */
export function bundledModels(root: string): BundledModels {
  return {
    cpu: join(root, 'weights', 'face-attributes.int8.onnx'),
    gpu: join(root, 'weights', 'face-attributes.f16.onnx'),
    detector: join(root, 'weights', 'face-detector.onnx'),
  };
}

export const engineScript = (root: string) => join(root, 'dist', 'engine.js');
export const reportScript = (root: string) => join(root, 'dist', 'report.js');
