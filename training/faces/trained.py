"""What a file of weights says of the network in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .crops import Framing
from .network import read_content
from .recipes import recipe_with


@dataclass(frozen=True)
class Trained:
    """A network as it was kept."""

    content: dict
    """All that the file holds: what ../train.py writes, or a state dict."""
    bare: bool
    """Whether it is a state dict alone, as of the weights that came with the project."""
    framing: Framing
    attributes: list[str] | None
    """Its outputs; None where the file does not say."""


def read_trained(path: Path) -> Trained:
    """A `UserError` where the file cannot be read."""
    content = read_content(path)
    if 'recipe' not in content:
        recipe = recipe_with('default')
        return Trained(content, True, Framing(recipe.width, recipe.height, recipe.stretch), None)
    recipe = content['recipe']
    return Trained(content, False, Framing(recipe['width'], recipe['height'], recipe['stretch']), content['attributes'])
