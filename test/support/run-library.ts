/** A library of runs with an engine of its own, in a temporary folder. */
import { join } from 'node:path';
import { RunLibrary } from '../../src/host/runs/run-library';
import type { SessionContext } from '../../src/host/runs/session-context';
import { bundled, settingsWith, startEngine } from './engine';
import { temporaryFolder } from './images';

export async function library() {
  const folder = await temporaryFolder();
  const state = { settings: settingsWith({ clusters: 4 }), trusted: true };
  const logged: string[] = [];
  const engine = startEngine();
  const storeDir = join(folder, 'store');
  const context: SessionContext = {
    engine,
    bundled,
    storeDir,
    settings: () => state.settings,
    trusted: () => state.trusted,
    log: (message) => logged.push(message),
  };
  return { folder, state, logged, context, engine, library: new RunLibrary(context, folder) };
}
