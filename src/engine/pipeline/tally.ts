import type { Failure } from '../../domain/run';
import type { imageNames } from '../../images/folder-labels';
import type { AnalyzedImage } from './analyzed-image';

/** Counts results, by what became of the images. */
export class Tally {
  read = 0;
  failed = 0;
  cached = 0;
  /** Images that were taken as aligned crops. */
  crops = 0;
  readonly failures: Failure[];
  readonly withoutFace: string[] = [];

  /**
   * @param failures those of the folders.
   * @param nameOf names an image for users.
   */
  constructor(
    failures: readonly Failure[],
    private readonly nameOf: ReturnType<typeof imageNames>,
  ) {
    this.failures = [...failures];
  }

  add({ kind, image, failure, faces }: AnalyzedImage): void {
    this.read += 1;
    if (kind === 'cached') this.cached += 1;
    if (faces.some(({ located }) => located === null)) this.crops += 1;
    if (failure !== undefined) {
      this.failures.push({ image: this.nameOf(image), reason: failure });
      this.failed += 1;
    } else if (faces.length === 0) this.withoutFace.push(this.nameOf(image));
  }
}
