/** Copies of the images of clusters in folders of the user's. */

/** How an image comes into a folder. */
export const COPY_KINDS = ['copy', 'hard', 'symbolic'] as const;
export type CopyKind = (typeof COPY_KINDS)[number];

/** Several things of a kind, as people read them. */
export const COPY_NAMES = {
  copy: 'copies',
  hard: 'hard links',
  symbolic: 'symbolic links',
} as const satisfies Record<CopyKind, string>;
