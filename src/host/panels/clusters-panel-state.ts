/** What the page of a run's panel shows. */
import { contradictionOf } from '../../domain/own-settings';
import { settingName, settingText } from '../../domain/setting-texts';
import type { PanelEvent, PanelState } from '../../protocol/panel';
import type { RunSession } from '../runs/run-session';
import { readSettings, sharedBy } from '../settings/configuration';
import { runTitle } from '../titles';
import { plainBytes } from './plain-bytes';

/** Maximum number of images listed in the panel itself; a document lists all of them. */
const MAX_LISTED = 20;

/** The part of the state that belongs to the panel instead of the run. */
interface PanelView {
  selected: number | null;
  comparisonHidden: boolean;
  earlier: string | null;
  /** Describes the change that an undo would take back. */
  undo: string | null;
  redo: string | null;
}

export function panelState(session: RunSession, view: PanelView): PanelState {
  const { waits, generation, progress, problem, stale, changes } = session;
  const { problems } = readSettings();
  const manifest = waits ? null : session.manifest;
  const clustering = waits ? null : session.clustering;
  const exists = session.clustering?.clusters.some(({ id }) => id === view.selected) === true;
  return {
    title: runTitle(session.folders),
    waits,
    run: manifest === null ? null : withoutLists(manifest),
    failures: manifest?.failures.slice(0, MAX_LISTED) ?? [],
    faceless: manifest?.faceless.slice(0, MAX_LISTED) ?? [],
    clustering,
    copies: waits ? null : session.copies,
    judgement: waits ? null : session.judgement,
    generation,
    selected: exists ? view.selected : null,
    earlier: view.earlier,
    progress,
    problem,
    stale,
    changes,
    settingProblems: problems,
    undo: view.undo,
    redo: view.redo,
    settings: session.settings,
    own: ownSettings(session),
    comparison: view.comparisonHidden || waits ? null : session.comparison,
  };
}

function ownSettings({ file, own, sharedSettings }: RunSession): PanelState['own'] {
  if (file !== undefined) return null;
  const names = Object.keys(own.values) as (keyof typeof own.values)[];
  const settings = names.map((name) => ({
    name: settingName(name),
    here: settingText(own.values[name]),
    elsewhere: settingText(sharedSettings[name]),
  }));
  const contradiction = contradictionOf(sharedSettings, own.values) ?? [];
  return { settings, shared: sharedBy(), problems: own.problems.concat(contradiction) };
}

/** The lists may be long; the panel receives their first entries separately. */
function withoutLists(manifest: NonNullable<RunSession['manifest']>): PanelState['run'] {
  const { failures: _failures, faceless: _faceless, ...rest } = manifest;
  return rest;
}

/** Clusters whose pictures are sent at once, half a megabyte: the page draws between messages. */
const PICTURES_AT_ONCE = 16;

/** The eigenfaces of the clusters, without their components; none until they are made. */
export function* picturesEvents({
  generation,
  pictures,
}: Pick<RunSession, 'generation' | 'pictures'>): Generator<PanelEvent> {
  const all = pictures ?? [];
  for (let start = 0; start < all.length; start += PICTURES_AT_ONCE) {
    const plain = all.slice(start, start + PICTURES_AT_ONCE).map((each) => ({
      ...each,
      eigenface: plainBytes(each.eigenface),
      components: [],
    }));
    yield { kind: 'pictures', generation, pictures: plain };
  }
}

/** Pictures of the components of a cluster; none until they are made. */
export const componentPictures = (
  { pictures }: Pick<RunSession, 'pictures'>,
  cluster: number,
): Uint8Array[] =>
  (pictures?.find((each) => each.cluster === cluster)?.components ?? []).map(plainBytes);
