/** The status bar: a job under way, or the counts of the clusters in front. */
import { stageText } from '../domain/progress-text';
import { clustersText } from '../text/clusters-text';
import { plural } from '../text/numbers';
import { t } from '../text/translate';
import { Disposables, listen } from './disposables';
import { statusBarItem } from './outlets';
import type { Panels } from './panels/panels';
import type { RunLibrary } from './runs/run-library';
import type { RunSession } from './runs/run-session';
import { runTitle } from './titles';

export class StatusBar {
  private readonly disposables = new Disposables();
  private readonly item = this.disposables.add(statusBarItem('Face Clusters'));

  constructor(
    private readonly library: RunLibrary,
    private readonly panels: Panels,
  ) {
    const update = () => {
      this.update();
    };
    this.disposables.add(listen(library, 'change', update));
    this.disposables.add(listen(library, 'progress', update));
    this.disposables.add(panels.onDidChangeActive(update));
    update();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private update(): void {
    const active = this.panels.active?.session;
    const busy =
      active?.isBusy() === true ? active : this.library.all.find((each) => each.isBusy());
    if (busy?.progress != null)
      this.item.show({
        icon: 'sync~spin',
        text: `${runTitle(busy.folders)}: ${stageText(busy.progress)}`,
        tooltip: t('Show these clusters'),
        command: commandOf('openRun', t('Show Clusters'), busy),
      });
    else if (active?.clustering != null && !active.waits)
      this.item.show({
        icon: 'organization',
        text: `${plural(active.clustering.faces, 'face')}, ${clustersText(active.clustering.clusters)}`,
        tooltip: t('{0}\nShow them in the side panel', active.folders.join('\n')),
        command: commandOf('runs.focus', t('Show in the Side Panel')),
      });
    else this.item.hide();
  }
}

const commandOf = (name: string, title: string, session?: RunSession) => ({
  command: `faceClusters.${name}`,
  title,
  arguments: session === undefined ? [] : [{ kind: 'run', session }],
});
