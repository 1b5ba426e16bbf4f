/** Keeps clusterings under names, shows them again, and compares them with the one shown. */
import { BEFORE, type KeptClustering } from '../../domain/kept-clusterings';
import { METHOD_NAMES } from '../../domain/method-names';
import type { ClusteringSettings } from '../../domain/settings';
import { dateTime, plural } from '../../text/numbers';
import { t } from '../../text/translate';
import { ask, askText, type ItemWithActions, pickAction, showInformation } from '../outlets';
import type { RunSession } from '../runs/run-session';
import type { CommandContext } from './command-context';

type Kept = KeptClustering & { settings: ClusteringSettings };
type Item = ItemWithActions<Kept | null, 'compare' | 'remove'>;

export async function keptClusterings(
  session: RunSession,
  { panels, log }: Pick<CommandContext, 'panels' | 'log'>,
): Promise<void> {
  session.allow();
  if (session.file !== undefined) {
    void showInformation(
      t('Face Clusters: to keep the clustering of a file, save the file under another name.'),
    );
    return;
  }
  const { kept, problems } = await session.queries.kept();
  for (const problem of problems) log.warn(problem);
  const before = kept.find(({ id }) => id === BEFORE);
  const named = kept.filter(({ id }) => id !== BEFORE);
  const chosen = await pickAction<Kept | null, 'compare' | 'remove'>(
    [
      { label: t('Keep this clustering…'), value: null },
      ...(before === undefined
        ? []
        : [
            {
              label: t('What changed since the one before'),
              description: textOf(before),
              value: before,
            },
          ]),
      ...named.map(itemOf),
    ],
    { title: t('Kept Clusterings'), placeHolder: t('Choose one to show it') },
  );
  if (chosen === undefined) return;
  const { value, action } = chosen;
  if (value === null) await keep(session);
  else if (action === 'remove') await remove(session, value);
  else if (action === 'compare' || value.id === BEFORE) panels.showChanges(session, value.id);
  else await session.change(value.settings);
}

const itemOf = (kept: Kept): Item => ({
  label: kept.name,
  description: textOf(kept),
  value: kept,
  actions: [
    { icon: 'diff', title: t('What changed since'), value: 'compare' },
    { icon: 'trash', title: t('Remove'), value: 'remove' },
  ],
});

function textOf({ method, clusters, faces, at }: KeptClustering): string {
  const name = t(METHOD_NAMES[method]);
  return t(
    '{0}, {1} of {2}, {3}',
    name,
    plural(clusters, 'cluster'),
    plural(faces, 'face'),
    dateTime(at),
  );
}

async function keep(session: RunSession): Promise<void> {
  const { clustering } = session;
  if (clustering === null) return;
  const { method } = clustering.settings;
  const name = await askText({
    title: t('Keep this clustering'),
    prompt: t('A name for it'),
    value: `${t(METHOD_NAMES[method])} ${clustering.clusters.length}`,
    problemOf: (text) => (text.trim() === '' ? t('Expected a name') : undefined),
  });
  if (name === undefined) return;
  await session.queries.keep(name.trim().slice(0, 200));
  void showInformation(t("Face Clusters: kept as '{0}', under Kept Clusterings.", name.trim()));
}

async function remove(session: RunSession, { id, name }: Kept): Promise<void> {
  const button = t('Remove');
  const detail = t('The clusters that are shown and their corrections stay as they are.');
  const answer = await ask('warning', t("Remove the clustering '{0}'?", name), detail, button);
  if (answer === button) await session.queries.removeKept(id);
}
