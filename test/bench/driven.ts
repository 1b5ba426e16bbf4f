/**
 * What a part of the bench tells the one that gives it its turns (scripts/bench/in-turn.mjs). Run
 * by hand, nothing is waited for.
 */
import { createInterface } from 'node:readline';

/** Whether it takes turns with others. */
export const driven = process.env.BENCH_IN_TURN !== undefined;

const words = driven
  ? createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  : undefined;

/** Says that all is prepared. @returns when the measured part is to begin. */
export async function prepared(): Promise<void> {
  if (driven) console.log('prepared');
  await words?.next();
}

/** Says that the measured part is over. */
export function done(): void {
  if (driven) console.log('done');
}

/** @returns when one that would go on for ever is to stop. */
export async function toldToStop(): Promise<void> {
  await words?.next();
}
