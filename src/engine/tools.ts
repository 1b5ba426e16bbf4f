/** Tools of the engine that run in a process of their own, since they may crash or leak memory. */
import { parentEnd } from '../channel/node-ports';
import { serve } from '../channel/serve';
import { drawSvgs } from '../images/draw-svg';
import { testNetwork } from '../networks/check-network';
import { probe } from '../networks/probe';
import type { ToolCalls } from '../networks/tool-process';
import { tune } from '../networks/tune';
import { guardMemory } from '../util/memory-guard';
import type { ChartCalls } from './draw-charts';

/** Maximum resident memory of a tool, in bytes: a network for a GPU takes some gigabytes. */
const MAX_TOOL_MEMORY_BYTES = 16e9;

/** Answers calls until the parent process is gone. */
export function runToolProcess(): void {
  guardMemory(MAX_TOOL_MEMORY_BYTES);
  const port = parentEnd();
  serve<ToolCalls & ChartCalls>(port, {
    probe: ({ provider, file, reference }) => probe(provider, file, reference),
    checkNetwork: testNetwork,
    drawCharts: ({ svgs }) => drawSvgs(svgs),
    tune: ({ files, provider, threads }) => tune(files, provider, threads),
  });
  port.onClose(() => process.exit(0));
}
