"""What `face-clusters cluster --vectors LABELS --out OUT` does, with pandas and scikit-learn: python3 tables_pandas.py LABELS OUT. Prints seconds by what was done, as JSON."""

import gzip
import json
import sys
import time
import warnings

import pandas as pd
from sklearn.cluster import KMeans

warnings.filterwarnings("ignore")
TEN = "Wearing_Lipstick Smiling No_Beard Heavy_Makeup Bald Male Young Eyeglasses Blond_Hair Wearing_Hat".split()

start = time.perf_counter()
with gzip.open(sys.argv[1], "rt") as file:
    has_count = len(file.readline().split()) == 1
table = pd.read_csv(sys.argv[1], sep=r"\s+", skiprows=1 if has_count else 0)
read = time.perf_counter()
rows = (table[TEN] > 0).to_numpy(float)
rows /= rows.std(axis=0)
labels = KMeans(16, n_init=20, random_state=51).fit_predict(rows)
clustered = time.perf_counter()
result = (table > 0).astype(int)
result.insert(0, "cluster", labels)
result.to_csv(sys.argv[2], index_label="image")
written = time.perf_counter()
print(json.dumps({"read": read - start, "cluster": clustered - read, "write": written - clustered}))
