import type { Plugin as EsbuildPlugin } from 'esbuild';
import type { Plugin } from 'vitest/config';

export const watForEsbuild: EsbuildPlugin;
export const watForVite: Plugin;
