/** What the page of a run's panel shows. */
import type { PanelEvent, PanelState } from '../../protocol/panel';
import type { RunSession } from '../runs/run-session';
import { readSettings } from '../settings/configuration';
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
    comparison: view.comparisonHidden || waits ? null : session.comparison,
  };
}

/** The lists may be long; the panel receives their first entries separately. */
function withoutLists(manifest: NonNullable<RunSession['manifest']>): PanelState['run'] {
  const { failures: _failures, faceless: _faceless, ...rest } = manifest;
  return rest;
}

/** The eigenfaces of the clusters; undefined until they are made. */
export function picturesEvent({ generation, pictures }: RunSession): PanelEvent | undefined {
  if (pictures === null) return undefined;
  const plain = pictures.map((each) => ({
    ...each,
    eigenface: plainBytes(each.eigenface),
    components: each.components.map(plainBytes),
  }));
  return { kind: 'pictures', generation, pictures: plain };
}
