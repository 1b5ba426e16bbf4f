/**
 * For how long that holds: `content` for as long as the file stays as it is, `limits` until the
 * limits of images are changed, `now` for this run only.
 */
export type FailureKind = 'content' | 'limits' | 'now';

/** An image that cannot be used; the message is the reason a user reads in failed.csv. */
export class ImageError extends Error {
  override name = 'ImageError';
  readonly kept: FailureKind;

  constructor(
    message: string,
    { kept = 'content', ...options }: ErrorOptions & { kept?: FailureKind } = {},
  ) {
    super(message, options);
    this.kept = kept;
  }
}
