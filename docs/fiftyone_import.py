"""Loads the faces that Face Clusters wrote into a FiftyOne data set (docs/results.md).

    python fiftyone_import.py RESULTS/faces.parquet --name portraits

takes faces.csv, faces.jsonl or faces.parquet. Each image becomes a sample with the fields

- faces: a detection for each face. Its label is the cluster, its confidence that of the face
  detector, and it has cluster, silhouette, distance, projection ([x, y]), present (names of the
  attributes) and probabilities (by attribute). An image that is one face as a whole has the box
  [0, 0, 1, 1].
- landmarks: three keypoints of each face: the eye on the left of the image, the other one, and the
  middle of the mouth; only where faces were searched for.

Boxes and points are relative to the size of the image, as FiftyOne wants them. Needs pandas and
fiftyone, and pyarrow for Parquet.
"""

import argparse
import math
import os

import fiftyone as fo
import pandas as pd

# Columns before the attributes, and the first and the last one between them and whether each is
# present.
FIRST_COLUMNS = ["image", "face", "x", "y", "width", "height", "score", "cluster", "silhouette"]
FIRST_DETAIL = "path"
LAST_DETAIL = "projection_y"
LANDMARKS = ["left_eye", "right_eye", "mouth"]


def read_faces(path):
    """The table of faces, of any format."""
    if path.endswith(".parquet"):
        return pd.read_parquet(path)
    if path.endswith(".jsonl"):
        return pd.read_json(path, lines=True, dtype={"image": str})
    return pd.read_csv(path, dtype={"image": str}, keep_default_na=False, na_values=[""])


def attribute_columns(faces):
    """Pairs of columns: an attribute's probability, and whether it is present (0 or 1)."""
    columns = list(faces.columns)
    if columns[: len(FIRST_COLUMNS)] != FIRST_COLUMNS or LAST_DETAIL not in columns:
        raise SystemExit(
            "expected a table of faces with paths, as Face Clusters writes it, got the columns "
            + ", ".join(columns[:12])
        )
    names = columns[len(FIRST_COLUMNS) : columns.index(FIRST_DETAIL)]
    start = columns.index(LAST_DETAIL) + 1
    return list(zip(names, columns[start : start + len(names)]))


def relative_box(face):
    """[x, y, width, height] in [0, 1]: the part of the box inside the image; None if unknown."""
    if pd.isna(face["x"]):
        return [0.0, 0.0, 1.0, 1.0]
    if pd.isna(face["image_width"]):
        return None
    left, top = face["x"] / face["image_width"], face["y"] / face["image_height"]
    right = left + face["width"] / face["image_width"]
    bottom = top + face["height"] / face["image_height"]
    left, top, right, bottom = (min(1.0, max(0.0, side)) for side in (left, top, right, bottom))
    return [left, top, right - left, bottom - top]


def relative_points(face):
    """[(x, y), ...] of the landmarks, in [0, 1]; None where there are none."""
    names = [f"{name}_{axis}" for name in LANDMARKS for axis in "xy"]
    if any(pd.isna(face[name]) for name in [*names, "image_width"]):
        return None
    return [
        (face[f"{name}_x"] / face["image_width"], face[f"{name}_y"] / face["image_height"])
        for name in LANDMARKS
    ]


def number(value):
    """A float, or None for NaN: the data base of FiftyOne has no NaN."""
    return None if value is None or math.isnan(value) else float(value)


def cluster_name(cluster):
    return "noise" if cluster < 0 else f"cluster {cluster}"


def detection_of(face, attributes):
    """A fo.Detection, or None where the size of the image is not known."""
    box = relative_box(face)
    if box is None:
        return None
    return fo.Detection(
        label=cluster_name(int(face["cluster"])),
        bounding_box=box,
        confidence=number(face["score"]),
        cluster=int(face["cluster"]),
        silhouette=number(face["silhouette"]),
        distance=number(face["distance"]),
        projection=[number(face["projection_x"]), number(face["projection_y"])],
        present=[name for name, present in attributes if face[present] == 1],
        # A name with a dot, or a dollar in front, is no key in FiftyOne's data base.
        probabilities={
            name.replace(".", "_").lstrip("$"): float(face[name]) for name, _ in attributes
        },
    )


def sample_of(path, rows, attributes):
    """A fo.Sample of an image with all its faces, and the number of those that are left out."""
    sample = fo.Sample(filepath=path)
    detections = [detection_of(face, attributes) for face in rows]
    sample["faces"] = fo.Detections(detections=[each for each in detections if each is not None])
    points = [(face, relative_points(face)) for face in rows]
    sample["landmarks"] = fo.Keypoints(
        keypoints=[
            fo.Keypoint(label=cluster_name(int(face["cluster"])), points=each)
            for face, each in points
            if each is not None
        ]
    )
    return sample, detections.count(None)


def samples_of(faces):
    """All samples, with messages about what is left out."""
    attributes = attribute_columns(faces)
    by_path, without_path = {}, 0
    for face in faces.to_dict("records"):
        if isinstance(face["path"], str):
            by_path.setdefault(face["path"], []).append(face)
        else:
            without_path += 1
    samples, missing, without_size = [], 0, 0
    for path, rows in by_path.items():
        if not os.path.isfile(path):
            missing += 1
            continue
        sample, left_out = sample_of(path, rows, attributes)
        samples.append(sample)
        without_size += left_out
    messages = [
        f"{count} {what}"
        for count, what in [
            (without_path, "faces have no path: attribute vectors were clustered, not images"),
            (missing, "images are not there (any more), or lie in an archive: unpack it first"),
            (without_size, "faces lie in images whose size is not known: cluster them again"),
        ]
        if count > 0
    ]
    return samples, messages


def main():
    parser = argparse.ArgumentParser(description="Loads faces into a FiftyOne data set.")
    parser.add_argument("faces", help="faces.csv, faces.jsonl or faces.parquet")
    parser.add_argument("--name", help="name of the data set; it is kept if there is one")
    arguments = parser.parse_args()
    samples, messages = samples_of(read_faces(arguments.faces))
    for message in messages:
        print(f"left out: {message}")
    dataset = fo.Dataset(arguments.name, persistent=arguments.name is not None)
    dataset.add_samples(samples)
    print(f"{len(samples)} images in the data set '{dataset.name}'")


if __name__ == "__main__":
    main()
