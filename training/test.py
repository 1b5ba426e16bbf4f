"""Tests a trained network on people that it has not seen.

    python3 training/test.py runs/default/best.pt --data celeba.csv --images celeba --out runs/default/test

Prints accuracy, balanced accuracy, mean Hamming distance, average precision and calibration, and writes them with charts: accuracy and wrong predictions by
attribute (of all, and of those predicted), calibration, agreement across size and blur, sample predictions. `face-clusters evaluate` gives the same
numbers for an exported file.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import numpy as np
import torch

from faces import charts, workers
from faces.calibration import Calibration
from faces.dataset import add_crop_options, add_data_options
from faces.degrade import BLURS, SIZES, blurred, smaller
from faces.errors import main
from faces.inference import logits_of, sigmoid
from faces.own_files import add_overwrite_option, check_outputs
from faces.progress import progress
from faces.scores import score
from faces.trained import read_trained


OUTPUTS = (
    'evaluation.json', 'accuracy.png', 'wrong.png', 'wrong-of-predicted.png', 'calibration.png', 'agreement-size.png', 'agreement-blur.png', 'predictions.png',
)  # fmt: skip


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('weights', type=Path)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--split', default='test', choices=['train', 'valid', 'test'])
    parser.add_argument('--calibration', type=Path, help='calibration.json (default: the one beside the weights)')
    parser.add_argument('--no-calibration', action='store_true')
    parser.add_argument('--degraded', type=int, default=200, metavar='N', help='number of faces that are shrunk and blurred, to measure robustness; 0 for none')
    parser.add_argument('--device', choices=['auto', 'cpu', 'cuda', 'mps'], default='auto')
    add_overwrite_option(parser)
    add_data_options(parser)
    add_crop_options(parser)
    return parser.parse_args()


def run() -> None:
    options = parse()
    check_outputs([options.out / name for name in OUTPUTS], options.overwrite)
    torch.set_num_threads(os.cpu_count() or 1)
    trained = read_trained(options.weights)
    network = trained.network()
    data = trained.read_dataset(options)
    columns = trained.columns(data)
    device = workers.device_of(options.device)
    network.to(device)
    positions = data.needed(options.split)
    calibration = calibration_of(options, trained.outputs(data), data.attributes)

    def probabilities(crops: np.ndarray, rows: np.ndarray) -> np.ndarray:
        logits = logits_of(network, crops, rows, device)[:, columns]
        return sigmoid(logits) if calibration is None else calibration.probabilities(logits)

    said, labels = probabilities(data.crops, positions), data.labels[positions]
    result = score(data.attributes, said, labels)
    if calibration is not None:
        balanced = score(data.attributes, said, labels, np.array(calibration.balanced))
        result['balancedThresholds'] = {key: balanced[key] for key in ('accuracy', 'balancedAccuracy', 'hammingDistance')}
    if options.degraded > 0:
        result['agreement'] = agreement(data.crops, positions, labels, options, probabilities)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / 'evaluation.json').write_text(json.dumps(result, indent=1))
    draw(result, data, positions, said, options)
    tell(result)
    print(f'written to {options.out}')


def calibration_of(
    options: argparse.Namespace, outputs: list[str], wanted: list[str]
) -> Calibration | None:
    path = options.calibration or options.weights.parent / 'calibration.json'
    if options.no_calibration or (options.calibration is None and not path.exists()):
        return None
    return Calibration.read(path, outputs, wanted)


def agreement(crops: np.ndarray, positions: np.ndarray, labels: np.ndarray, options: argparse.Namespace, probabilities) -> list[dict]:
    """Agreement with the plain crops, and accuracy, of shrunk and blurred crops."""
    chosen = np.sort(np.random.default_rng(options.seed).permutation(len(positions))[: options.degraded])
    plain = crops[positions[chosen]]
    rows = np.arange(len(chosen))
    first, true = probabilities(plain, rows) >= 0.5, labels[chosen] >= 0.5
    defined = ~np.isnan(labels[chosen])
    cases = [('size', factor, smaller) for factor in SIZES] + [('blur', sigma, blurred) for sigma in BLURS]
    result = [{'kind': kind, 'amount': 1.0 if kind == 'size' else 0.0, 'agreement': 1.0, 'accuracy': float((first == true)[defined].mean())} for kind in ('size', 'blur')]
    for kind, amount, how in progress(cases, 'degraded'):
        now = probabilities(np.stack([how(crop, amount) for crop in plain]), rows) >= 0.5
        result.append({'kind': kind, 'amount': amount, 'agreement': float((now == first).mean()), 'accuracy': float((now == true)[defined].mean())})
    return result


def draw(result: dict, data, positions: np.ndarray, said: np.ndarray, options: argparse.Namespace) -> None:
    scores = result['perAttribute']
    charts.bars('Accuracy by attribute', {name: each['accuracy'] for name, each in scores.items()}, options.out / 'accuracy.png')
    charts.bars('Wrong predictions by attribute', {name: each['wrong'] / each['labeled'] for name, each in scores.items()}, options.out / 'wrong.png')
    charts.bars(
        'Wrong positive predictions by attribute', {name: each['wrongOfPredicted'] or 0 for name, each in scores.items()}, options.out / 'wrong-of-predicted.png'
    )
    charts.reliability(result['calibration'], options.out / 'calibration.png')
    for kind, across in (('size', 'fraction of the sides'), ('blur', 'σ in pixels')):
        points = sorted((each['amount'], each['agreement'], each['accuracy']) for each in result.get('agreement', []) if each['kind'] == kind)
        if points:
            values = {'agreement with the plain crop': [(x, y) for x, y, _ in points], 'accuracy': [(x, y) for x, _, y in points]}
            charts.lines(f'Attributes across {kind}', across, values, options.out / f'agreement-{kind}.png')
    drawn = np.random.default_rng(options.seed).permutation(len(positions))[:10]
    titles = []
    for i in drawn:
        labels, now = data.labels[positions[i]], said[i] >= 0.5
        true = np.where(np.isnan(labels), now, labels >= 0.5)  # what is not defined is not wrong
        lines = [f'{name.replace("_", " ")} {said[i][a]:.2f}{"" if true[a] == now[a] else " ✗"}' for a, name in enumerate(data.attributes) if true[a] or now[a]]
        titles.append('\n'.join(lines))
    charts.predictions([data.crops[positions[i]] for i in drawn], titles, options.out / 'predictions.png')


def tell(result: dict) -> None:
    def percent(value: float | None) -> str:
        return '       –' if value is None else f'{100 * value:8.2f}'

    print(f'{"attribute":20} accuracy balanced precision  recall  average precision  calibration error')
    for name, each in result['perAttribute'].items():
        print(
            f'{name.replace("_", " "):20} {percent(each["accuracy"])} {percent(each["balancedAccuracy"])}  {percent(each["precision"])} '
            f'{percent(each["recall"])} {percent(each["averagePrecision"])} {percent(each["calibrationError"])}'
        )
    print(
        f'\n{result["faces"]} faces: accuracy {percent(result["accuracy"]).strip()} %, balanced {percent(result["balancedAccuracy"]).strip()} %, '
        f'majority baseline {percent(result["majorityAccuracy"]).strip()} %, mean wrong attributes per face {result["hammingDistance"]:.3f}, '
        f'average precision {percent(result["averagePrecision"]).strip()} %, calibration error {percent(result["calibrationError"]).strip()} %'
    )
    if 'balancedThresholds' in result:
        each = result['balancedThresholds']
        print(f'with balanced thresholds: accuracy {percent(each["accuracy"]).strip()} %, balanced {percent(each["balancedAccuracy"]).strip()} %')
    for each in result.get('agreement', []):
        print(f'{each["kind"]} {each["amount"]:<5} agreement {percent(each["agreement"])} %, accuracy {percent(each["accuracy"])} %')


if __name__ == '__main__':
    main(run)
