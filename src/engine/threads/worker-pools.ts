/** The engine's worker threads for tasks. */
import { join } from 'node:path';
import type { ClusteringTasks } from '../../clustering/tasks';
import type { MapTasks } from '../../summaries/map/tasks';
import type { PictureTasks } from '../../summaries/picture-tasks';
import { TaskPool } from './task-pool';

export const clusteringWorkers = new TaskPool<ClusteringTasks>(
  join(__dirname, 'clustering-worker.js'),
);

export const pictureWorkers = new TaskPool<PictureTasks>(join(__dirname, 'picture-worker.js'));

export const mapWorkers = new TaskPool<MapTasks>(join(__dirname, 'map-worker.js'));
