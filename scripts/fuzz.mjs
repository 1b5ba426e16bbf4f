// npm run fuzz [-- images networks messages settings tables stores kills]: thousands of hostile inputs of each kind (test/fuzz).
//   -- --seed 1   --count 5000 (of each kind)   --times 10 (with successive seeds, for hours)
import { main } from './process.mjs';
import { runTestProgram } from './test-program.mjs';

main(() => runTestProgram('test/fuzz/run.ts', process.argv.slice(2)));
