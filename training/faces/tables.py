"""Tables of labels.

All layouts and spellings are read by `face-clusters labels`, the reader of the command line, which writes them as
one plain table: `image,split,person` and a column for each attribute. Only that plain table is read here, so that
training understands what `face-clusters dataset` understands, and nothing else.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import UserError

PLAIN_COLUMNS = ['image', 'split', 'person']
PLAIN_FILE = 'labels.csv'
SPLITS = {'training': 'train', 'validation': 'valid', 'test': 'test', '': ''}
"""Names of parts in the plain table, and here."""
COMMAND_LINE = Path(__file__).parents[2] / 'dist' / 'cli.js'
# What `forCsvCell` of src/text/neutralize.ts writes before cells that a spreadsheet would calculate.
DEFUSED = re.compile(r"(?:^|(?<=[;\t\r\n]))'(?='*[=+\-@\t\r＝＋－＠])")


@dataclass
class Table:
    """Labels of `n` images."""

    attributes: list[str]
    images: list[str]
    """Paths of the images below their folder; names as in the labels where an image is missing."""
    labels: np.ndarray
    """float32 `[n, attributes]`, in [0, 1]; values between 0 and 1 are soft labels. NaN where undefined."""
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
        """Selects attributes, in the given order (all if empty), without those in `drop`; both in any spelling."""
        dropped = columns_in(self.attributes, drop, 'the labels have')
        named = columns_in(self.attributes, attributes, 'the labels have')
        columns = [i for i in named or range(len(self.attributes)) if i not in dropped]
        if not columns:
            raise UserError('no attribute is left: all of them are dropped')
        chosen = [self.attributes[i] for i in columns]
        return Table(chosen, self.images, self.labels[:, columns], self.splits, self.groups)


def columns_in(names: list[str], wanted: list[str], has: str) -> list[int]:
    """Positions of the wanted attributes among the names, which may be spelled differently.

    `has`: what has these names, for the UserError that is raised if one is not among them.
    """
    known = {name_key(name): i for i, name in reversed(list(enumerate(names)))}
    columns = []
    for name in wanted:
        if name not in names and name_key(name) not in known:
            raise UserError(f'{has} no attribute {name!r}, but {", ".join(names)}')
        columns.append(names.index(name) if name in names else known[name_key(name)])
    return columns


def are_same(names: list[str], others: list[str]) -> bool:
    """Whether both are the same attributes in the same order, in any spelling."""
    return [name_key(name) for name in names] == [name_key(name) for name in others]


def name_key(name: str) -> str:
    """What is the same in all spellings of an attribute: 'Wearing_Hat', 'wearing hat'."""
    return re.sub(r'[\W_]', '', name.lower())


def read_table(source: Path, images: Path | None = None) -> Table:
    """Reads the labels in a file or a folder, in any layout that `face-clusters dataset` understands.

    `images`: folder of the images; by default that of the labels. Raises a UserError if they cannot be read.
    """
    plain = read_plain(source) if source.is_file() else None
    if plain is not None:
        return plain
    with tempfile.TemporaryDirectory() as folder:
        write_plain(source, images, Path(folder))
        table = read_plain(Path(folder, PLAIN_FILE))
    if table is None:
        raise UserError('`face-clusters labels` has written another table than expected: build it anew with `npm run build`')
    return table


def write_plain(source: Path, images: Path | None, out: Path) -> None:
    """Writes labels as a plain table by the command line, and prints what it left out or interpreted."""
    folder = images or (source if source.is_dir() else source.parent)
    labels = ['--labels', str(source.absolute())] if images is not None or not source.is_dir() else []
    command = [*command_line(source), 'labels', str(folder.absolute()), *labels, '--out', str(out)]
    result = subprocess.run(command, capture_output=True, encoding='utf-8', errors='replace')
    if result.returncode != 0:
        reason = result.stderr.strip().removeprefix('face-clusters: ')
        raise UserError(reason or f'`face-clusters labels` ended with {result.returncode}')
    for line in result.stdout.splitlines():
        if line.startswith('note: '):
            print(line)


def command_line(source: Path) -> list[str]:
    """How the command line is started. Raises a UserError if it is not there."""
    node, installed = shutil.which('node'), shutil.which('face-clusters')
    if node is not None and COMMAND_LINE.is_file():
        return [node, str(COMMAND_LINE)]
    if installed is not None:
        return [installed]
    raise UserError(
        f'{str(source)!r} is no plain table, and there is no command line to read it: install Node.js and run `npm ci && npm run build`, '
        'or write the table with `face-clusters labels FOLDER --out DIR` on another machine and give its labels.csv to --data'
    )


def read_plain(path: Path) -> Table | None:
    """Reads a plain table; None for other files."""
    try:
        with open(path, encoding='utf-8-sig', newline='') as file:
            start = file.read(len(','.join(PLAIN_COLUMNS)) + 1)
            text = start + file.read() if start == ','.join(PLAIN_COLUMNS) + ',' else ''
    except UnicodeDecodeError:
        return None
    except OSError as error:
        raise UserError(f'cannot read {str(path)!r}: {error}') from error
    first = len(PLAIN_COLUMNS)
    rows = [row for row in csv.reader(io.StringIO(text, newline='')) if row]
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return None
    header, rows = rows[0], rows[1:]
    try:
        labels = np.array([[cell or 'nan' for cell in row[first:]] for row in rows], np.float32)
    except ValueError:
        return None
    if not (np.isnan(labels) | ((labels >= 0) & (labels <= 1))).all():
        return None
    image, split, person = ([DEFUSED.sub('', row[i]) for row in rows] for i in range(first))
    groups = [who or name for who, name in zip(person, image)]
    return Table([DEFUSED.sub('', name) for name in header[first:]], image, labels, [SPLITS.get(each, each) for each in split], groups)
