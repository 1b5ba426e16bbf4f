"""Files of a training in its folder. Only these are ever replaced or removed."""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
from dataclasses import fields
from pathlib import Path

from .errors import UserError

# Marks a folder with a training of this program. Without the marker, files of these names belong to
# another program: `best.pt` is a common name.
MARKER = '.face-clusters-training.json'

_WEIGHTS = ('best.pt', 'last.pt')
_NAMES = (
    'log.csv', 'augmentations.png', 'curves.png', 'calibration.json', 'validation.json', *_WEIGHTS,
    *(f'.{name}.face-clusters-partial' for name in _WEIGHTS), 'best.partial', 'last.partial',
)  # fmt: skip
"""Earlier versions wrote the last two."""
_TEACHER = re.compile(r'teacher-\d+')
SAID = 'said.pt'
"""What a teacher said of the images that were held out."""
_TEACHER_NAMES = (*_NAMES, SAID, f'.{SAID}.face-clusters-partial', 'said.npy')
"""Earlier versions wrote the last one."""


def partial_of(path: Path) -> Path:
    """Temporary path of a file that is written atomically."""
    return path.with_name(f'.{path.name}.face-clusters-partial')


def claim(out: Path, fresh: bool, init: str) -> None:
    """Marks the folder as that of a training, and with `fresh` removes the files of an earlier one.

    Other files stay, and links are not followed. Called only after all checks of the input.
    `init`: value of --init. Raises a UserError if files of others would be replaced.
    """
    _check_folder(out)
    own = _own_files(out)
    for path in own:
        if path.is_symlink() or not path.is_file():
            raise UserError(f'{str(path)!r} is not a regular file: give another --out')
    if own and not _is_claimed(out):
        names = ', '.join(path.name for path in own[:5])
        raise UserError(f'{str(out)!r} contains files that no training of this program has written: {names}; give another --out')
    if fresh:
        for path in own:
            if Path(init).exists() and os.path.samefile(init, path):
                raise UserError(f'--fresh would remove {init!r}, which --init names: give another --out')
        for path in own:
            path.unlink()
        for folder in _teachers(out):
            if not any(folder.iterdir()):
                folder.rmdir()
    out.mkdir(parents=True, exist_ok=True)
    if not os.path.lexists(out / MARKER):
        about = 'This folder contains a training of Face Clusters; --fresh removes its files, and nothing else.'
        with open(out / MARKER, 'x') as file:
            json.dump({'program': 'face-clusters', 'kind': 'training', 'about': about}, file)


def add_overwrite_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('--overwrite', action='store_true', help='replace existing files')


def check_outputs(paths: list[Path], overwrite: bool) -> None:
    """Checks output files before the work.

    Raises a UserError if one exists and `overwrite` is not set, or is not a regular file.
    """
    for path in paths:
        if not os.path.lexists(path):
            continue
        if path.is_symlink() or not path.is_file():
            raise UserError(f'{str(path)!r} is not a regular file: give another --out')
        if not overwrite:
            raise UserError(f'{str(path)!r} already exists: give another --out, or --overwrite to replace it')


def _check_folder(out: Path) -> None:
    if out.is_symlink():
        raise UserError(f'{str(out)!r} is a symbolic link: give its target as --out')
    if out.exists() and not out.is_dir():
        raise UserError(f'{str(out)!r} is not a folder: give another --out')


def _own_files(out: Path) -> list[Path]:
    """Existing paths with the names of a training's files. Links are not followed."""
    places = [out / name for name in _NAMES]
    for folder in _teachers(out):
        if folder.is_symlink() or not folder.is_dir():
            places.append(folder)
        else:
            places += [folder / name for name in _TEACHER_NAMES]
    return [path for path in places if os.path.lexists(path)]


def _teachers(out: Path) -> list[Path]:
    return sorted(path for path in out.iterdir() if _TEACHER.fullmatch(path.name)) if out.is_dir() else []


def _is_claimed(out: Path) -> bool:
    marker = out / MARKER
    if marker.is_file() and not marker.is_symlink():
        try:
            content = json.loads(marker.read_text())
        except ValueError:
            return False
        return isinstance(content, dict) and content.get('program') == 'face-clusters' and content.get('kind') == 'training'
    # Earlier versions wrote no marker; their log identifies them.
    from .loop import Epoch  # imports PyTorch

    log = out / 'log.csv'
    if not log.is_file():
        return False
    with open(log, newline='', errors='replace') as file:
        return next(csv.reader(file), []) == [field.name for field in fields(Epoch)]
