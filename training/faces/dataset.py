"""Data sets for training, from tables and images: crops, labels and parts."""

from __future__ import annotations

import hashlib
import json
import os
from argparse import ArgumentParser, Namespace
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .crops import Framing, load_crops, place_of
from .errors import UserError
from .tables import SPLITS, Table, read_table

PART_NAMES = {split: name for name, split in SPLITS.items() if name}
"""What the parts are called in labels."""


@dataclass
class Dataset:
    """`n` labeled crops."""

    attributes: list[str]
    names: list[str]
    crops: np.ndarray
    """uint8 `[n, height, width, 3]`, RGB, memory-mapped from a file."""
    labels: np.ndarray
    """float32 `[n, attributes]`, in [0, 1]; NaN where undefined."""
    soft: np.ndarray
    """bool `[n]`: whether the labels are probabilities of another network instead of true labels."""
    splits: np.ndarray
    """str `[n]`: 'train', 'valid' or 'test'; '' for unreadable images."""
    groups: np.ndarray
    """str `[n]`: the person in the image."""
    skipped: int
    """Number of labeled images that are missing or unreadable."""

    def positions(self, split: str) -> np.ndarray:
        """Positions of the images of a part."""
        return np.flatnonzero(self.splits == split)

    def needed(self, split: str) -> np.ndarray:
        """Positions of the images of a part. Raises a UserError if there are none."""
        positions = self.positions(split)
        if len(positions) == 0:
            raise UserError(f'no images in the part {PART_NAMES[split]!r}: {self.parts()}')
        return positions

    def parts(self) -> str:
        """The parts that there are, and how to get others: for messages that one is missing."""
        counts = Counter(PART_NAMES.get(split, split) for split in self.splits.tolist())
        found = ', '.join(f'{part or "none"} ({count})' for part, count in counts.most_common(12))
        what = f'the images are in the parts {found}'
        if not any(counts[name] for name in PART_NAMES.values()):
            lfw = ' (of LFW by peopleDevTrain.txt and peopleDevTest.txt beside the labels)'
            is_lfw = any(part.startswith('fold ') for part in counts)
            what += f'; call them training, validation and test{lfw if is_lfw else ""}'
            what += ', or leave them out: then parts are drawn by person'
        elif not counts['validation']:
            what += '; --validation holds out a larger share of the people'
        return what

    def fingerprint(self) -> str:
        """What tells these labels, parts and people from others, for a training that goes on."""
        labels = hashlib.sha256(self.labels.tobytes()).hexdigest()
        of_rows = [each.tolist() for each in (self.soft, self.splits, self.groups)]
        return fingerprint_of(self.names, labels, *of_rows)

    def frequencies(self, positions: np.ndarray) -> np.ndarray:
        """Share of the images that have each attribute, float32 `[attributes]`, of those in which it is defined.

        Raises a UserError for an attribute that is defined in none.
        """
        labels = self.labels[positions]
        defined = (~np.isnan(labels)).sum(0)
        without = [name for name, count in zip(self.attributes, defined) if count == 0]
        if without:
            raise UserError(f'no label of {", ".join(without[:5])} is defined in the training part: leave it out with --drop')
        return ((labels >= 0.5).sum(0) / defined).astype(np.float32)


def fingerprint_of(names: list[str], *more: object) -> str:
    """Number of the images, and a hash of their names and of what else is given."""
    digest = hashlib.sha256(json.dumps([names, *more]).encode()).hexdigest()
    return f'{len(names)} images, SHA-256 {digest[:16]}…'


def add_data_options(parser: ArgumentParser) -> None:
    """Options of all commands that select data."""
    parser.add_argument('--data', nargs='+', required=True, type=Path, metavar='FILE|FOLDER', help='tables of labels, or folders of data sets: all that `face-clusters dataset` reads')
    parser.add_argument('--images', nargs='+', type=Path, metavar='FOLDER', help='folders of the images: one for each of --data, or one for all (default: the folder of the labels)')
    parser.add_argument('--attributes', default='', help='comma-separated (default: all)')
    parser.add_argument('--drop', default='', help='attributes to leave out, comma-separated (the original: Attractive,Pale_Skin,Blurry)')
    parser.add_argument('--drop-zero', default='none', metavar='none|all|SHARE', help='rows without any attribute: keep them, drop them, or drop this share')
    parser.add_argument('--validation', type=float, default=0.1, help='share of the people in the training part that is held out if the labels have no validation part')
    parser.add_argument('--seed', type=int, default=1)


def add_crop_options(parser: ArgumentParser) -> None:
    """Options of commands that decode crops."""
    parser.add_argument('--cache', type=Path, default=Path('.cache/training'), help='folder for decoded crops')
    parser.add_argument('--workers', type=int, default=0, help='processes that decode; 0: one per core')


def names_in(text: str) -> list[str]:
    """Names with commas between them, or a JSON list, in which names may have commas."""
    if text.startswith('['):
        try:
            return [str(name) for name in json.loads(text)]
        except json.JSONDecodeError:
            pass  # a name that begins with a bracket
    return [name.strip() for name in text.split(',') if name.strip()]


def image_folders(options: Namespace) -> list[Path | None]:
    """The folder of the images of each table; None for that of its labels."""
    folders = options.images or [None]
    if len(folders) not in (1, len(options.data)):
        raise UserError(f'--images: expected one folder, or one for each of the {len(options.data)} tables, got {len(folders)}')
    return folders * len(options.data) if len(folders) == 1 else folders


def read_tables(options: Namespace) -> list[Table]:
    """All tables, with the same selected attributes and a part for each row."""
    chosen, drop = names_in(options.attributes), names_in(options.drop)
    tables = [read_table(source, folder).select(chosen, drop) for source, folder in zip(options.data, image_folders(options))]
    for source, table in zip(options.data, tables):
        if set(table.attributes) != set(tables[0].attributes):
            raise UserError(
                f'{str(source)!r} and {str(options.data[0])!r} have different attributes: select some with --attributes; '
                f'both have {", ".join(name for name in tables[0].attributes if name in table.attributes) or "none"}'
            )
    tables = [table.select(tables[0].attributes, []) for table in tables]
    return [drop_zero(with_parts(table, options.validation, options.seed), options.drop_zero, options.seed) for table in tables]


def with_parts(table: Table, validation: float, seed: int) -> Table:
    """Holds out a validation part if there is none, and also a test part if there are no parts.

    Groups are drawn by a hash, so a group's part does not depend on the other groups.
    """

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
    """Drops rows without any attribute: 'none', 'all', or a share of them, drawn with the seed."""
    try:
        share = {'none': 0.0, 'all': 1.0}[how] if how in ('none', 'all') else float(how)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UserError(f'--drop-zero: expected none, all, or a share from 0 to 1, got {how!r}')
    zero = (table.labels < 0.5).all(1)  # a row in which one is not defined may have it
    drawn = np.random.default_rng(seed).random(len(zero)) < share
    return table.rows(~(zero & drawn))


def read_dataset(options: Namespace, framing: Framing, log: bool = True) -> Dataset:
    """Reads all tables and decodes their images.

    Raises a UserError if a table has no readable image.
    """
    tables = read_tables(options)
    kept, paths, soft = [], [], []
    missing = 0
    for table, folder, source in zip(tables, image_folders(options), options.data):
        folder = folder or (source if source.is_dir() else source.parent)
        places = [place_of(folder, name) for name in table.images]
        there = np.array([place is not None for place in places], bool)
        missing += int((~there).sum())
        if not there.any():
            raise UserError(
                f'none of the {len(places)} images of {str(source)!r} is a file below {str(folder)!r}: '
                f'expected for example {table.images[0]!r}; --images names another folder'
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
        print(f'{skipped} labeled images are missing or cannot be read; the others are used')
    return Dataset(
        attributes=tables[0].attributes,
        names=[name for table in kept for name in table.images],
        crops=crops,
        labels=np.concatenate([table.labels for table in kept]),
        soft=np.array(soft, bool),
        # Unreadable images belong to no part.
        splits=np.where(usable, np.array([split for table in kept for split in table.splits]), ''),
        groups=np.array([group for table in kept for group in table.groups]),
        skipped=skipped,
    )
