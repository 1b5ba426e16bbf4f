/** A worker thread for maps of faces. */
import { mapTasks } from '../../summaries/map/tasks';
import { serveTasks } from './serve-tasks';

serveTasks(mapTasks);
