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
from faces.crops import Framing, find_image, index_images, read_crop
from faces.dataset import add_data_options, read_tables
from faces.errors import UserError, main
from faces.own_files import add_overwrite_option, check_outputs
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
    present = np.concatenate([table.labels for table in tables]) >= 0.5
    parts = Counter(split or 'none' for table in tables for split in table.splits)
    frequencies = present.mean(0)
    with np.errstate(invalid='ignore', divide='ignore'):
        correlation = np.nan_to_num(np.corrcoef(present.T))
    print(f'{len(present):,} rows, {len(names)} attributes; {int((~present.any(1)).sum()):,} rows have none of them')
    for part in ('train', 'valid', 'test', 'none'):
        if parts[part]:
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


def show_faces(tables: list, names: list[str], options: argparse.Namespace) -> None:
    recipe = RECIPES[options.recipe]
    framing = Framing(recipe.width, recipe.height, recipe.stretch)
    folders = options.images or [source if source.is_dir() else source.parent for source in options.data]
    random = np.random.default_rng(options.seed)
    crops, titles = [], []
    for i, table in enumerate(tables):
        try:
            found = index_images(folders[i if len(folders) > 1 else 0])
        except UserError as error:
            print(f'no faces are shown: {error}')
            return
        share = options.faces // len(tables)
        for row in random.permutation(len(table.images)):
            path = find_image(found, table.images[row])
            if share == 0:
                break
            if path is None:
                continue
            try:
                crops.append(read_crop(path, framing))
            except (OSError, ValueError):
                continue
            titles.append('\n'.join([table.images[row], *(name.replace('_', ' ') for name, is_there in zip(names, table.labels[row] >= 0.5) if is_there)]))
            share -= 1
    if crops:
        charts.predictions(crops, titles, options.out / 'faces.png')


if __name__ == '__main__':
    main(run)
