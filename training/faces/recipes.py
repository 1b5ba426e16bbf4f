"""What is done to make a network: the original work's recipe, and a better one."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Augmentation:
    """How crops are altered, each by an amount drawn anew from ± its number."""

    rotation: float = 0
    """Degrees."""
    shift: float = 0
    """Of the side."""
    shear: float = 0
    """Tangent of the angle."""
    zoom: float = 0
    """Of the scale."""
    flip: bool = True
    light: float = 0
    """Brightness, contrast and saturation, of their value."""
    blur: float = 0
    """Share of the batches in which half of the crops are made small and large again, as those of small faces are."""
    erase: float = 0
    """Share of the crops in which a rectangle is made grey."""
    last_plain: int = 0
    """Epochs at the end without any of it but the flip and the light."""


@dataclass(frozen=True)
class Recipe:
    """How a network is trained."""

    name: str
    width: int
    height: int
    stretch: bool
    """Whether images are stretched to the input, as the original does, or cut to its proportions."""
    loss: str
    """'cosine' (1 − cosine similarity of probabilities and labels) or 'entropy' (binary cross-entropy)."""
    optimiser: str
    """'adadelta' or 'adamw'."""
    rate: float
    """Learning rate at its highest."""
    cosine: bool
    """Whether the learning rate rises at the beginning and then falls as a cosine to nothing; constant otherwise."""
    batch: int
    epochs: int
    augmentation: Augmentation
    weight_decay: float = 0
    dropout: float = 0.3
    mixup: float = 0
    """α of the Beta distribution two images are mixed by (Zhang et al., 'mixup', ICLR 2018); 0 for none."""
    smoothing: float = 0
    """How far true labels are drawn in from 0 and 1; soft ones stay."""
    average: float = 0
    """Decay a step of the moving average of the weights, which is what is tested and exported; 0 for none."""
    clip: float = 0
    """Largest norm of the gradient; 0 for any."""
    balance: float = 0
    """Weight of rare values in the loss: 0 counts faces alike, 1 both values of an attribute alike."""


ORIGINAL = Recipe(
    name='original',
    width=224, height=224, stretch=True,
    loss='cosine', optimiser='adadelta', rate=1.0, cosine=False,
    batch=64, epochs=32,
    augmentation=Augmentation(rotation=20, shift=0.2, shear=0.2, zoom=0.2),
)  # fmt: skip
"""The original work's: cosine proximity, Adadelta (Keras's ρ 0.95), its augmentations, the best checkpoint by validation accuracy."""

DEFAULT = Recipe(
    name='default',
    width=160, height=192, stretch=False,
    loss='entropy', optimiser='adamw', rate=1.5e-3, cosine=True,
    batch=256, epochs=56,
    augmentation=Augmentation(rotation=15, shift=0.06, shear=0.1, zoom=0.15, light=0.25, blur=0.4, erase=0.15, last_plain=5),
    weight_decay=0.05, mixup=0.2, smoothing=0.03, average=0.998, clip=2,
)  # fmt: skip

RECIPES = {recipe.name: recipe for recipe in (ORIGINAL, DEFAULT)}


def recipe_with(name: str, **changes: object) -> Recipe:
    """A recipe with some of it changed; None changes nothing."""
    return replace(RECIPES[name], **{key: value for key, value in changes.items() if value is not None})
