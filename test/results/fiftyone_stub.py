"""A stand-in for FiftyOne that refuses what its documentation does not allow.

https://docs.voxel51.com/user_guide/using_datasets.html: boxes are [top-left-x, top-left-y, width,
height] and points (x, y), relative to the image, in [0, 1]; fields hold what MongoDB holds.
"""

import json
import math
import os


def check(condition, message):
    if not condition:
        raise ValueError(message)


def check_value(value):
    """A value of a field: JSON without NaN, with keys that MongoDB takes."""
    if isinstance(value, dict):
        for key, each in value.items():
            check(isinstance(key, str) and key and "." not in key and key[0] != "$", f"key {key!r}")
            check_value(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            check_value(each)
    else:
        check(value is None or type(value) in (str, int, float, bool), f"a {type(value)}")
        check(not isinstance(value, float) or math.isfinite(value), "a number that is not finite")


class Label(dict):
    def __init__(self, **fields):
        for name, value in fields.items():
            check(not name.startswith("_") and "." not in name, f"field {name!r}")
            check_value(value)
        super().__init__(fields)


class Detection(Label):
    def __init__(self, label, bounding_box, confidence=None, **fields):
        check(isinstance(label, str), "label")
        check(isinstance(bounding_box, list) and len(bounding_box) == 4, "bounding_box")
        x, y, width, height = bounding_box
        check(min(bounding_box) >= 0 and x + width <= 1 + 1e-9 and y + height <= 1 + 1e-9, "box")
        check(confidence is None or 0 <= confidence <= 1, "confidence")
        super().__init__(label=label, bounding_box=bounding_box, confidence=confidence, **fields)


class Keypoint(Label):
    def __init__(self, label, points, **fields):
        check(all(len(point) == 2 for point in points), "points")
        check(all(-0.5 <= each <= 1.5 for point in points for each in point), "points")
        super().__init__(label=label, points=points, **fields)


class Detections:
    def __init__(self, detections):
        check(all(isinstance(each, Detection) for each in detections), "detections")
        self.items = detections


class Keypoints:
    def __init__(self, keypoints):
        check(all(isinstance(each, Keypoint) for each in keypoints), "keypoints")
        self.items = keypoints


class Sample:
    def __init__(self, filepath):
        check(os.path.isabs(filepath) and os.path.isfile(filepath), "filepath")
        self.fields = {"filepath": filepath}

    def __setitem__(self, name, value):
        check(isinstance(value, (Detections, Keypoints)), name)
        self.fields[name] = value.items


class Dataset:
    def __init__(self, name=None, persistent=False):
        check(isinstance(persistent, bool), "persistent")
        self.name = name

    def add_samples(self, samples):
        check(all(isinstance(each, Sample) for each in samples), "samples")
        with open("dataset.json", "w", encoding="utf-8") as file:
            json.dump([each.fields for each in samples], file)
