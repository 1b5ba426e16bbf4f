// Stands in for the clustering worker. It answers the first call of a thread only if that has no
// restarts; else it ends the thread in the middle of the task, in the way the seed selects.
const { setTimeout } = require('node:timers');
const { parentPort } = require('node:worker_threads');

const crashes = [
  () => process.exit(7),
  () => {
    throw new Error('nobody catches this');
  },
  () => void Promise.reject(new Error('nobody awaits this')),
];

parentPort.on('message', ({ id, params: { restarts, seed } }) => {
  if (restarts === 0) parentPort.postMessage({ kind: 'done', id, result: [42] });
  else setTimeout(crashes[seed], 20);
});
