"""Errors that the user can fix, reported in one line without a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable


class UserError(Exception):
    """An input cannot be used. The message contains the expected and the received value."""


def main(command: Callable[[], None]) -> None:
    """Runs a command. The exit status is 1 after a `UserError`, and 130 after an interrupt."""
    try:
        command()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print('interrupted; the same command resumes a training after its last complete epoch', file=sys.stderr)
        sys.exit(130)
