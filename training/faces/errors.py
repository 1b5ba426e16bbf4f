"""Errors that are the user's to mend: told in one line, without a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable


class UserError(Exception):
    """Something that was given cannot be used; the message says what was expected, what came and where."""


def main(command: Callable[[], None]) -> None:
    """Runs a command. Exit status 1 with the reason for a `UserError`, 130 where it was interrupted."""
    try:
        command()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print('interrupted; what was kept at the end of the last epoch goes on with the same command', file=sys.stderr)
        sys.exit(130)
