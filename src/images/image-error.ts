/** How long an image cannot be used: `thisRun` if the reason may be gone in the next run. */
export type FailureValidity = 'untilFileChanges' | 'untilLimitsChange' | 'thisRun';

/** An image that cannot be used; the message is the reason a user reads in failed.csv. */
export class ImageError extends Error {
  override name = 'ImageError';
  readonly validity: FailureValidity;
  /**
   * Whether the reason may be that of another image: libvips keeps the errors of all threads of a
   * process in one place.
   */
  readonly isDoubtful: boolean;

  constructor(
    message: string,
    {
      validity = 'untilFileChanges',
      isDoubtful = false,
      ...options
    }: ErrorOptions & { validity?: FailureValidity; isDoubtful?: boolean } = {},
  ) {
    super(message, options);
    this.validity = validity;
    this.isDoubtful = isDoubtful;
  }
}
