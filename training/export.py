"""Exports a trained network as ONNX files for the extension: float32, float16 and int8.

    python3 training/export.py runs/default/best.pt --data celeba.csv --images celeba --out runs/default/export

The metadata of each file contains the names of the attributes, the framing and the thresholds. Select a
file in the setting faceClusters.model. The int8 file needs --data: some hundred training images calibrate it.
The graph is compared with PyTorch; if ONNX Runtime is installed (for Python, or for Node.js in this
repository), all files are.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import shutil
import subprocess
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import onnx
import torch

from faces import interpret
from faces.calibration import Calibration
from faces.crops import Framing
from faces.dataset import add_crop_options, add_data_options, read_dataset
from faces.errors import UserError, main
from faces.network import scaled
from faces.onnx_file import About, clip_at_one, export, fold_head, to_float16
from faces.own_files import add_overwrite_option, check_outputs
from faces.quantize import quantize
from faces.trained import read_trained

# Maximum difference of a probability from PyTorch's.
TOLERANCE = {'f32': 1e-3, 'f16': 2e-2, 'int8': None}
CHECKED = 64


CARD = 'model-card.md'


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('weights', type=Path, help='best.pt of a training')
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--name', default='face-attributes')
    parser.add_argument('--about', default='', help='training data and permitted uses of the network')
    parser.add_argument('--calibration', type=Path, help='calibration.json of a training (default: the one beside the weights)')
    parser.add_argument('--no-calibration', action='store_true')
    parser.add_argument('--calibrate-on', type=int, default=400, help='number of images that calibrate the int8 file')
    add_overwrite_option(parser)
    add_data_options(parser)
    add_crop_options(parser)
    for action in parser._actions:  # noqa: SLF001 - --data is optional here
        if action.dest == 'data':
            action.required = False
    return parser.parse_args()


def run() -> None:
    options = parse()
    files = {kind: options.out / f'{options.name}.{kind}.onnx' for kind in ('f32', 'f16', 'int8')}
    check_outputs([*files.values(), options.out / CARD], options.overwrite)
    torch.manual_seed(options.seed)
    trained = read_trained(options.weights)
    if trained.bare or trained.attributes is None:
        raise UserError(f'{str(options.weights)!r} was not written by train.py: it contains neither attributes nor framing')
    content, attributes, framing = trained.content, trained.attributes, trained.framing
    network = trained.network().eval()
    calibration = read_calibration(options, attributes)

    options.out.mkdir(parents=True, exist_ok=True)
    original = copy.deepcopy(network)
    fold_head(network, calibration)
    thresholds = calibration.balanced if calibration is not None else None
    trained_as = f'trained {date.today().isoformat()}, recipe {content["recipe"]["name"]}'
    text = options.about or trained_as
    about = About(attributes, framing, content['frequencies'], thresholds, text)
    exact = export(network, framing, files['f32'])
    models = {'f32': exact, 'f16': to_float16(clip_at_one(exact))}
    crops = calibration_crops(options, framing, attributes)
    if crops is None:
        print('without --data no int8 file is written, and noise is used for the check')
        files.pop('int8')
        checked = np.random.default_rng(options.seed).integers(0, 256, (8, framing.height, framing.width, 3), np.uint8)
    else:
        models['int8'] = quantize(exact, crops)
        checked = np.ascontiguousarray(crops[:CHECKED])
    for kind, model in models.items():
        about.write(model)
        onnx.save(model, str(files[kind]))

    with torch.inference_mode():
        logits = original(scaled(torch.from_numpy(checked)))
        if calibration is not None:
            logits = logits * torch.tensor(calibration.scale) + torch.tensor(calibration.shift)
        expected = logits.sigmoid().numpy()
    report = check(files, exact, checked, expected)
    write_card(options, about, content, files, report)


def read_calibration(options: argparse.Namespace, attributes: list[str]) -> Calibration | None:
    if options.no_calibration:
        return None
    path = options.calibration or options.weights.parent / 'calibration.json'
    if options.calibration is None and not path.exists():
        print(f'{str(path)!r} does not exist: probabilities are not calibrated, and there are no balanced thresholds')
        return None
    return Calibration.read(path, attributes, attributes)


def calibration_crops(options: argparse.Namespace, framing: Framing, attributes: list[str]) -> np.ndarray | None:
    if options.data is None:
        return None
    options.attributes = options.attributes or json.dumps(attributes)
    data = read_dataset(options, framing)
    positions = data.needed('train')
    drawn = np.random.default_rng(options.seed).permutation(positions)[: options.calibrate_on]
    return data.crops[np.sort(drawn)]


def check(files: dict[str, Path], exact: onnx.ModelProto, crops: np.ndarray, expected: np.ndarray) -> dict[str, float]:
    """Maximum difference of each file's probabilities from PyTorch's.

    Raises a UserError if one exceeds its tolerance.
    """
    report = {'f32, evaluated with PyTorch': float(np.abs(interpret.evaluate(exact, crops)['probabilities'].numpy() - expected).max())}
    for kind, path in files.items():
        actual = probabilities_of(path, crops)
        if actual is None:
            print(f'{path.name} was not run: ONNX Runtime is installed neither for Python nor for Node.js')
            continue
        report[f'{kind}, run by ONNX Runtime'] = float(np.abs(actual - expected).max())
        if kind == 'int8':
            report['int8: values that differ at 0.5'] = float(((actual >= 0.5) != (expected >= 0.5)).mean())
    for name, difference in report.items():
        print(f'{name}: {difference:.2g}')
        limit = TOLERANCE.get(name.split(',')[0])
        if limit is not None and difference > limit:
            raise UserError(f'{name}: differs from PyTorch by {difference:.2g}, expected at most {limit:g}')
    return report


def probabilities_of(path: Path, crops: np.ndarray) -> np.ndarray | None:
    os.environ['ORT_DISABLE_TELEMETRY'] = '1'  # read when ONNX Runtime is loaded, here or in Node.js
    try:
        import onnxruntime

        session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
        return session.run(None, {'images': crops})[0]
    except ImportError:
        pass
    script = Path(__file__).with_name('run_onnx.mjs')
    if shutil.which('node') is None or not (script.parent.parent / 'node_modules' / 'onnxruntime-node').is_dir():
        return None
    with tempfile.TemporaryDirectory(prefix='face-clusters-') as folder:
        images = Path(folder) / 'check.u8'
        images.write_bytes(crops.tobytes())
        shape = [str(v) for v in crops.shape]
        answer = subprocess.run(['node', str(script), str(path), str(images), *shape], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise UserError(f'ONNX Runtime cannot run {path.name}: {answer.stderr.strip()}')
    return np.array(json.loads(answer.stdout), np.float32).reshape(len(crops), -1)


def write_card(options: argparse.Namespace, about: About, content: dict, files: dict[str, Path], report: dict[str, float]) -> None:
    recipe = content['recipe']
    rows = '\n'.join(f'| `{path.name}` | {path.stat().st_size / 1e6:.1f} MB |' for path in files.values())
    checks = '\n'.join(f'| {name} | {difference:.2g} |' for name, difference in report.items())
    accuracy = f'{100 * content["accuracy"]:.2f} %' if 'accuracy' in content else 'not measured'
    card = f"""# {options.name}

{about.text}

| | |
| --- | --- |
| architecture | MobileNetV2, average pooling, Dense 1536, ReLU, batch norm, dropout, Dense {len(about.attributes)}, sigmoid |
| recipe | {recipe['name']}, {recipe['loss']} loss, {recipe['optimiser']}; epoch {content['epoch']} |
| input | `images`, uint8 `[n, {about.framing.height}, {about.framing.width}, 3]`, RGB |
| framing | CelebA's aligned image, {'stretched to the input' if about.framing.stretch else 'the largest middle part of the same proportions'} |
| output | `probabilities`, float32 `[n, {len(about.attributes)}]`, in [0, 1]{', calibrated' if about.thresholds is not None else ''} |
| accuracy of the validation part at 0.5 | {accuracy} |

Attributes: {', '.join(about.attributes)}.

| file | size |
| --- | --- |
{rows}

| beside PyTorch: largest difference of a probability | |
| --- | --- |
{checks}

`training/test.py` and `face-clusters evaluate` measure the accuracy on people that were not used for training. Attributes are the opinions of
annotators, not facts about a person.
"""
    (options.out / CARD).write_text(card)
    print(f'written to {options.out}')


if __name__ == '__main__':
    main(run)
