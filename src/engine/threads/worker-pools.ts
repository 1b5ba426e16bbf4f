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

export const pictureWorkers = new TaskPool<PictureTasks>(join(__dirname, 'picture-worker.js'));

/**
 * For what is made while a person already looks at the clusters: a core is left to the window that
 * shows them.
 */
export const backgroundPictureWorkers = new TaskPool<PictureTasks>(
  join(__dirname, 'picture-worker.js'),
  Math.max(1, availableParallelism() - 1),
);

export const mapWorkers = new TaskPool<MapTasks>(join(__dirname, 'map-worker.js'));
