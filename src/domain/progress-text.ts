/** Progress and changes of folders as text. */
import type { Stage, Progress } from './progress';
import type { FolderChanges } from './run';

const STAGE_NAMES: Record<Stage, string> = {
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
};

const UNITS: Partial<Record<Stage, string>> = {
  scan: ' images',
  infer: ' images',
  copy: ' images',
  embed: ' faces',
  copies: ' faces',
};

/** `Analyzing: 1,200 of 9,490 images (3 failed)`. */
export function stageText({ stage, done, total, failed }: Progress): string {
  const number = (value: number) => value.toLocaleString('en');
  const unit = UNITS[stage] ?? '';
  const counted =
    total > 0
      ? `: ${number(done)} of ${number(total)}${unit}`
      : done > 0
        ? `: ${number(done)}${unit}`
        : '';
  return `${STAGE_NAMES[stage]}${counted}${failed > 0 ? ` (${number(failed)} failed)` : ''}`;
}

/** `2 images added, 1 removed`; empty where nothing changed. */
export function changesText(changes: FolderChanges): string {
  const { added, changed, removed } = changes ?? { added: 0, changed: 0, removed: 0 };
  const parts = [
    [added, 'added'],
    [changed, 'changed'],
    [removed, 'removed'],
  ] as const;
  const named = parts.filter(([count]) => count > 0);
  return named
    .map(
      ([count, what], i) =>
        `${count.toLocaleString('en')}${i > 0 ? '' : count === 1 ? ' image' : ' images'} ${what}`,
    )
    .join(', ');
}
