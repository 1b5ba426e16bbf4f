/** A clustering worker: runs clustering tasks one after the other. */
import { parentEnd } from '../../channel/node-ports';
import { serve } from '../../channel/serve';
import { runHere, type TaskName, type Tasks } from '../../clustering/tasks';

export type ClusteringWorkerCalls = {
  [Name in TaskName]: {
    params: Tasks[Name]['params'];
    result: Tasks[Name]['result'];
    progress: null;
  };
};

/** Each message of progress stands for one step. */
const handler =
  <Name extends TaskName>(name: Name) =>
  (params: Tasks[Name]['params'], { onProgress }: { onProgress: (step: null) => void }) =>
    runHere(name, params, {
      onStep: () => {
        onProgress(null);
      },
    });

serve<ClusteringWorkerCalls>(parentEnd(), {
  group: handler('group'),
  inertias: handler('inertias'),
  silhouettes: handler('silhouettes'),
  search: handler('search'),
  settle: handler('settle'),
});
