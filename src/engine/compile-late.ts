/**
 * V8 compiles what runs often once more, with all optimisations, in threads beside. In a run on the CPU that takes its cores from the network, and
 * costs as much as the compiled code saves: the main thread's share of the work is small. What runs hot, as clustering does, is compiled all the same,
 * a little later.
 */
import { setFlagsFromString } from 'node:v8';

// Bytes of code that a function executes before it is looked at; 67,584 by default. One that V8 no longer knows does nothing.
setFlagsFromString('--interrupt-budget=500000');
