/** Why corrections could not be applied. */
import { plural } from '../text/numbers';
import { t } from '../text/translate';

export const notInThisRun = (missing: number, faces: number, image: string): string =>
  t(
    "{0} not in this run, such as that of '{1}'",
    t(
      missing === 1 ? '{0} of {1} is' : '{0} of {1} are',
      plural(missing, 'face'),
      plural(faces, 'face'),
    ),
    image,
  );

/** @param found faces of the cluster that the run has, of all its `faces`. */
export const noCluster = (found: number, faces: number): string =>
  t(
    found === 0
      ? 'the {0} of its cluster are not in this run'
      : 'the {0} of its cluster are in several clusters now',
    plural(faces, 'face'),
  );
