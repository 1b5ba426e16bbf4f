/**
 * Process that closes a store whose lock files name another transaction than the data files, as
 * processes that create a store at the same moment can leave them. Prints 'closed'.
 */
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FaceStore } from '../../src/store/face-store';
import { KEYS, recordOf, stripsOf } from './kept-images';

/** Place of the number of the last transaction in a lock file of LMDB, in bytes. */
const TRANSACTION_AT = 8;

async function close(folder: string): Promise<void> {
  const store = await FaceStore.open(folder);
  store.beginUse();
  const records = Array.from({ length: 50 }, (_, i) => recordOf(i, 0));
  store.write(records, stripsOf(0, 50), KEYS, 1e9);
  const locks = readdirSync(folder).filter((name) => name.endsWith('-lock'));
  if (locks.length !== 3) throw new Error(`expected 3 lock files, got ${locks.join(', ')}`);
  for (const name of locks) {
    const file = openSync(join(folder, name), 'r+');
    const other = Buffer.alloc(8);
    other.writeUInt32LE(1_000_000);
    writeSync(file, other, 0, other.length, TRANSACTION_AT);
    closeSync(file);
  }
  store.endUse();
  store.close();
}

void close(process.argv[2]!).then(() => {
  process.stdout.write('closed');
});
