/** Why nothing was found to analyze, for people. */
import { leftOutLines } from '../../summaries/left-out-text';
import type { ListedImages } from '../pipeline/list-images';
import { SUPPORTED_FORMATS } from '../../images/image-format';
import { forName } from '../../text/neutralize';
import { t } from '../../text/translate';
import { UserError } from '../../util/errors';

/** The error of folders without an image. */
export function noImage(
  folders: readonly string[],
  { failures, leftOut }: Pick<ListedImages, 'failures' | 'leftOut'>,
): UserError {
  const because = [...unreadable(failures), ...leftOutLines(leftOut)];
  const where = folders.map((folder) => `'${folder}'`).join(', ');
  const formats = t(SUPPORTED_FORMATS);
  return new UserError(
    because.length === 0
      ? t('no images in {0}: expected files of {1}', where, formats)
      : t('no images in {0} ({1}): expected files of {2}', where, because.join('; '), formats),
  );
}

function unreadable([first, ...others]: ListedImages['failures']): string[] {
  if (first === undefined) return [];
  const { image, reason } = first;
  return others.length === 0
    ? [t('cannot be read: {0}: {1}', forName(image), reason)]
    : [
        t(
          '{0} folders or archives cannot be read, the first {1}: {2}',
          others.length + 1,
          forName(image),
          reason,
        ),
      ];
}
