/** Options of clustering methods, by scikit-learn's names. */

/** Which distance of two clusters counts. */
export const LINKAGES = ['ward', 'complete', 'average', 'single'] as const;

export type Linkage = (typeof LINKAGES)[number];

/** Distances between vectors, as scipy.spatial.distance defines them. */

export const METRICS = ['euclidean', 'manhattan', 'cosine', 'hamming'] as const;

export type Metric = (typeof METRICS)[number];

/** Choices of spectral clustering, apart so that checking settings loads no linear algebra. */
export const AFFINITIES = ['rbf', 'nearest_neighbors'] as const;

export const ASSIGN_LABELS = ['kmeans', 'cluster_qr'] as const;
