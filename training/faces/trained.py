"""Reads files of weights with the properties of their networks."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from .crops import Framing
from .dataset import Dataset, names_in, read_dataset
from .errors import UserError
from .network import FaceAttributes, load_weights, outputs_of, read_content, state_in
from .recipes import recipe_with
from .tables import columns_in


@dataclass(frozen=True)
class Trained:
    """Content of a file of weights."""

    path: Path
    content: dict
    """The whole content: as written by ../train.py, or a state dict."""
    bare: bool
    """Whether the content is only a state dict, as in the weights that the project started from."""
    framing: Framing
    attributes: list[str] | None
    """Names of the outputs, in order; None if unknown."""

    def network(self) -> FaceAttributes:
        """The network with all its outputs, whichever attributes are compared."""
        names = self.attributes
        count = outputs_of(state_in(self.content)) if names is None else len(names)
        network = FaceAttributes(count)
        load_weights(network, self.path)
        return network

    def outputs(self, data: Dataset) -> list[str]:
        """Names of the outputs. Where they are unknown, they are the attributes of the data."""
        if self.attributes is not None:
            return self.attributes
        count = outputs_of(state_in(self.content))
        if count != len(data.attributes):
            raise UserError(
                f'{str(self.path)!r} does not tell the names of its {count} attributes, '
                f'and the data have {len(data.attributes)}: '
                f'name all {count} in their order with --attributes'
            )
        return data.attributes

    def columns(self, data: Dataset) -> list[int]:
        """The output for each attribute of the data: they may be fewer, or in another order."""
        return columns_in(self.outputs(data), data.attributes, f'{str(self.path)!r} has')

    def read_dataset(self, options: Namespace) -> Dataset:
        """Data framed for the network, with its attributes unless the options name others."""
        if self.attributes is not None:
            # Before the images are decoded, which takes long.
            columns_in(self.attributes, names_in(options.attributes), f'{str(self.path)!r} has')
            options.attributes = options.attributes or json.dumps(self.attributes)
        return read_dataset(options, self.framing)


def read_trained(path: Path) -> Trained:
    """Raises a UserError if the file cannot be read."""
    content = read_content(path)
    if 'recipe' not in content:
        recipe = recipe_with('default')
        framing = Framing(recipe.width, recipe.height, recipe.stretch)
        return Trained(path, content, True, framing, content.get('attributes'))
    recipe = content['recipe']
    framing = Framing(recipe['width'], recipe['height'], recipe['stretch'])
    return Trained(path, content, False, framing, content.get('attributes'))
