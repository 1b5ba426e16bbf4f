/** The engine's worker threads for tasks. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ClusteringTasks } from '../../clustering/tasks';
import type { MapTasks } from '../../summaries/map/tasks';
import type { PictureTasks } from '../../summaries/picture-tasks';
import { TaskPool } from './task-pool';

export const clusteringWorkers = new TaskPool<ClusteringTasks>(
  join(__dirname, 'clustering-worker.js'),
);

const pictureWorker = join(__dirname, 'picture-worker.js');
/** They decode and encode pictures, in native code, for some ten milliseconds. */
const finishing = ['collect', 'eigenfaces', 'montage'] as const;

export const pictureWorkers = new TaskPool<PictureTasks>(pictureWorker, { finishing });

/**
 * For what is made while a person already looks at the clusters: a core is left to the window that
 * shows them.
 */
export const backgroundPictureWorkers = new TaskPool<PictureTasks>(pictureWorker, {
  size: Math.max(1, availableParallelism() - 1),
  finishing,
});

export const mapWorkers = new TaskPool<MapTasks>(join(__dirname, 'map-worker.js'));
