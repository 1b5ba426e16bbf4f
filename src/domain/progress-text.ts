/** Progress and changes of folders as text. */
import { count, plural } from '../text/numbers';
import { t } from '../text/translate';
import { own } from '../util/own';
import type { Stage, Progress } from './progress';
import type { FolderChanges } from './run';

const STAGE_NAMES = {
  scan: 'Finding images',
  load: 'Loading the network',
  infer: 'Analyzing',
  embed: 'Reading embeddings',
  cluster: 'Clustering',
  copies: 'Looking for copies',
  compare: 'Comparing methods',
  summarise: 'Averaging faces',
  export: 'Writing results',
  copy: 'Copying',
  open: 'Opening the file',
} as const satisfies Record<Stage, string>;

const UNITS = {
  scan: 'image',
  infer: 'image',
  copy: 'image',
  embed: 'face',
  copies: 'face',
} as const satisfies Partial<Record<Stage, string>>;

/** `Analyzing`, for who would hear each number of what follows. */
export const stageName = (stage: Stage): string => t(STAGE_NAMES[stage]);

/** `Analyzing: 1,200 of 9,490 images (3 failed)`. */
export function stageText({ stage, done, total, failed }: Progress): string {
  const unit = own(UNITS, stage);
  const inUnits = (value: number) => (unit === undefined ? count(value) : plural(value, unit));
  const name = stageName(stage);
  const counted =
    total > 0
      ? t('{0}: {1} of {2}', name, count(done), inUnits(total))
      : done > 0
        ? `${name}: ${inUnits(done)}`
        : name;
  return failed > 0 ? t('{0} ({1} failed)', counted, count(failed)) : counted;
}

/** `2 images added, 1 removed`; empty where nothing changed. */
export function changesText(changes: FolderChanges): string {
  const { added, changed, removed } = changes ?? { added: 0, changed: 0, removed: 0 };
  const parts = [
    [added, '{0} added'],
    [changed, '{0} changed'],
    [removed, '{0} removed'],
  ] as const;
  return parts
    .filter(([number]) => number > 0)
    .map(([number, text], i) => t(text, i > 0 ? count(number) : plural(number, 'image')))
    .join(', ');
}
