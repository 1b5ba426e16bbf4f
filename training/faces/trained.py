"""Reads files of weights with the properties of their networks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .crops import Framing
from .network import read_content
from .recipes import recipe_with


@dataclass(frozen=True)
class Trained:
    """Content of a file of weights."""

    content: dict
    """The whole content: as written by ../train.py, or a state dict."""
    bare: bool
    """Whether the content is only a state dict, as in the weights that the project started from."""
    framing: Framing
    attributes: list[str] | None
    """Names of the outputs; None if unknown."""


def read_trained(path: Path) -> Trained:
    """Raises a UserError if the file cannot be read."""
    content = read_content(path)
    if 'recipe' not in content:
        recipe = recipe_with('default')
        return Trained(content, True, Framing(recipe.width, recipe.height, recipe.stretch), None)
    recipe = content['recipe']
    return Trained(content, False, Framing(recipe['width'], recipe['height'], recipe['stretch']), content['attributes'])
