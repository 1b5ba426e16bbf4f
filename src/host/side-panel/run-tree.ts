/** The side panel: runs of this workspace, and the clusters of each. */
import * as vscode from 'vscode';
import { readableAttribute } from '../../domain/attributes';
import type { ClusterSummary, Clustering } from '../../domain/clustering';
import { changesText, stageText } from '../../domain/progress-text';
import type { RunManifest } from '../../domain/run';
import { bars } from '../../summaries/bars';
import { clusterTitle, plural } from '../../text/numbers';
import { markdownTable, treeItem, type TreeItemTexts } from '../outlets';
import type { RunLibrary } from '../runs/run-library';
import type { RunSession } from '../runs/run-session';
import { clusterText, runTitle } from '../titles';

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

export class RunTree implements vscode.TreeDataProvider<Node> {
  private readonly changed = new vscode.EventEmitter<Node | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly runNodes = new WeakMap<RunSession, RunNode>();
  private readonly clusterNodes = new WeakMap<ClusterSummary, ClusterNode>();

  /**
   * @param loaded when the runs are listed: until then VS Code shows that the view is loading, and
   * no welcome.
   */
  constructor(
    private readonly library: RunLibrary,
    private readonly loaded: Promise<void>,
  ) {
    library.on('change', (session) => {
      this.changed.fire(session === undefined ? undefined : this.runNode(session));
    });
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

  /** The node of a cluster that is shown, or of its run. */
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
  const { manifest, problem } = session;
  const outOfDate = changesText(session.changes) !== '';
  const busy = session.isBusy();
  const texts: TreeItemTexts = {
    label: runTitle(session.folders),
    description: runDescription(session),
    tooltip: manifest === null ? session.folders.join('\n') : runTooltip(manifest),
  };
  const item = treeItem(
    texts,
    manifest === null
      ? vscode.TreeItemCollapsibleState.None
      : vscode.TreeItemCollapsibleState.Expanded,
  );
  item.id = session.id;
  item.contextValue = busy ? 'run.busy' : manifest === null ? 'run.empty' : 'run';
  item.iconPath = new vscode.ThemeIcon(
    busy ? 'sync~spin' : problem !== null ? 'warning' : outOfDate ? 'bell-dot' : 'folder',
  );
  item.command = {
    command: 'faceClusters.openRun',
    title: 'Show the clusters',
    arguments: [{ kind: 'run', session }],
  };
  return item;
}

function runDescription({ manifest, clustering, progress, problem, changes }: RunSession): string {
  if (progress !== null) return stageText(progress);
  if (manifest === null) return problem?.message ?? 'not described yet';
  return [
    plural(manifest.faces, 'face'),
    clustering === null ? '' : clustersText(clustering),
    changesText(changes),
  ]
    .filter(Boolean)
    .join(', ');
}

const clustersText = ({ clusters }: Clustering) =>
  `${String(clusters.length)} cluster${clusters.length === 1 ? '' : 's'}`;

function runTooltip({ folders, images, provider, trials, createdAt }: RunManifest): string {
  return [
    ...folders,
    `${images.read.toLocaleString('en')} of ${images.found.toLocaleString('en')} images read, ${new Date(createdAt).toLocaleString()}`,
    `Execution provider ${provider}`,
    ...trials.map(({ provider: name, reason }) => `  ${name}: ${reason}`),
  ].join('\n');
}

function clusterItem(node: ClusterNode): vscode.TreeItem {
  const { session, cluster } = node;
  const item = treeItem({
    label: clusterTitle(cluster.id),
    description: clusterText(cluster),
    tooltip: clusterTooltip(cluster),
  });
  item.id = `${session.id}/${String(session.generation)}/${String(cluster.id)}`;
  item.contextValue = 'cluster';
  item.iconPath = new vscode.ThemeIcon('organization');
  item.command = {
    command: 'faceClusters.openCluster',
    title: 'Show the cluster',
    arguments: [node],
  };
  return item;
}

function clusterTooltip(cluster: ClusterSummary): vscode.MarkdownString {
  const rows = bars(cluster).map(({ name, frequency, standing }) => [
    readableAttribute(name),
    `${(frequency * 100).toFixed(0)} %`,
    standing === 'rare' ? '' : standing,
  ]);
  const silhouette = cluster.silhouette === null ? 'not defined' : cluster.silhouette.toFixed(3);
  return markdownTable(
    {
      heading: clusterTitle(cluster.id),
      text: `${plural(cluster.size, 'face')}, silhouette ${silhouette}`,
    },
    [{ name: 'Attribute' }, { name: 'Occurs in', right: true }, { name: '' }],
    rows,
  );
}
