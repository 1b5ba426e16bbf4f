/** A worker thread for clustering. */
import { clusteringTasks } from '../../clustering/tasks';
import { serveTasks } from './serve-tasks';

serveTasks(clusteringTasks);
