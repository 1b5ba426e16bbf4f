"""Checkpoints at the end of every epoch, from which a killed training resumes without any difference."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import torch

from .errors import UserError
from .own_files import partial_of


_UNREADABLE = (
    OSError, RuntimeError, EOFError, ValueError, LookupError, TypeError, pickle.UnpicklingError,
)  # fmt: skip


def save(path: Path, content: dict) -> None:
    """Writes a file atomically. A link in its place is replaced, not followed."""
    partial = partial_of(path)
    partial.unlink(missing_ok=True)  # left by a killed process
    with open(partial, 'xb') as file:
        torch.save(content, file)
    os.replace(partial, path)


def load(path: Path, settings: dict) -> dict | None:
    """What `save` wrote with these settings, or None: the checkpoint of the last epoch mostly.

    Raises a UserError if it cannot be read, or belongs to a training with other settings.
    """
    if not path.exists():
        return None
    try:
        content = torch.load(path, map_location='cpu')
        found = dict(content['settings'])
    except _UNREADABLE as error:
        raise UserError(f'cannot resume from {str(path)!r}: {error}; --fresh starts over') from error
    for name, value in settings.items():
        if name not in found:
            what = f'of an earlier version, which did not note its {name}'
        elif found[name] != value:
            what = f'with {name} = {found[name]!r}, but it is {value!r} now'
        else:
            continue
        raise UserError(
            f'{str(path.parent)!r} contains a training {what}: '
            'give another --out, or --fresh to start over'
        )
    return content
