/** A worker thread for the pictures of clusters. */
import { pictureTasks } from '../../summaries/picture-tasks';
import { serveTasks } from './serve-tasks';

serveTasks(pictureTasks);
