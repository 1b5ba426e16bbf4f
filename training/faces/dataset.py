"""Tables + images → what is trained on: crops, labels and the part each image belongs to."""

from __future__ import annotations

import hashlib
import os
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .crops import Framing, find_image, index_images, load_crops
from .errors import UserError
from .tables import Table, read_table


@dataclass
class Dataset:
    """`n` labelled crops."""

    attributes: list[str]
    names: list[str]
    crops: np.ndarray
    """uint8 `[n, height, width, 3]`, RGB, mapped from a file."""
    labels: np.ndarray
    """float32 `[n, attributes]`, in [0, 1]."""
    soft: np.ndarray
    """bool `[n]`: whether the labels are probabilities that another network gave, not truth."""
    splits: np.ndarray
    """'train', 'valid' or 'test'."""
    groups: np.ndarray
    """Who is in the image."""
    skipped: int
    """Labelled images that are missing or cannot be read."""

    def positions(self, split: str) -> np.ndarray:
        """Positions of the images of a part."""
        return np.flatnonzero(self.splits == split)


def add_data_options(parser: ArgumentParser) -> None:
    """The options every command takes its data by."""
    parser.add_argument('--data', nargs='+', required=True, type=Path, metavar='FILE|FOLDER', help='tables of labels, or folders in the layout of CelebA')
    parser.add_argument('--images', nargs='+', type=Path, metavar='FOLDER', help='where the images lie, one for each of --data or one for all; beside the labels where left out')
    parser.add_argument('--attributes', default='', help='comma-separated; all where left out')
    parser.add_argument('--drop', default='', help='attributes to leave out, comma-separated (the original: Attractive,Pale_Skin,Blurry)')
    parser.add_argument('--drop-zero', default='none', metavar='none|all|SHARE', help='rows without any attribute: keep, drop, or drop this share of them')
    parser.add_argument('--validation', type=float, default=0.1, help='share of the people of train that is set aside where the labels name no validation part')
    parser.add_argument('--seed', type=int, default=1)


def add_crop_options(parser: ArgumentParser) -> None:
    """Where decoded crops are kept, and how they are made."""
    parser.add_argument('--cache', type=Path, default=Path('.cache/training'), help='where decoded crops are kept')
    parser.add_argument('--workers', type=int, default=0, help='processes that decode; 0 for one a core')


def read_tables(options: Namespace) -> list[Table]:
    """Every table with the same attributes, chosen ones only, each row in a part."""
    chosen = [name for name in options.attributes.split(',') if name]
    drop = [name for name in options.drop.split(',') if name]
    tables = [read_table(source).select(chosen, drop) for source in options.data]
    for source, table in zip(options.data, tables):
        if set(table.attributes) != set(tables[0].attributes):
            raise UserError(
                f'{str(source)!r} and {str(options.data[0])!r} label other attributes: choose with --attributes; '
                f'both have {", ".join(name for name in tables[0].attributes if name in table.attributes) or "none"}'
            )
    tables = [table.select(tables[0].attributes, []) for table in tables]
    return [drop_zero(with_parts(table, options.validation, options.seed), options.drop_zero, options.seed) for table in tables]


def with_parts(table: Table, validation: float, seed: int) -> Table:
    """Sets a validation part aside, by group: drawn by a hash, so that it stays the same whatever else changes. Without any parts a test part too."""

    def draw(group: str) -> float:
        return int.from_bytes(hashlib.sha256(f'{seed} {group}'.encode()).digest()[:8], 'big') / 2**64

    if not any(table.splits):
        shares = {group: draw(group) for group in set(table.groups)}
        table.splits = ['test' if shares[g] < validation else 'valid' if shares[g] < 2 * validation else 'train' for g in table.groups]
    elif 'valid' not in table.splits:
        shares = {group: draw(group) for group in set(table.groups)}
        table.splits = ['valid' if s == 'train' and shares[g] < validation else s for s, g in zip(table.splits, table.groups)]
    return table


def drop_zero(table: Table, how: str, seed: int) -> Table:
    """Leaves rows without any attribute out: 'none', 'all', or a share of them, drawn with the seed."""
    try:
        share = {'none': 0.0, 'all': 1.0}[how] if how in ('none', 'all') else float(how)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UserError(f'--drop-zero: expected none, all, or a share from 0 to 1, got {how!r}')
    zero = ~(table.labels >= 0.5).any(1)
    drawn = np.random.default_rng(seed).random(len(zero)) < share
    return table.rows(~(zero & drawn))


def read_dataset(options: Namespace, framing: Framing, log: bool = True) -> Dataset:
    """All tables with their images decoded."""
    tables = read_tables(options)
    folders = options.images or [source if source.is_dir() else source.parent for source in options.data]
    if len(folders) not in (1, len(tables)):
        raise UserError(f'--images: expected one folder, or one for each of the {len(tables)} tables, got {len(folders)}')
    indices = {folder: index_images(folder) for folder in set(folders)}
    kept, paths, soft = [], [], []
    missing = 0
    for i, table in enumerate(tables):
        found = indices[folders[i if len(folders) > 1 else 0]]
        places = [find_image(found, name) for name in table.images]
        there = np.array([place is not None for place in places], bool)
        missing += int((~there).sum())
        if not there.any():
            raise UserError(
                f'none of the {len(places)} images of {str(options.data[i])!r} is there: expected names like {table.images[0]!r}, '
                f'got names like {next(iter(found))!r}'
            )
        kept.append(table.rows(there))
        paths += [place for place in places if place is not None]
        soft += [bool(((table.labels > 0) & (table.labels < 1)).any())] * int(there.sum())
    crops, usable = load_crops(paths, framing, options.cache, options.workers or os.cpu_count() or 1)
    keep = np.flatnonzero(usable)
    if len(keep) == 0:
        raise UserError(f'none of the {len(paths)} images can be read')
    skipped = missing + int((~usable).sum())
    if log and skipped > 0:
        print(f'{skipped} labelled images are missing or cannot be read; the others are used')
    return Dataset(
        attributes=tables[0].attributes,
        names=[name for table in kept for name in table.images],
        crops=crops,
        labels=np.concatenate([table.labels for table in kept]),
        soft=np.array(soft, bool),
        # Those that cannot be read are in no part.
        splits=np.where(usable, np.array([split for table in kept for split in table.splits]), ''),
        groups=np.array([group for table in kept for group in table.groups]),
        skipped=skipped,
    )
