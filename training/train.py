"""Trains the attribute network.

    python3 training/train.py --data celeba.csv lfw.csv --images celeba lfw --init NSFWJS_FOLDER --out runs/default
    python3 training/train.py --recipe original --data CELEBA_FOLDER --init torchvision --out runs/original
    torchrun --nproc_per_node 8 training/train.py …        several GPUs; --nnodes 2 … for several machines

The same command resumes an interrupted training after its last complete epoch. `--distil 3` first trains
three teachers, each on two thirds of the people, and then the final network, on labels that are averaged
with the teachers' predictions for people they have not seen.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from faces import charts, checkpoint, workers
from faces.augment import augment
from faces.calibration import calibrate
from faces.crops import Framing
from faces.dataset import Dataset, add_crop_options, add_data_options, fingerprint_of, read_dataset
from faces.errors import UserError, main
from faces.inference import logits_of, sigmoid
from faces.loop import Limits, Training
from faces.network import FaceAttributes, initialize, load_weights
from faces.own_files import SAID, claim
from faces.recipes import RECIPES, Recipe, recipe_with
from faces.scores import score


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    add_crop_options(parser)
    parser.add_argument('--out', type=Path, required=True, help='folder for weights, log and curves')
    parser.add_argument('--recipe', choices=RECIPES, default='default')
    parser.add_argument('--size', metavar='WIDTHxHEIGHT', help="the network's input")
    parser.add_argument('--epochs', type=int)
    parser.add_argument('--minutes', type=float, default=0, help='time limit of the training (0: none)')
    parser.add_argument('--batch', type=int, help='images per step, of all processes')
    parser.add_argument('--rate', type=float, help='learning rate')
    parser.add_argument('--balance', type=float, help='weight of rare values in the loss, from 0 to 1')
    parser.add_argument('--init', default='random', help='random, torchvision (ImageNet, downloaded), a folder of the npm package nsfwjs, or a .pt file')
    parser.add_argument('--distil', type=int, default=0, metavar='N', help='teachers whose out-of-fold predictions soften the labels')
    parser.add_argument('--distil-share', type=float, default=0.5, help="weight of the teacher's prediction in a label")
    parser.add_argument('--join-validation', action='store_true', help='also train on the validation part; then it is not used for choosing an epoch and for calibration')
    parser.add_argument('--fresh', action='store_true', help='start over: remove the files of an earlier training in --out; other files stay')
    parser.add_argument('--device', choices=['auto', 'cpu', 'cuda', 'mps'], default='auto')
    parser.add_argument('--threads', type=int, default=0, help='threads on the CPU; 0: one per core')
    return parser.parse_args()


def recipe_of(options: argparse.Namespace) -> Recipe:
    width = height = None
    if options.size:
        try:
            width, height = (int(v) for v in options.size.split('x'))
        except ValueError:
            raise UserError(f'--size: expected something like 160x192, got {options.size!r}') from None
    return recipe_with(
        options.recipe, width=width, height=height, epochs=options.epochs, batch=options.batch, rate=options.rate, balance=options.balance
    )


def softened(labels: np.ndarray, soft: np.ndarray, by: float) -> np.ndarray:
    """Label smoothing of true labels; soft and undefined ones stay unchanged."""
    return np.where(soft[:, None], labels, labels * (1 - 2 * by) + by).astype(np.float32)


def teach(data: Dataset, recipe: Recipe, options: argparse.Namespace, positions: np.ndarray, device: torch.device, settings: dict) -> np.ndarray:
    """Labels averaged with out-of-fold predictions of teachers (self-distillation)."""
    labels = softened(data.labels, data.soft, recipe.smoothing)
    taught = data.labels.copy()
    people = sorted(set(data.groups[positions][~data.soft[positions]]))
    fold_of = dict(zip(people, np.random.default_rng(options.seed).permutation(len(people)) % options.distil))
    folds = np.array([fold_of.get(group, -1) for group in data.groups])
    folds[data.soft] = -1
    for fold in range(options.distil):
        out = options.out / f'teacher-{fold + 1}'
        out.mkdir(parents=True, exist_ok=True)
        held = positions[folds[positions] == fold]
        own = {**settings, 'fold': fold, 'held_out': fingerprint_of([data.names[i] for i in held])}
        if checkpoint.load(out / SAID, own) is None:
            seed = options.seed + 1 + fold
            torch.manual_seed(seed)  # the same weights if earlier teachers are done
            print(f'teacher {fold + 1} of {options.distil}: {len(held)} images held out')
            network = FaceAttributes(len(data.attributes), recipe.dropout)
            initialize(network, options.init, data.attributes)
            limits = Limits(max(1, round(recipe.epochs * 0.6)), options.minutes * 0.2)
            others = positions[folds[positions] != fold]
            training = Training(
                network, recipe, data, others, labels, device, limits, seed, out, own
            )
            training.resume()
            training.run()
            if workers.RANK == 0:
                said = sigmoid(logits_of(training.tested, data.crops, held, device))
                checkpoint.save(out / SAID, {'settings': own, 'said': torch.from_numpy(said)})
            workers.wait()
        said = checkpoint.load(out / SAID, own)['said'].numpy()
        taught[held] = (1 - options.distil_share) * data.labels[held] + options.distil_share * said
    return taught


def check(options: argparse.Namespace, recipe: Recipe) -> None:
    """Checks values that argparse does not check."""
    for name, value, least in (('epochs', recipe.epochs, 1), ('batch', recipe.batch, 1), ('minutes', options.minutes, 0), ('threads', options.threads, 0)):
        if value < least:
            raise UserError(f'--{name}: expected at least {least}, got {value}')
    if options.distil < 0 or options.distil == 1:
        raise UserError(f'--distil: expected 0, or at least 2 teachers, got {options.distil}')
    if not 0 <= options.distil_share <= 1:
        raise UserError(f'--distil-share: expected a share from 0 to 1, got {options.distil_share}')


def train() -> None:
    options = parse()
    recipe = recipe_of(options)
    check(options, recipe)
    device = workers.device_of(options.device)
    torch.set_num_threads(options.threads or os.cpu_count() or 1)
    torch.set_float32_matmul_precision('high')
    torch.backends.cudnn.benchmark = True
    random.seed(options.seed)
    np.random.seed(options.seed)
    torch.manual_seed(options.seed)
    with workers.together(device):
        if workers.RANK != 0:
            workers.wait()  # the first process decodes
        data = read_dataset(options, Framing(recipe.width, recipe.height, recipe.stretch), log=workers.RANK == 0)
        if workers.RANK == 0:
            workers.wait()
        positions = data.positions('train')
        if options.join_validation:
            positions = np.sort(np.concatenate([positions, data.positions('valid')]))
        if len(positions) < 2 or len(data.positions('valid')) == 0:
            counts = f'got {len(positions)} and {len(data.positions("valid"))}'
            expected = 'expected images to train and to validate on'
            raise UserError(f'{expected}, {counts}: {data.parts()}')
        data.frequencies(positions)  # refuses attributes that cannot be learned before files are written
        settings = {
            'recipe': asdict(recipe), 'init': options.init, 'seed': options.seed, 'attributes': data.attributes, 'images': len(positions),
            'distil': options.distil,
            'distil_share': options.distil_share if options.distil else None,
            'minutes': options.minutes, 'join_validation': options.join_validation,
            'validation': options.validation, 'drop_zero': options.drop_zero,
            'data': data.fingerprint(),
        }  # fmt: skip
        if workers.RANK == 0:
            with torch.random.fork_rng(devices=[]):  # does not affect the weights drawn later
                # Fails before files are written.
                initialize(FaceAttributes(len(data.attributes)), options.init, data.attributes)
            claim(options.out, options.fresh, options.init)
            checkpoint.load(options.out / 'last.pt', settings)  # fails before teachers are trained
            print(
                f'{recipe.name}: {len(positions)} images to train on, {len(data.positions("valid"))} to validate on, '
                f'{len(data.positions("test"))} to test on; {len(data.attributes)} attributes; {workers.WORLD} × {device}'
            )
            show_augmentation(data, recipe, positions, options)
        workers.wait()

        limits = Limits(recipe.epochs, options.minutes * (0.4 if options.distil else 1))
        labels = teach(data, recipe, options, positions, device, settings) if options.distil else softened(data.labels, data.soft, recipe.smoothing)
        torch.manual_seed(options.seed)  # the same weights if the teachers are done
        network = FaceAttributes(len(data.attributes), recipe.dropout)
        initialize(network, options.init, data.attributes)
        training = Training(network, recipe, data, positions, labels, device, limits, options.seed, options.out, settings)
        if training.resume() and workers.RANK == 0:
            print(f'resuming after epoch {training.epoch}')
        training.run()
        if workers.RANK == 0:
            finish(training, data, options)


def show_augmentation(data: Dataset, recipe: Recipe, positions: np.ndarray, options: argparse.Namespace) -> None:
    """Saves ten random augmentations of a face."""
    crop = torch.from_numpy(data.crops[positions[:1]]).permute(0, 3, 1, 2).float().repeat(10, 1, 1, 1)
    altered = augment(crop, recipe.augmentation, torch.Generator().manual_seed(options.seed)).permute(0, 2, 3, 1)
    charts.sheet(list(altered.clamp(0, 255).byte().numpy()), 5, options.out / 'augmentations.png')


def finish(training: Training, data: Dataset, options: argparse.Namespace) -> None:
    """Saves the curves, and the calibration unless the validation part was used for training."""
    charts.curves(training.log, options.out / 'curves.png')
    if options.join_validation:
        # No part was held out to choose an epoch.
        shutil.copyfile(options.out / 'last.pt', options.out / 'best.pt')
        print(f'weights: {options.out / "best.pt"} (the last epoch; not calibrated, because no part was held out)')
        return
    load_weights(training.network, options.out / 'best.pt')
    positions = data.positions('valid')
    true = positions[~data.soft[positions]] if (~data.soft[positions]).any() else positions
    logits = logits_of(training.network, data.crops, true, training.device)
    hard = training.positions[~data.soft[training.positions]]
    frequencies = data.frequencies(hard) if len(hard) > 0 else training.frequencies.cpu().numpy()
    calibration = calibrate(data.attributes, logits, data.labels[true], frequencies)
    calibration.write(options.out / 'calibration.json')
    calibrated = calibration.probabilities(logits)
    before, after = (score(data.attributes, p, data.labels[true]) for p in (sigmoid(logits), calibrated))
    balanced = score(data.attributes, calibrated, data.labels[true], np.array(calibration.balanced))
    (options.out / 'validation.json').write_text(json.dumps({'before': before, 'calibrated': after, 'balanced': balanced}, indent=1))
    print(
        f'validation ({len(true)} faces): accuracy {100 * after["accuracy"]:.2f} %, balanced {100 * (after["balancedAccuracy"] or 0):.2f} %, '
        f'calibration error {100 * before["calibrationError"]:.2f} → {100 * after["calibrationError"]:.2f} %; '
        f'with balanced thresholds {100 * balanced["accuracy"]:.2f} % and {100 * (balanced["balancedAccuracy"] or 0):.2f} %'
    )
    print(f'weights: {options.out / "best.pt"}')


if __name__ == '__main__':
    main(train)
