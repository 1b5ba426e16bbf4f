"""What test/bench/clustering.ts does, with scikit-learn: python3 clustering_sklearn.py LABELS. Prints seconds by what was done, as JSON."""

import gzip
import json
import sys
import time
import warnings

import numpy as np
from sklearn import cluster, metrics

warnings.filterwarnings("ignore")
TEN = "Wearing_Lipstick Smiling No_Beard Heavy_Makeup Bald Male Young Eyeglasses Blond_Hair Wearing_Hat".split()
DROPPED = {"Attractive", "Pale_Skin", "Blurry"}

with gzip.open(sys.argv[1], "rt") as file:
    names = file.readline().split()
    if len(names) == 1:
        names = file.readline().split()
    labels = (np.array([line.split()[1:] for line in file], dtype=np.int8) > 0).astype(float)

results = {}


def timed(name, work):
    start = time.perf_counter()
    result = work()
    results[name] = time.perf_counter() - start
    return result


for columns in (TEN, [name for name in names if name not in DROPPED]):
    rows = labels[:, [names.index(name) for name in columns]]
    model = timed(f"kmeans {len(columns)}", lambda: cluster.KMeans(16, n_init=10, random_state=51).fit(rows))
    results[f"inertia {len(columns)}"] = model.inertia_
    # All 202,599 rows would take a hundred times as long and more.
    timed(f"silhouette {len(columns)}, 20,000 rows", lambda: metrics.silhouette_score(rows[:20_000], model.labels_[:20_000]))

some = labels[:500][:, [names.index(name) for name in TEN]]


def compare():
    for k in range(2, 51):
        for model in (cluster.KMeans(k, n_init=20, max_iter=500, random_state=51),
                      cluster.AgglomerativeClustering(k, metric="manhattan", linkage="complete"),
                      cluster.Birch(threshold=0.36, n_clusters=k)):  # fmt: skip
            metrics.silhouette_score(some, model.fit_predict(some))


timed("compare 500, three methods", compare)
print(json.dumps(results))
