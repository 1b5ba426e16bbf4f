/** How faces were found in the images of a run, in words. */
import type { RunManifest } from '../domain/run';
import { plural } from '../text/numbers';
import { t } from '../text/translate';

/** Without the reason; begins in lower case. */
export function detectionText({
  detection: { searched, crops = 0 },
  images,
}: Pick<RunManifest, 'detection' | 'images'>): string {
  if (!searched) return t('not searched for, all images are taken as aligned crops');
  if (crops === 0) return t('searched for in all images');
  return t(
    'searched for in {0}, {1} taken as aligned crops',
    plural(images.read - crops, 'image'),
    plural(crops, 'image'),
  );
}
