"""Tables of labels: CelebA's layout, Kaggle's, or any table with a column for each attribute.

Cells are between commas, semicolons or tabs; labels are 0 or 1, ±1, probabilities, or words like True and no.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import UserError

IMAGE_COLUMNS = ['file_name', 'filename', 'image_path', 'path', 'file', 'image_id', 'image', 'image_name', 'name', '']
"""Columns of names, the most certain first: the index of pandas has no name."""
SPLIT_COLUMNS = {'split', 'partition'}
GROUP_COLUMNS = {'identity', 'person', 'group'}
OWN_COLUMNS = ['image', 'face', 'x', 'y', 'width', 'height', 'score', 'cluster', 'silhouette']
"""The first columns of this project's faces.csv. Attributes follow, as far as a column `path`."""
BESIDE = {'', 'unnamed: 0', 'id', 'face', 'x', 'y', 'width', 'height', 'score', 'cluster', 'silhouette'}
"""Columns that are not attributes, including those of this project's faces.csv."""
LABELS = ['list_attr_celeba.txt', 'list_attr_celeba.csv', 'list_attr_celeba.txt.gz', 'list_attr_celeba.csv.gz']
PARTITIONS = ['list_eval_partition.txt', 'list_eval_partition.csv', 'list_eval_partition.txt.gz', 'list_eval_partition.csv.gz']
IDENTITIES = ['identity_CelebA.txt', 'identity_CelebA.csv', 'identity_CelebA.txt.gz']
WORDS = {'true': '1', 'yes': '1', 't': '1', 'y': '1', 'false': '0', 'no': '0', 'f': '0', 'n': '0'}
SEPARATORS = '\t;,'
SPLITS = {
    '0': 'train', '1': 'valid', '2': 'test', 'train': 'train', 'training': 'train', 'valid': 'valid', 'validation': 'valid',
    'val': 'valid', 'dev': 'valid', 'test': 'test',
}  # fmt: skip


@dataclass
class Table:
    """Labels of `n` images."""

    attributes: list[str]
    images: list[str]
    """Names as in the table."""
    labels: np.ndarray
    """float32 `[n, attributes]`, in [0, 1]; values between 0 and 1 are soft labels."""
    splits: list[str]
    """'train', 'valid', 'test', or '' if unknown."""
    groups: list[str]
    """The person in each image. All images of a person belong to the same part."""

    def rows(self, keep: np.ndarray) -> Table:
        """Selects rows by a mask or by positions."""
        positions = np.flatnonzero(keep) if keep.dtype == bool else keep
        pick = [int(i) for i in positions]
        return Table(
            self.attributes,
            [self.images[i] for i in pick],
            self.labels[positions],
            [self.splits[i] for i in pick],
            [self.groups[i] for i in pick],
        )

    def select(self, attributes: list[str], drop: list[str]) -> Table:
        """Selects attributes, in the given order (all if empty), without those in `drop`."""
        for name in [*attributes, *drop]:
            if name not in self.attributes:
                raise UserError(f'the labels have no attribute {name!r}; they have {", ".join(self.attributes)}')
        chosen = [name for name in (attributes or self.attributes) if name not in drop]
        if not chosen:
            raise UserError('no attribute is left: all of them are dropped')
        columns = [self.attributes.index(name) for name in chosen]
        return Table(chosen, self.images, self.labels[:, columns], self.splits, self.groups)


def read_text(path: Path) -> str:
    """Reads a text file in UTF-8, or in UTF-16 with a byte order mark; plain or gzipped."""
    try:
        data = path.read_bytes()
        if data[:2] == b'\x1f\x8b':
            data = gzip.decompress(data)
        return data.decode('utf-16' if data[:2] in (b'\xff\xfe', b'\xfe\xff') else 'utf-8-sig')
    except (OSError, UnicodeDecodeError, zlib.error, EOFError) as error:
        raise UserError(f'cannot read {str(path)!r}: {error}') from error


def read_table(source: Path) -> Table:
    """Reads the labels of a file, or of a folder with CelebA's tables.

    Raises a UserError if they cannot be read.
    """
    if source.is_dir():
        return _read_celeba(source)
    text = read_text(source)
    lines = text.splitlines()
    # The first line of CelebA's own file is the number of images; some copies lack it.
    header = next((i for i, line in enumerate(lines) if line.strip() and not line.strip().isdigit()), None)
    if header is None:
        raise UserError(f'the labels {str(source)!r} are empty: expected a line of attribute names and a line for each image')
    separator = max(SEPARATORS, key=lines[header].count)
    if separator in lines[header]:
        return _parse_csv(source, lines[header:], header, separator)
    return _parse_spaced(source, lines, header)


def _read_celeba(folder: Path) -> Table:
    labels = _find(folder, LABELS)
    if labels is None:
        tables = sorted(path for path in folder.glob('*.csv'))
        if len(tables) != 1:
            found = ', '.join(path.name for path in tables) or 'none'
            raise UserError(f'no data set in {str(folder)!r}: expected {LABELS[0]}, or one table of labels (.csv); found {found}')
        return read_table(tables[0])
    table = read_table(labels)
    partitions, identities = _find(folder, PARTITIONS), _find(folder, IDENTITIES)
    if partitions is not None:
        of = _pairs(partitions)
        # Some copies lack the last line; its image belongs to no part.
        table.splits = [SPLITS.get(of.get(name, ''), '') for name in table.images]
    if identities is not None:
        of = _pairs(identities)
        table.groups = [of.get(name, name) for name in table.images]
    return table


def _find(folder: Path, names: list[str]) -> Path | None:
    places = [folder, folder / 'Anno', folder / 'Eval', folder / 'anno', folder / 'eval']
    return next((place / name for place in places for name in names if (place / name).is_file()), None)


def _pairs(path: Path) -> dict[str, str]:
    rows = (line.replace(',', ' ').split() for line in read_text(path).splitlines())
    return {row[0]: row[1] for row in rows if len(row) == 2}


def _parse_spaced(source: Path, lines: list[str], header: int) -> Table:
    attributes = lines[header].split()
    images, values = [], []
    for number, line in enumerate(lines[header + 1 :], header + 2):
        fields = line.split()
        if not fields:
            continue
        if len(fields) != len(attributes) + 1:
            raise UserError(
                f'the labels {str(source)!r}, line {number}: expected a name and {len(attributes)} values, got {len(fields) - 1} values'
            )
        images.append(fields[0])
        values.append(fields[1:])
    return _table(source, attributes, images, values, [''] * len(images), images)


def _parse_csv(source: Path, lines: list[str], header: int, separator: str) -> Table:
    rows = list(csv.reader(io.StringIO('\n'.join(lines)), delimiter=separator))
    names = [name.strip() for name in rows[0]]
    if names[: len(OWN_COLUMNS)] == OWN_COLUMNS and 'path' in names[len(OWN_COLUMNS) :]:
        width = names.index('path', len(OWN_COLUMNS))
        rows = [row[:width] if len(row) == len(names) else row for row in rows]
        names = names[:width]
    rows = [row for row in rows[1:] if row]
    for number, row in enumerate(rows, header + 2):
        if len(row) != len(names):
            raise UserError(f'the labels {str(source)!r}, line {number}: expected {len(names)} columns, got {len(row)}')

    keys = [name.lower().replace(' ', '_') for name in names]

    def column(known: set[str]) -> int | None:
        return next((i for i, key in enumerate(keys) if key in known), None)

    image = next((keys.index(key) for key in IMAGE_COLUMNS if key in keys), None)
    split, group = column(SPLIT_COLUMNS), column(GROUP_COLUMNS)
    if image is None:
        raise UserError(f'the labels {str(source)!r} have no column of images: expected one like image_id, got {", ".join(names)}')
    columns = [i for i, name in enumerate(names) if i not in (image, split, group) and name.lower() not in BESIDE]
    if not columns:
        raise UserError(f'the labels {str(source)!r} have no attributes: expected a column for each, got {", ".join(names)}')
    images = [row[image] for row in rows]
    splits = [''] * len(rows) if split is None else [SPLITS.get(row[split].lower(), row[split]) for row in rows]
    groups = [_person(name) for name in images] if group is None else [row[group] for row in rows]
    return _table(source, [names[i] for i in columns], images, [[row[i] for i in columns] for row in rows], splits, groups)


def _person(image: str) -> str:
    """The person in an image. LFW's folders have the names of people, and its images those of their
    folders; elsewhere each image is a group of its own."""
    *_, folder, name = ['', *image.split('/')]
    return folder if folder and name.startswith(f'{folder}_') else image


def _table(source: Path, attributes: list[str], images: list[str], values: list[list[str]], splits: list[str], groups: list[str]) -> Table:
    values = [[WORDS.get(value.strip().lower(), value) for value in row] for row in values]
    try:
        labels = np.array(values, np.float32).reshape(len(images), len(attributes))
    except ValueError as error:
        raise UserError(f'the labels {str(source)!r}: expected numbers only, and no empty cell; {error}') from error
    wrong = ~((labels == -1) | ((labels >= 0) & (labels <= 1)))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise UserError(
            f'the labels {str(source)!r}: {attributes[column]} of {images[row]!r}: expected -1, or a number from 0 to 1, got {labels[row, column]:g}'
        )
    ternary = np.flatnonzero((labels == -1).any(axis=0) & (labels == 0).any(axis=0))
    if len(ternary) > 0:
        names = ', '.join(attributes[i] for i in ternary[:5])
        raise UserError(
            f"the labels {str(source)!r} have -1 as well as 0, which stands for 'not defined': training needs every label. "
            f'Leave these columns out of the table, or the rows: {names}'
        )
    return Table(attributes, images, np.maximum(labels, 0), splits, groups)
