/** Which distance of two clusters counts. */
export const LINKAGES = ['ward', 'complete', 'average', 'single'] as const;
export type Linkage = (typeof LINKAGES)[number];
