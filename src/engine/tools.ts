/**
 * Pieces of work of the engine in a process of their own: what crashes there, or leaves memory
 * behind, takes nothing along.
 */
import { parentEnd } from '../channel/port';
import { serve } from '../channel/serve';
import { tryNetwork } from '../networks/check-network';
import { probe } from '../networks/probe';
import type { ToolCalls } from '../networks/tool-process';
import { tune } from '../networks/tune';
import { guardMemory } from '../util/memory-guard';

/**
 * Resident memory of such a process, at most, in bytes: a network for a GPU takes some gigabytes.
 */
const MAX_TOOL_MEMORY_BYTES = 16e9;

/** Answers one call after the other until whoever started this process is gone. */
export function runToolProcess(): void {
  guardMemory(MAX_TOOL_MEMORY_BYTES);
  const port = parentEnd();
  serve<ToolCalls>(port, {
    probe: ({ provider, file, reference }) => probe(provider, file, reference),
    checkNetwork: tryNetwork,
    tune: ({ files, provider, threads }) => tune(files, provider, threads),
  });
  port.onClose(() => process.exit(0));
}
