// npm run fuzz [-- images networks messages settings tables stores kills]: hostile input of every kind, by the thousand (test/fuzz).
//   -- --seed 1   --count 5000   of each kind   --times 10   with the seeds after it, for hours
import { main } from './process.mjs';
import { runTestProgram } from './test-program.mjs';

main(() => runTestProgram('test/fuzz/run.ts', process.argv.slice(2)));
