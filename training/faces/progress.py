"""Progress bars on terminals."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar('T')


def progress(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """Iterates over items with a progress bar on stderr."""
    return iter(tqdm(items, desc=what, total=total, leave=False, disable=not sys.stderr.isatty()))
