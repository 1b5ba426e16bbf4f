/** The side panel: the runs of this workspace with their clusters. */
import * as vscode from 'vscode';
import { readableAttribute } from '../../domain/attributes';
import type { ClusterSummary } from '../../domain/clustering';
import { changesText, stageText } from '../../domain/progress-text';
import type { RunManifest } from '../../domain/run';
import { bars } from '../../summaries/bars';
import { providerText } from '../../summaries/provider-text';
import { clustersText } from '../../text/clusters-text';
import { count, dateTime, decimal, plural } from '../../text/numbers';
import { said } from '../../text/said';
import { t } from '../../text/translate';
import { Disposables, listen } from '../disposables';
import { markdownTable, treeItem, type TreeItemTexts } from '../outlets';
import type { RunLibrary } from '../runs/run-library';
import type { RunSession } from '../runs/run-session';
import { clusterText, runTitle, titleOfCluster } from '../titles';

/** Second argument of commands of a click: the keys of the list go on to apply. */
export const SIDE_PANEL = 'side panel';

export interface RunNode {
  kind: 'run';
  session: RunSession;
}
export interface ClusterNode {
  kind: 'cluster';
  session: RunSession;
  cluster: ClusterSummary;
}
export type Node = RunNode | ClusterNode;

export class RunTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly disposables = new Disposables();
  private readonly changed = this.disposables.add(new vscode.EventEmitter<Node | undefined>());
  readonly onDidChangeTreeData = this.changed.event;
  private readonly runNodes = new WeakMap<RunSession, RunNode>();
  private readonly clusterNodes = new WeakMap<ClusterSummary, ClusterNode>();

  /**
   * @param loaded resolves when the stored runs are listed: until then VS Code shows that the view
   * is loading instead of the welcome text.
   */
  constructor(
    private readonly library: RunLibrary,
    private readonly loaded: Promise<void>,
  ) {
    this.disposables.add(
      listen(library, 'change', (session: RunSession | undefined) => {
        this.changed.fire(session === undefined ? undefined : this.runNode(session));
      }),
    );
  }

  dispose(): void {
    this.disposables.dispose();
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node === undefined) {
      await this.loaded;
      return this.library.all.map((session) => this.runNode(session));
    }
    if (node.kind === 'cluster') return [];
    await node.session.load();
    return (node.session.clustering?.clusters ?? []).map((cluster) =>
      this.clusterNode(node.session, cluster),
    );
  }

  getParent(node: Node): Node | undefined {
    return node.kind === 'cluster' ? this.runNode(node.session) : undefined;
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return node.kind === 'run' ? runItem(node) : clusterItem(node);
  }

  /** The node of a cluster; of its run if there is no such cluster. */
  nodeOf(session: RunSession, cluster: number | null): Node {
    const summary = session.clustering?.clusters.find(({ id }) => id === cluster);
    return summary === undefined ? this.runNode(session) : this.clusterNode(session, summary);
  }

  private runNode(session: RunSession): RunNode {
    let node = this.runNodes.get(session);
    if (node === undefined) this.runNodes.set(session, (node = { kind: 'run', session }));
    return node;
  }

  private clusterNode(session: RunSession, cluster: ClusterSummary): ClusterNode {
    let node = this.clusterNodes.get(cluster);
    if (node === undefined)
      this.clusterNodes.set(cluster, (node = { kind: 'cluster', session, cluster }));
    return node;
  }
}

function runItem({ session }: RunNode): vscode.TreeItem {
  const { manifest } = session;
  const texts: TreeItemTexts = {
    label: runTitle(session.folders),
    description: runDescription(session),
    tooltip: manifest === null ? session.folders.join('\n') : runTooltip(manifest),
  };
  const state =
    manifest === null
      ? vscode.TreeItemCollapsibleState.None
      : vscode.TreeItemCollapsibleState.Expanded;
  const item = treeItem(texts, state);
  item.id = session.id;
  item.contextValue = runContext(session);
  item.iconPath = new vscode.ThemeIcon(runIcon(session));
  item.command = {
    command: 'faceClusters.openRun',
    title: t('Show Clusters'),
    arguments: [{ kind: 'run', session }, SIDE_PANEL],
  };
  return item;
}

/** Words for the `when` clauses of the menus: `run idle analyzed failures faceless`. */
function runContext(session: RunSession): string {
  const { manifest } = session;
  const words: [string, boolean][] = [
    ['busy', session.isBusy()],
    ['idle', !session.isBusy()],
    ['analyzed', manifest !== null],
    ['file', session.file !== undefined],
    ['failures', (manifest?.failures.length ?? 0) > 0],
    ['faceless', (manifest?.faceless.length ?? 0) > 0],
  ];
  return ['run', ...words.filter(([, applies]) => applies).map(([word]) => word)].join(' ');
}

function runIcon(session: RunSession): string {
  if (session.isBusy()) return 'sync~spin';
  if (session.problem !== null) return 'warning';
  if (session.file !== undefined) return 'package';
  return changesText(session.changes) === '' ? 'folder' : 'bell-dot';
}

function runDescription(session: RunSession): string {
  const { manifest, clustering, progress, problem, changes, file } = session;
  if (progress !== null) return stageText(progress);
  if (manifest === null)
    return (
      (problem && said(problem.message)) ??
      (file === undefined ? t('not analyzed yet') : t('not opened yet'))
    );
  return [
    plural(manifest.faces, 'face'),
    clustering === null ? '' : clustersText(clustering.clusters),
    changesText(changes),
  ]
    .filter(Boolean)
    .join(', ');
}

function runTooltip({ folders, images, provider, trials, createdAt }: RunManifest): string {
  return [
    ...folders,
    t(
      '{0} of {1} read, {2}',
      count(images.read),
      plural(images.found, 'image'),
      dateTime(createdAt),
    ),
    t('Analyzed by {0}', providerText(provider, trials)),
  ].join('\n');
}

function clusterItem(node: ClusterNode): vscode.TreeItem {
  const { session, cluster } = node;
  const item = treeItem({
    label: titleOfCluster(session, cluster),
    description: clusterText(cluster),
    tooltip: clusterTooltip(node),
  });
  item.id = `${session.id}/${String(session.generation)}/${String(cluster.id)}`;
  item.contextValue = clusterContext(cluster);
  item.iconPath = new vscode.ThemeIcon('organization');
  item.command = {
    command: 'faceClusters.openCluster',
    title: t('Show Cluster'),
    arguments: [node, SIDE_PANEL],
  };
  return item;
}

/** Words for the `when` clauses of the menus: `cluster faces pinned`. */
function clusterContext({ id, said }: ClusterSummary): string {
  if (id < -1) return 'cluster rest'; // what is no face is not corrected as a cluster
  return said?.pinned === true ? 'cluster faces pinned' : 'cluster faces loose';
}

function clusterTooltip({ session, cluster }: ClusterNode): vscode.MarkdownString {
  const rows = bars(cluster).map(({ name, frequency, standing }) => [
    readableAttribute(name),
    `${(frequency * 100).toFixed(0)} %`,
    standing === 'absent' ? '' : t(standing),
  ]);
  const silhouette =
    cluster.silhouette === null ? t('not defined') : decimal(cluster.silhouette, 3);
  return markdownTable(
    {
      heading: titleOfCluster(session, cluster),
      text: t('{0}, silhouette {1}', plural(cluster.size, 'face'), silhouette),
    },
    [{ name: t('Attribute') }, { name: t('Occurs in'), right: true }, { name: '' }],
    rows,
  );
}
