/** How faces were found in the images of a run, in words. */
import type { RunManifest } from '../domain/run';
import { plural } from '../text/numbers';

/** Without the reason; begins in lower case. */
export function detectionText({
  detection: { searched, crops = 0 },
  images,
}: Pick<RunManifest, 'detection' | 'images'>): string {
  if (!searched) return 'not searched for, all images are taken as aligned crops';
  if (crops === 0) return 'searched for in all images';
  return `searched for in ${plural(images.read - crops, 'image')}, ${plural(crops, 'image')} taken as aligned crops`;
}
