/** How long an image cannot be used: `thisRun` if the reason may be gone in the next run. */
export type FailureValidity = 'untilFileChanges' | 'untilLimitsChange' | 'thisRun';

/** An image that cannot be used; the message is the reason a user reads in failed.csv. */
export class ImageError extends Error {
  override name = 'ImageError';
  readonly validity: FailureValidity;

  constructor(
    message: string,
    {
      validity = 'untilFileChanges',
      ...options
    }: ErrorOptions & { validity?: FailureValidity } = {},
  ) {
    super(message, options);
    this.validity = validity;
  }
}
