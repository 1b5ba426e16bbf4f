"""Checkpoints at the end of every epoch, from which a killed training resumes without any difference."""

from __future__ import annotations

import os
from pathlib import Path

import torch

from .errors import UserError
from .own_files import partial_of


def save(path: Path, content: dict) -> None:
    """Writes a file atomically. A link in its place is replaced, not followed."""
    partial = partial_of(path)
    partial.unlink(missing_ok=True)  # left by a killed process
    with open(partial, 'xb') as file:
        torch.save(content, file)
    os.replace(partial, path)


def load(path: Path, settings: dict) -> dict | None:
    """The checkpoint of the last epoch, or None.

    Raises a UserError if it cannot be read, or belongs to a training with other settings.
    """
    if not path.exists():
        return None
    try:
        content = torch.load(path, map_location='cpu')
    except (OSError, RuntimeError, EOFError) as error:
        raise UserError(f'cannot resume from {str(path)!r}: {error}; --fresh starts over') from error
    differing = [name for name, value in settings.items() if content['settings'].get(name) != value]
    if differing:
        name = differing[0]
        raise UserError(
            f'{str(path.parent)!r} contains a training with {name} = {content["settings"].get(name)!r}, but it is {settings[name]!r} now: '
            'give another --out, or --fresh to start over'
        )
    return content
