/** `face-clusters labels` */
import { join, resolve } from 'node:path';
import { LABELS_FILE, LABELS_OUTPUT } from '../engine/jobs/outputs';
import { plural } from '../text/numbers';
import type { CliContext, CliOptions } from './context';
import { labelsOf } from './judging';
import { outputOf } from './output';
import { printLines } from './print';
import { withSession } from './session';

export async function labelsCommand(
  folder: string,
  options: CliOptions,
  context: CliContext,
): Promise<void> {
  const output = await outputOf(options, LABELS_OUTPUT, [LABELS_FILE]);
  const params = {
    folder: resolve(folder),
    labels: labelsOf(options),
    images: options.images === true,
    ...output,
  };
  const written = await withSession(context, options, output.outDir, ({ engine, call }) =>
    engine.call('labels', params, call),
  );
  const { kind, rows, attributes, images, notices } = written;
  printLines([
    ...notices.map((notice) => `note: ${notice}`),
    `${kind}: ${plural(rows, 'row')}, ${plural(attributes.length, 'attribute')}` +
      (images === null ? '' : `, ${plural(images, 'image')}`),
    `written to ${join(output.outDir, LABELS_FILE)}`,
  ]);
}
