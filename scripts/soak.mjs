// npm run soak [-- --minutes 60]: repeats a user's actions; memory, open files and processes may not grow (test/soak).
import { main } from './process.mjs';
import { runTestProgram } from './test-program.mjs';

main(() => runTestProgram('test/soak/soak.ts', process.argv.slice(2)));
