"""What is kept at the end of every epoch, so that a training that was killed goes on as if it had not been."""

from __future__ import annotations

import os
from pathlib import Path

import torch

from .errors import UserError
from .own_files import partial_of


def save(path: Path, content: dict) -> None:
    """Whole or not at all, whenever the process is killed. A link in its place is replaced, not followed."""
    partial = partial_of(path)
    partial.unlink(missing_ok=True)  # of a process that was killed
    with open(partial, 'xb') as file:
        torch.save(content, file)
    os.replace(partial, path)


def load(path: Path, settings: dict) -> dict | None:
    """The last epoch's, or None where there is none. It must be of the same training."""
    if not path.exists():
        return None
    try:
        content = torch.load(path, map_location='cpu')
    except (OSError, RuntimeError, EOFError) as error:
        raise UserError(f'cannot go on from {str(path)!r}: {error}; --fresh begins anew') from error
    differing = [name for name, value in settings.items() if content['settings'].get(name) != value]
    if differing:
        name = differing[0]
        raise UserError(
            f'{str(path.parent)!r} holds a training with {name} = {content["settings"].get(name)!r}, now it is {settings[name]!r}: '
            'give another --out, or --fresh to begin anew'
        )
    return content
