/** A process that opens a store and executes commands, one in each line of its input. */
import { createInterface } from 'node:readline';
import { FaceStore } from '../../src/store/face-store';

async function hold(folder: string): Promise<void> {
  const store = await FaceStore.open(folder);
  store.beginUse();
  console.log(`open ${store.recreationReason ?? ''}`);
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'end use') store.endUse();
    if (line === 'begin use') store.beginUse();
    if (line === 'exit') process.exit(0);
    if (line === 'fail') throw new Error('a defect');
    console.log('done');
  }
}

void hold(process.argv[2]!);
