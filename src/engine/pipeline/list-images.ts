/** Folders → the images of a run, each once. */
import type { Failure, LeftOut } from '../../domain/run';
import type { AnalysisSettings } from '../../domain/settings';
import { selectImages } from '../../images/choose-images';
import type { ImageList, Images } from '../../images/image-list';
import { scanImages, type ScanOptions } from '../../images/scan-folders';
import { type Identities, identitiesOf } from '../../store/identity';

type Choice = Pick<AnalysisSettings, 'limit' | 'sample' | 'seed' | 'include' | 'exclude'>;

export interface ListedImages {
  images: Images;
  /** Of the images, in their order. */
  identities: Identities;
  /** Folders that could not be listed. */
  failures: Failure[];
  leftOut: LeftOut;
}

/**
 * Finds the images of some folders and chooses those that the settings ask for. A file with several
 * names, by links, counts once: the name that comes first stays.
 * @param check is called with all images that were found; if it throws, no more is done.
 * @throws UserError where a chosen folder cannot be read, or a glob is not valid.
 */
export async function listImages(
  folders: readonly string[],
  choice: Choice,
  options: Pick<ScanOptions, 'signal' | 'onFound'>,
  check: (found: Images) => Promise<void> = () => Promise.resolve(),
): Promise<ListedImages> {
  const { include, exclude } = choice;
  const scan = await scanImages(folders, { ...options, include, exclude });
  await check(scan.images);
  const images = selectImages(scan.images, choice, folders.length);
  const identities = await identitiesOf(images, options.signal);
  const { failures, leftOut, hasLinks } = scan;
  if (!hasLinks && !identities.hasHardLinks) return { images, identities, failures, leftOut };
  const first = firstNames(images, identities);
  return {
    images: images.select(first),
    identities: identities.select(first),
    failures,
    leftOut: { ...leftOut, links: images.length - first.length },
  };
}

/** Indices of the images without the further names of files. */
function firstNames(images: ImageList, identities: Identities): number[] {
  const seen = new Set<string>();
  return Array.from({ length: images.length }, (_, index) => index).filter((index) => {
    const identity = identities.get(index);
    // Some file systems have no numbers of files.
    if (identity === undefined || identity.inode === 0) return true;
    const { inode, size, modified, changed } = identity;
    const key = `${inode} ${size} ${modified} ${changed}`;
    return !seen.has(key) && seen.add(key);
  });
}
