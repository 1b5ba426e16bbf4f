// Loaded before everything else in every process and thread (NODE_OPTIONS): the clock has been set
// back by so many hours.
const back = Number(process.env.FACE_CLUSTERS_TEST_HOURS_BACK) * 60 * 60 * 1000;
const now = Date.now;
Date.now = () => now() - back;
