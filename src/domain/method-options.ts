/**
 * Options of clustering methods, by scikit-learn's names. Separate from the methods, so that
 * checking settings loads no linear algebra.
 */

/** Distance between two clusters in Agglomerative. */
export const LINKAGES = ['ward', 'complete', 'average', 'single'] as const;
export type Linkage = (typeof LINKAGES)[number];

/** Distances between vectors, as scipy.spatial.distance defines them. */
export const METRICS = ['euclidean', 'manhattan', 'cosine', 'hamming'] as const;
export type Metric = (typeof METRICS)[number];

/** Affinity of two vectors in Spectral. */
export const AFFINITIES = ['rbf', 'nearest_neighbors'] as const;

/** How Spectral assigns labels in the space of the eigenvectors. */
export const ASSIGN_LABELS = ['kmeans', 'cluster_qr'] as const;
