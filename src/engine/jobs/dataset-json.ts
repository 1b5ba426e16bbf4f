/** The content of dataset.json. */
import type { DatasetReport } from '../../domain/dataset';
import { settingSchemas } from '../../domain/settings';
import type { EngineCalls } from '../../protocol/engine';
import { optionUnless } from '../../results/arguments';
import { provenanceOf } from '../../results/provenance';
import type { DatasetJson } from '../../results/schemas';

export function datasetJson(
  report: DatasetReport,
  { folder, labels, options, samples }: EngineCalls['dataset']['params'],
): DatasetJson {
  const { attributes, drop, dropZero, seed } = options;
  const listed = (names: readonly string[]) => (names.length === 0 ? undefined : names);
  return {
    ...provenanceOf({
      kind: 'dataset',
      arguments: [
        'dataset',
        folder,
        ...optionUnless('--labels', labels),
        ...optionUnless('--attributes', listed(attributes)),
        ...optionUnless('--drop', listed(drop)),
        ...optionUnless('--drop-zero', dropZero, 0),
        ...optionUnless('--seed', seed, settingSchemas.seed.parse(undefined)),
        ...['--sample', String(samples)],
      ],
      parameters: { attributes, drop, dropZero, samples },
      seed,
    }),
    ...report,
  };
}
