// Loaded before everything else in every process and thread of an engine (NODE_OPTIONS): as long as
// the file CRASH_CLUSTERING exists, clustering workers end shortly after their start.
const { existsSync } = require('node:fs');
const { setInterval } = require('node:timers');
const { isMainThread } = require('node:worker_threads');

// The path of a thread's script is not known yet while this is loaded.
const isClustering = () => process.argv[1]?.endsWith('clustering-worker.js') === true;

if (!isMainThread) {
  setInterval(() => {
    if (isClustering() && existsSync(process.env.CRASH_CLUSTERING)) process.exit(7);
  }, 100).unref();
}
