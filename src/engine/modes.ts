/** What the engine's process can be told when it starts. */

/** The first call will be to describe images. */
export const DESCRIBES = '--describes';
