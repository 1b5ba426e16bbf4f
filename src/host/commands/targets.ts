/**
 * The run or cluster that a command applies to: that of the menu it was chosen from, of the active
 * panel, or one that the user picks.
 */
import type { ClusterSummary } from '../../domain/clustering';
import { t } from '../../text/translate';
import { pickOne, showInformation } from '../outlets';
import type { Panels } from '../panels/panels';
import type { RunLibrary } from '../runs/run-library';
import { RunSession } from '../runs/run-session';
import type { Node } from '../side-panel/run-tree';
import { clusterText, runTitle, titleOfCluster } from '../titles';

export interface ClusterTarget {
  session: RunSession;
  cluster: ClusterSummary;
}

/** Runs to which a command applies, with the message if there are none. */
interface Applicable {
  applies: (session: RunSession) => boolean;
  none: () => string;
}

const hasManifest = ({ manifest }: RunSession) => manifest !== null;

export const ANY_RUN: Applicable = {
  applies: () => true,
  none: () => t('there are no clusters yet'),
};
export const ANALYZED_RUN: Applicable = { ...ANY_RUN, applies: hasManifest };
export const BUSY_RUN: Applicable = {
  applies: (session) => session.isBusy(),
  none: () => t('nothing is in progress'),
};
export const RUN_WITH_FAILURES: Applicable = {
  applies: ({ manifest }) => (manifest?.failures.length ?? 0) > 0,
  none: () => t('all images could be used'),
};
export const RUN_WITH_FACELESS_IMAGES: Applicable = {
  applies: ({ manifest }) => (manifest?.faceless.length ?? 0) > 0,
  none: () => t('every image has a face'),
};

export class Targets {
  /** @param selected entry of the side panel. */
  constructor(
    private readonly library: RunLibrary,
    private readonly panels: Panels,
    private readonly selected: () => Node | undefined,
  ) {}

  /**
   * @param argument of the command; an entry of the side panel names its run.
   * @returns undefined if there is no run or the user picked none.
   */
  async run(argument: unknown, { applies, none }: Applicable): Promise<RunSession | undefined> {
    if (argument === SELECTION) return this.selected()?.session;
    const named = sessionOf(argument);
    if (named !== undefined) return named;
    const active = this.panels.active?.session;
    if (active !== undefined && applies(active)) return active;
    const candidates = this.library.all.filter(applies);
    if (candidates.length === 0) void showInformation(`Face Clusters: ${none()}.`);
    if (candidates.length <= 1) return candidates[0];
    return pickOne(
      candidates.map((session) => ({ label: runTitle(session.folders), value: session })),
      { title: t('Clusters of which folder?') },
    );
  }

  /** Like `run`, for a cluster. */
  async cluster(argument: unknown): Promise<ClusterTarget | undefined> {
    const session = await this.run(argument, ANALYZED_RUN);
    if (session === undefined) return undefined;
    if (argument === SELECTION) {
      const node = this.selected();
      return node?.kind === 'cluster' ? node : undefined;
    }
    const named = clusterOf(argument);
    if (named !== undefined) return { session, cluster: named };
    await session.load();
    const clusters = session.clustering?.clusters ?? [];
    const { active } = this.panels;
    const shown = active?.session === session ? active.selected : null;
    const cluster =
      clusters.find(({ id }) => id === shown) ??
      (await pickOne(
        clusters.map((each) => ({
          label: titleOfCluster(session, each),
          description: clusterText(each),
          value: each,
        })),
        { title: t('Which cluster?') },
      ));
    return cluster === undefined ? undefined : { session, cluster };
  }
}

/** Argument of the keys of the side panel: they apply to its selection. */
const SELECTION = 'selection';

/** Menus of the side panel and the panel pass `{session}` and `{session, cluster}`. */
function sessionOf(argument: unknown): RunSession | undefined {
  if (typeof argument !== 'object' || argument === null || !('session' in argument))
    return undefined;
  return argument.session instanceof RunSession ? argument.session : undefined;
}

/** Clusters of the side panel's selection that belong to a run. */
export const clustersOf = (session: RunSession, nodes: unknown): ClusterSummary[] =>
  (Array.isArray(nodes) ? (nodes as unknown[]) : []).flatMap((node) =>
    sessionOf(node) === session ? (clusterOf(node) ?? []) : [],
  );

function clusterOf(argument: unknown): ClusterSummary | undefined {
  return sessionOf(argument) !== undefined &&
    typeof argument === 'object' &&
    argument !== null &&
    'cluster' in argument
    ? (argument.cluster as ClusterSummary)
    : undefined;
}
