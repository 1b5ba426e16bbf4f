/** Imported before everything else: threads that will be needed start while the rest of the engine is loaded. */
import { DESCRIBES } from './modes';
import { prepareThreads } from './ready-threads';

if (process.argv[2] === DESCRIBES) prepareThreads();
