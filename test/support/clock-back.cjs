// Loaded first in every process and thread (NODE_OPTIONS): sets the clock back by some hours.
const back = Number(process.env.FACE_CLUSTERS_TEST_HOURS_BACK) * 60 * 60 * 1000;
const now = Date.now;
Date.now = () => now() - back;
