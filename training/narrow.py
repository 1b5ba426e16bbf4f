"""Makes a trained network faster by pruning hidden channels of the first blocks, where the image is large.

    python3 training/narrow.py runs/default/best.pt --data celeba.csv --images celeba --out runs/narrow/best.pt

It needs no labels. The pruned network is fitted to the original one, so the calibration stays valid: a
calibration.json beside the weights is copied. All attributes are kept: `--attributes` and `--drop`
choose only those whose accuracy is printed.
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

import numpy as np
import torch

from faces import checkpoint
from faces.dataset import add_crop_options, add_data_options
from faces.errors import UserError, main
from faces.inference import logits_of
from faces.narrow import narrow
from faces.network import FaceAttributes, widths_of
from faces.own_files import add_overwrite_option, check_outputs
from faces.trained import read_trained

WIDTHS = '16,80,112,112'


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('weights', type=Path, help='best.pt of a training, or a bare state dict')
    parser.add_argument('--out', type=Path, required=True, help='the .pt file to write')
    parser.add_argument('--widths', default=WIDTHS, help=f'hidden channels of the first blocks, preferably multiples of 16 ({WIDTHS})')
    parser.add_argument('--steps', type=int, default=2400)
    parser.add_argument('--batch', type=int, default=16)
    parser.add_argument('--threads', type=int, default=os.cpu_count() or 1)
    add_overwrite_option(parser)
    add_data_options(parser)
    add_crop_options(parser)
    return parser.parse_args()


def run() -> None:
    options = parse()
    calibration = options.weights.parent / 'calibration.json'
    copied = options.out.parent / calibration.name
    is_copied = calibration.exists() and calibration.parent.resolve() != copied.parent.resolve()
    check_outputs([options.out, *([copied] if is_copied else [])], options.overwrite)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    trained = read_trained(options.weights)
    network = trained.network()
    widths = widths_in(options.widths, network)
    data = trained.read_dataset(options)
    columns = trained.columns(data)
    train, valid = data.needed('train'), data.positions('valid')
    device = torch.device('cpu')
    before = logits_of(network, data.crops, valid, device)[:, columns]
    left = narrow(network, widths, data.crops, train, options.steps, options.batch, options.seed)
    for block, share in left.items():
        print(f'block {block}: {100 * share:.2f} % of the variance left after fitting')
    after = logits_of(network, data.crops, valid, device)[:, columns]
    defined = ~np.isnan(data.labels[valid])
    labels = data.labels[valid][defined] >= 0.5
    if len(labels) > 0:
        accuracies = [100 * float(((logits[defined] >= 0) == labels).mean()) for logits in (before, after)]
        print(f'validation part: accuracy {accuracies[0]:.2f} % before, {accuracies[1]:.2f} % after')
    options.out.parent.mkdir(parents=True, exist_ok=True)
    state = network.state_dict()
    checkpoint.save(options.out, {'model': state} if trained.bare else {**trained.content, 'model': state})
    if is_copied:
        shutil.copyfile(calibration, copied)
    print(f'written to {options.out}')


def widths_in(text: str, network: FaceAttributes) -> list[int]:
    own = list(widths_of(network.state_dict()).values())
    try:
        widths = [int(each) for each in text.split(',')]
    except ValueError as error:
        raise UserError(f'--widths: expected whole numbers separated by commas, got {text!r}') from error
    if len(widths) > len(own) or any(not 1 <= width <= most for width, most in zip(widths, own)):
        most = ','.join(str(each) for each in own)
        raise UserError(f'--widths: expected at most {most}, and at least 1 each, got {text!r}')
    return widths


if __name__ == '__main__':
    main(run)
