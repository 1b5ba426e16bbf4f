"""Fits the calibration of existing weights on the validation part.

    python3 training/calibrate.py weights.pt --data celeba.csv --images celeba --out calibration.json

train.py already does so for the people it holds out. Weights that were also trained on the validation part
are overconfident on it: `--altered N` fits on N random augmentations of each crop instead, which were not
seen in training.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import torch

from faces.augment import augment
from faces.calibration import calibrate
from faces.dataset import add_crop_options, add_data_options
from faces.errors import UserError, main
from faces.inference import logits_of, sigmoid
from faces.own_files import add_overwrite_option, check_outputs
from faces.recipes import DEFAULT
from faces.scores import score
from faces.trained import read_trained


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('weights', type=Path)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--altered', type=int, default=0, metavar='N')
    add_overwrite_option(parser)
    add_data_options(parser)
    add_crop_options(parser)
    return parser.parse_args()


def run() -> None:
    options = parse()
    check_outputs([options.out], options.overwrite)
    torch.set_num_threads(os.cpu_count() or 1)
    trained = read_trained(options.weights)
    network = trained.network()
    data = trained.read_dataset(options)
    columns = trained.columns(data)
    train, valid = data.needed('train'), data.needed('valid')
    train, valid = train[~data.soft[train]], valid[~data.soft[valid]]
    if len(valid) == 0 or len(train) == 0:
        raise UserError(f'expected true labels in both parts, got {len(valid)} for validation and {len(train)} for training')
    crops, labels = np.asarray(data.crops[valid]), data.labels[valid]
    if options.altered > 0:
        draw = torch.Generator().manual_seed(options.seed)
        crops = np.concatenate([altered(crops, draw) for _ in range(options.altered)])
        labels = np.tile(labels, (options.altered, 1))
    logits = logits_of(network, crops, np.arange(len(crops)), torch.device('cpu'))[:, columns]
    calibration = calibrate(data.attributes, logits, labels, data.frequencies(train))
    calibration.write(options.out)
    for what, probabilities in (('before', sigmoid(logits)), ('after', calibration.probabilities(logits))):
        scores = score(data.attributes, probabilities, labels)
        print(f'{what}: accuracy {100 * scores["accuracy"]:.2f} %, calibration error {100 * scores["calibrationError"]:.2f} % on {len(labels)} crops')


def altered(crops: np.ndarray, draw: torch.Generator) -> np.ndarray:
    parts = []
    for start in range(0, len(crops), 256):
        images = torch.from_numpy(crops[start : start + 256]).permute(0, 3, 1, 2).float()
        parts.append(augment(images, DEFAULT.augmentation, draw).round().clamp(0, 255).byte().permute(0, 2, 3, 1).numpy())
    return np.concatenate(parts)


if __name__ == '__main__':
    main(run)
