/**
 * Numbers of strips and contents. A process reserves them in blocks, so that processes that write
 * at the same time use different ones.
 */
import { randomInt } from 'node:crypto';
import { decoded } from './lmdb-errors';
import { parseNumber } from './store-rows';
import type { StoreTables } from './store-tables';

const BLOCK_SIZE = 4096;
/** Blocks that processes may be using at the same time, at most. */
const MAX_BLOCKS = 64;

type Numbered = 'strip' | 'content';

export class NumberBlocks {
  /** The rest of the current block: from `next` to before `end`. */
  private readonly blocks = { strip: { next: 0, end: 0 }, content: { next: 0, end: 0 } };

  /** @returns the first of `count` consecutive numbers that no other process uses. */
  take(tables: StoreTables, kind: Numbered, count: number): number {
    const block = this.blocks[kind];
    if (block.end - block.next < count) {
      const size = Math.max(count, BLOCK_SIZE);
      tables.root.transactionSync(() => {
        // Starts at random, so that a store that was cleared in the middle of a run does not reuse
        // numbers that the run still holds.
        block.next = nextNumber(tables, kind) ?? randomInt(1, 2 ** 47);
        block.end = block.next + size;
        tables.meta.putSync(`next ${kind}`, block.end);
      });
    }
    const first = block.next;
    block.next += count;
    return first;
  }
}

const nextNumber = ({ meta }: StoreTables, kind: Numbered): number | undefined =>
  decoded(() => parseNumber(meta.get(`next ${kind}`)));

/** Strips below this number were not taken from a block that is still in use. */
export const endOfFinishedStrips = (tables: StoreTables): number =>
  (nextNumber(tables, 'strip') ?? 0) - MAX_BLOCKS * BLOCK_SIZE;
