"""Explores a data set before training: counts, parts, frequencies, correlation, random faces.

    python3 training/explore.py --data CELEBA_FOLDER --out explored

Unlike `face-clusters dataset`, which needs no Python, it shows exactly the parts that train.py uses.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np

from faces import charts
from faces.crops import Framing, place_of, read_crop
from faces.dataset import add_data_options, image_folders, read_tables
from faces.errors import main
from faces.own_files import add_overwrite_option, check_outputs
from faces.pixels import UNREADABLE
from faces.recipes import RECIPES


OUTPUTS = ('frequencies.png', 'correlation.png', 'dataset.json', 'faces.png')


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_overwrite_option(parser)
    add_data_options(parser)
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--recipe', choices=RECIPES, default='default', help='recipe whose framing is shown')
    parser.add_argument('--faces', type=int, default=20, help='number of random faces')
    return parser.parse_args()


def run() -> None:
    options = parse()
    check_outputs([options.out / name for name in OUTPUTS], options.overwrite)
    tables = read_tables(options)
    names = tables[0].attributes
    labels = np.concatenate([table.labels for table in tables])
    present, defined = labels >= 0.5, ~np.isnan(labels)
    parts = Counter(split or 'none' for table in tables for split in table.splits)
    frequencies = present.sum(0) / np.maximum(defined.sum(0), 1)
    correlation = correlation_of(present, defined)
    undefined = '' if defined.all() else f'; {int((~defined).sum()):,} of {defined.size:,} labels are not defined'
    print(f'{len(present):,} rows, {len(names)} attributes; {int((labels < 0.5).all(1).sum()):,} rows have none of them{undefined}')
    known = [part for part in ('train', 'valid', 'test', 'none') if parts[part]]
    for part in [*known, *sorted(set(parts) - set(known))]:  # such as the folds of LFW
        print(f'{part:12} {parts[part]:>9,}')
    print(f'\nindex  {"attribute":20} frequency')
    for i in np.argsort(-frequencies):
        print(f'{i:5}  {names[i].replace("_", " "):20} {frequencies[i]:.4f}')

    options.out.mkdir(parents=True, exist_ok=True)
    charts.bars('Frequency of each attribute', dict(zip(names, frequencies.tolist())), options.out / 'frequencies.png')
    charts.heat_map('Correlation of the attributes', names, correlation, options.out / 'correlation.png')
    report = {'rows': len(present), 'parts': dict(parts), 'frequencies': dict(zip(names, frequencies.round(6).tolist()))}
    (options.out / 'dataset.json').write_text(json.dumps(report, indent=1))
    show_faces(tables, names, options)
    print(f'\nwritten to {options.out}')


def correlation_of(present: np.ndarray, defined: np.ndarray) -> np.ndarray:
    """Pearson's correlation of each pair of attributes, over the rows in which both are defined; 0 where one is constant."""
    has, there = present.astype(np.float64), defined.astype(np.float64)
    rows, both, first = there.T @ there, has.T @ has, has.T @ there
    with np.errstate(invalid='ignore', divide='ignore'):
        p, q = first / rows, first.T / rows
        return np.nan_to_num((both / rows - p * q) / np.sqrt(p * (1 - p) * q * (1 - q)), posinf=0, neginf=0)


def show_faces(tables: list, names: list[str], options: argparse.Namespace) -> None:
    recipe = RECIPES[options.recipe]
    framing = Framing(recipe.width, recipe.height, recipe.stretch)
    random = np.random.default_rng(options.seed)
    crops, titles = [], []
    for table, folder, source in zip(tables, image_folders(options), options.data):
        folder = folder or (source if source.is_dir() else source.parent)
        share = options.faces // len(tables)
        for row in random.permutation(len(table.images)):
            path = place_of(folder, table.images[row])
            if share == 0:
                break
            if path is None:
                continue
            try:
                crops.append(read_crop(path, framing))
            except UNREADABLE:
                continue
            titles.append('\n'.join([table.images[row], *(name.replace('_', ' ') for name, is_there in zip(names, table.labels[row] >= 0.5) if is_there)]))
            share -= 1
    if not crops:
        print('no faces are shown: none of the images is there; --images names their folder')
    else:
        charts.predictions(crops, titles, options.out / 'faces.png')


if __name__ == '__main__':
    main(run)
