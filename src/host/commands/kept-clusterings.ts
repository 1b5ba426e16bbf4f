/** Keeps clusterings under names, shows them again, and compares them with the one shown. */
import { BEFORE, type KeptClustering } from '../../domain/kept-clusterings';
import { METHOD_NAMES } from '../../domain/method-names';
import type { ClusteringSettings } from '../../domain/settings';
import { count, plural } from '../../text/numbers';
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
      'Face Clusters: to keep the clustering of a file, save the file under another name.',
    );
    return;
  }
  const { kept, problems } = await session.queries.kept();
  for (const problem of problems) log.warn(problem);
  const before = kept.find(({ id }) => id === BEFORE);
  const named = kept.filter(({ id }) => id !== BEFORE);
  const chosen = await pickAction<Kept | null, 'compare' | 'remove'>(
    [
      { label: 'Keep this clustering…', value: null },
      ...(before === undefined
        ? []
        : [
            {
              label: 'What changed since the one before',
              description: textOf(before),
              value: before,
            },
          ]),
      ...named.map(itemOf),
    ],
    { title: 'Kept Clusterings', placeHolder: 'Choose one to show it' },
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
    { icon: 'diff', title: 'What changed since', value: 'compare' },
    { icon: 'trash', title: 'Remove', value: 'remove' },
  ],
});

function textOf({ method, clusters, faces, at }: KeptClustering): string {
  const name = METHOD_NAMES[method];
  return `${name}, ${plural(clusters, 'cluster')} of ${count(faces)} faces, ${new Date(at).toLocaleString()}`;
}

async function keep(session: RunSession): Promise<void> {
  const { clustering } = session;
  if (clustering === null) return;
  const { method } = clustering.settings;
  const name = await askText({
    title: 'Keep this clustering',
    prompt: 'A name for it',
    value: `${METHOD_NAMES[method]} ${clustering.clusters.length}`,
    problemOf: (text) => (text.trim() === '' ? 'Expected a name' : undefined),
  });
  if (name === undefined) return;
  await session.queries.keep(name.trim().slice(0, 200));
  void showInformation(`Face Clusters: kept as '${name.trim()}', under Kept Clusterings.`);
}

async function remove(session: RunSession, { id, name }: Kept): Promise<void> {
  const button = 'Remove';
  const detail = 'The clusters that are shown and their corrections stay as they are.';
  const answer = await ask('warning', `Remove the clustering '${name}'?`, detail, button);
  if (answer === button) await session.queries.removeKept(id);
}
