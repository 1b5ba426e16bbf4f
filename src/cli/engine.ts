/** The engine of one command. */
import { engineScript } from '../engine/bundled-files';
import { EngineClient } from '../engine/client';
import { printErrorText } from './print';

/** @param root folder that holds `dist` and `weights`. */
export function startEngine(root: string): EngineClient {
  const engine = new EngineClient(engineScript(root), printErrorText);
  // A second signal does not wait for the command's own end, and an engine that hangs does not see
  // that its parent is gone.
  process.once('exit', () => {
    engine.dispose();
  });
  return engine;
}
