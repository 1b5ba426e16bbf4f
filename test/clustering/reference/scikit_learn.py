"""Writes scikit-learn.json: what scikit-learn 1.2 (Debian's python3-sklearn) makes of fifty data sets.

    /usr/bin/python3 test/clustering/reference/scikit_learn.py [LIST_ATTR_CELEBA.txt.gz]

The rows of 'celeba' sets are not written, only which they are: the tests read them where CelebA's label file is at hand.
"""

import gzip
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import cluster, metrics

warnings.filterwarnings("ignore")
HERE = Path(__file__).resolve().parent
TEN = "Wearing_Lipstick Smiling No_Beard Heavy_Makeup Bald Male Young Eyeglasses Blond_Hair Wearing_Hat".split()


def sets():
    """Yields name, rows, number of clusters, and what is needed to make the rows again."""
    random = np.random.RandomState(51)
    for i in range(8):
        n, d = random.randint(30, 130), random.randint(4, 13)
        yield f"binary {i}", (random.rand(n, d) < 0.4).astype(float), random.randint(2, 9)
    for i in range(6):
        n, d = random.randint(60, 200), random.randint(3, 7)
        yield f"many duplicates {i}", (random.rand(n, d) < random.rand(d)).astype(float), random.randint(2, 6)
    for i in range(10):
        d, k = random.randint(2, 8), random.randint(2, 7)
        centres = apart(random, k, d)
        of = random.randint(k, size=120)
        yield f"blobs {i}", np.round(centres[of] + random.randn(120, d) * 0.7, 6), k, of
    for i in range(6):
        n, d = random.randint(20, 150), random.randint(2, 9)
        yield f"uniform {i}", np.round(random.rand(n, d), 6), random.randint(2, 9)
    for i in range(5):
        weights = np.round(random.rand(9) + 0.2, 3)
        yield f"weighted {i}", (random.rand(100, 9) < 0.35) * weights, random.randint(2, 9)
    constant = (random.rand(60, 7) < 0.5).astype(float)
    constant[:, 2], constant[:, 5] = 1, 0
    yield "constant columns", constant, 4
    yield "all constant", np.ones((12, 4)), 3
    yield "n = k", np.round(random.rand(6, 3), 6), 6
    yield "n < k", np.round(random.rand(4, 3), 6), 7
    yield "one point", np.array([[1.0, 0.0, 1.0]]), 2
    yield "two points", np.array([[1.0, 0.0], [0.0, 1.0]]), 2
    yield "a point twice and another", np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), 2
    line = np.arange(24, dtype=float).reshape(-1, 1)
    yield "ties on a line", line, 4
    yield "grid", np.stack(np.meshgrid(np.arange(6.0), np.arange(5.0)), -1).reshape(-1, 2), 5


def apart(random, k, d):
    """Centres no two of which are nearer than ten standard deviations of the blobs."""
    while True:
        centres = random.rand(k, d) * 30
        if k == 1 or np.min(metrics.pairwise_distances(centres) + 1e9 * np.eye(k)) > 7:
            return centres


def celeba(path):
    """Yields sets of label rows: name, rows, clusters, first row, step, columns."""
    with gzip.open(path, "rt") as file:
        names = file.readline().split()
        if len(names) == 1:  # the official file counts its rows first
            names = file.readline().split()
        lines = [next(file).split()[1:] for _ in range(20_000)]
    labels = (np.array(lines, dtype=int) > 0).astype(float)
    all37 = [name for name in names if name not in ("Attractive", "Pale_Skin", "Blurry")]
    for first, count, step, columns, k in [(0, 400, 1, TEN, 16), (5000, 500, 3, TEN, 10), (0, 900, 20, TEN, 12),
                                           (100, 150, 7, all37, 8), (9000, 300, 11, all37, 16), (3, 250, 2, all37[:20], 5)]:  # fmt: skip
        index = first + step * np.arange(count)
        rows = labels[np.ix_(index, [names.index(name) for name in columns])]
        yield f"celeba, {count} from {first}, {len(columns)} columns", rows, k, {"first": first, "step": step, "count": count, "columns": columns}


def attempt(function):
    try:
        return function()
    except ValueError:
        return None  # scikit-learn refuses, for instance more clusters than rows


def has_ties(distances):
    heights = np.sort(distances)
    return bool(np.any(np.diff(heights) < 1e-9))


def agglomerative(rows, k, linkage, metric):
    model = cluster.AgglomerativeClustering(k, linkage=linkage, metric=metric, compute_distances=True).fit(rows)
    return {"labels": model.labels_.tolist(), "ties": has_ties(model.distances_), "heights": np.round(np.sort(model.distances_), 10).tolist()}


def describe(rows, k):
    n = len(rows)
    binary = bool(np.all((rows == 0) | (rows == 1)))
    eps = 1.01 if binary else float(np.round(np.quantile(metrics.pairwise_distances(rows), 0.08) + 1e-6, 6))
    kmeans = attempt(lambda: cluster.KMeans(k, n_init=10, random_state=51, tol=0, algorithm="lloyd").fit(rows))
    result = {
        "k": int(k),
        "kmeans": None if kmeans is None else {"inertia": float(kmeans.inertia_)},
        "agglomerative": {},
        "dbscan": [],
        "optics": [],
        "birch": [],
    }
    for linkage, metric in [("ward", "euclidean"), ("complete", "manhattan"), ("average", "euclidean"), ("single", "euclidean"),
                            ("complete", "hamming"), ("average", "cosine")]:  # fmt: skip
        if metric == "cosine" and not rows.any(axis=1).all():
            continue  # undefined for a row of zeros in scipy
        result["agglomerative"][f"{linkage} {metric}"] = attempt(lambda: agglomerative(rows, k, linkage, metric))
    for e, m, metric in [(eps, 3, "euclidean"), (eps, 5, "manhattan"), (0.5, 3, "euclidean"), (0.21, 4, "hamming")]:
        labels = attempt(lambda: cluster.DBSCAN(eps=e, min_samples=m, metric=metric).fit(rows).labels_.tolist())
        result["dbscan"].append({"eps": e, "minSamples": m, "metric": metric, "labels": labels})
    for m, metric in [(5, "euclidean"), (3, "manhattan"), (4, "hamming")]:
        # 'euclidean' is computed from squares and rounds; the default, 'minkowski', is the same distance without that.
        name = "minkowski" if metric == "euclidean" else metric
        model = attempt(lambda: cluster.OPTICS(min_samples=m, metric=name, xi=0.05).fit(rows))
        entry = {"minSamples": m, "xi": 0.05, "metric": metric, "labels": None}
        if model is not None:
            entry |= {"labels": model.labels_.tolist(), "order": model.ordering_.tolist(),
                      "reachability": [None if np.isinf(r) else float(r) for r in model.reachability_]}  # fmt: skip
        result["optics"].append(entry)
    for threshold, branching in [(0.5, 50), (0.36, 50), (0.7, 5)]:
        model = attempt(lambda: cluster.Birch(threshold=threshold, branching_factor=branching, n_clusters=k).fit(rows))
        entry = {"threshold": threshold, "branchingFactor": branching, "labels": None}
        if model is not None:
            centres = model.subcluster_centers_
            nearest = metrics.pairwise_distances_argmin(rows, centres)
            merges = attempt(lambda: cluster.AgglomerativeClustering(1, compute_distances=True).fit(centres).distances_)
            entry |= {"labels": model.labels_.tolist(), "subclusters": nearest.tolist(), "number": len(centres),
                      "ties": merges is not None and has_ties(merges)}  # fmt: skip
        result["birch"].append(entry)
    if kmeans is not None and 1 < len(set(kmeans.labels_)) < n:
        labels = kmeans.labels_
        other = np.arange(n) % 3
        result["scores"] = {
            "labels": labels.tolist(),
            "silhouette": {m: float(metrics.silhouette_score(rows, labels, metric=m)) for m in ("euclidean", "manhattan", "hamming")},
            "samples": metrics.silhouette_samples(rows, labels).tolist(),
            "daviesBouldin": float(metrics.davies_bouldin_score(rows, labels)),
            "calinskiHarabasz": float(metrics.calinski_harabasz_score(rows, labels)),
            "adjustedRand": float(metrics.adjusted_rand_score(labels, other)),
            "normalisedMutualInformation": float(metrics.normalized_mutual_info_score(labels, other)),
        }
        if rows.any(axis=1).all():
            result["scores"]["silhouette"]["cosine"] = float(metrics.silhouette_score(rows, labels, metric="cosine"))
    return result


def spectral(rows, k):
    found = {}
    for affinity in ("rbf", "nearest_neighbors"):
        for labels in ("kmeans", "cluster_qr"):
            model = cluster.SpectralClustering(k, affinity=affinity, gamma=0.5, assign_labels=labels, random_state=51).fit(rows)
            found[f"{affinity} {labels}"] = model.labels_.tolist()
    return found


def main():
    results = []
    for name, rows, k, *of in sets():
        entry = {"name": name, "rows": rows.tolist(), **describe(rows, k)}
        if of:
            entry["truth"] = of[0].tolist()
            entry["spectral"] = spectral(rows, k)
            for variant, labels in entry["spectral"].items():
                print(f"{name}, {variant}: scikit-learn's adjusted Rand index {metrics.adjusted_rand_score(of[0], labels):.3f}")
        results.append(entry)
    if len(sys.argv) > 1:
        for name, rows, k, source in celeba(sys.argv[1]):
            results.append({"name": name, "celeba": source, **describe(rows, k)})
    text = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in results)
    (HERE / "scikit-learn.json").write_text(f'{{"version":"{sklearn.__version__}","sets":[\n{text}\n]}}\n')
    print(f"scikit-learn {sklearn.__version__}: {len(results)} sets")


main()
