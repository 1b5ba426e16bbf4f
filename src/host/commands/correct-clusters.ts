/** Commands that correct a cluster, of the side panel and the keyboard. */
import type { ClusterSummary } from '../../domain/clustering';
import { plural } from '../../text/numbers';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';
import { askText, pickMany } from '../outlets';
import { correct } from '../runs/correct';
import type { RunSession } from '../runs/run-session';
import { clusterText, titleOfCluster } from '../titles';
import type { ClusterTarget } from './targets';

/** Parts that a cluster is split into at most. */
const MAX_PARTS = 50;

/** Asks for the name of a cluster; an empty one is the name in words again. */
export async function renameCluster({ session, cluster }: ClusterTarget): Promise<void> {
  const { clusterings: seen } = session;
  const before = titleOfCluster(session, cluster);
  const answer = await askText({
    title: t('Name of “{0}”', before),
    prompt: t('Empty: a name made of its attributes'),
    value: before,
    problemOf: (text) => (text.length > 200 ? t('Expected at most 200 characters') : undefined),
  });
  const name = answer?.trim();
  if (name === undefined || name === before) return;
  const request = { kind: 'name', cluster: cluster.id, name: name === '' ? null : name } as const;
  await correct(session, request, seen);
}

/** @param selected further clusters of the side panel's selection; otherwise the user is asked. */
export async function mergeClusters(
  { session, cluster: into }: ClusterTarget,
  selected: readonly ClusterSummary[],
): Promise<void> {
  const { clusterings: seen } = session;
  const others =
    selected.length > 0
      ? selected
      : await pickClusters(session, into, t('Merge into this cluster'));
  const ids = others.map(({ id }) => id).filter((id) => id !== into.id && id >= -1);
  if (ids.length > 0) await correct(session, { kind: 'merge', into: into.id, others: ids }, seen);
}

async function pickClusters(
  session: RunSession,
  into: ClusterSummary,
  placeHolder: string,
): Promise<ClusterSummary[]> {
  const others = (session.clustering?.clusters ?? []).filter(
    ({ id }) => id >= -1 && id !== into.id,
  );
  const picked = await pickMany(
    others.map((value) => ({
      label: `${titleOfCluster(session, value)} (${clusterText(value)})`,
      picked: false,
      value,
    })),
    { title: t('Merge with “{0}”', titleOfCluster(session, into)), placeHolder },
  );
  return picked ?? [];
}

export async function splitCluster({ session, cluster }: ClusterTarget): Promise<void> {
  const most = Math.min(MAX_PARTS, cluster.size);
  if (most < 2) throw new UserError(t('a cluster of one face cannot be split'));
  const { clusterings: seen } = session;
  const isNumber = (text: string) =>
    /^\d+$/.test(text) && Number(text) >= 2 && Number(text) <= most;
  const answer = await askText({
    title: t('Split “{0}”', titleOfCluster(session, cluster)),
    prompt: t('Into how many clusters? It has {0}', plural(cluster.size, 'face')),
    value: '2',
    problemOf: (text) =>
      isNumber(text.trim()) ? undefined : t('Expected a number from 2 to {0}', most),
  });
  if (answer === undefined || !isNumber(answer.trim())) return;
  const parts = Number(answer.trim());
  await correct(session, { kind: 'split', cluster: cluster.id, parts }, seen);
}

/** A pinned cluster keeps exactly its faces when they are clustered again. */
export const pinCluster =
  (pinned: boolean) =>
  async ({ session, cluster }: ClusterTarget): Promise<void> => {
    await correct(session, { kind: 'pin', cluster: cluster.id, pinned });
  };
