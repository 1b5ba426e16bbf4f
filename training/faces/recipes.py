"""Training recipes: that of the original work, and a better one."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Augmentation:
    """Random changes of crops. Amounts are drawn uniformly from ± the given maximum."""

    rotation: float = 0
    """Maximum, in degrees."""
    shift: float = 0
    """Maximum, as a fraction of the side."""
    shear: float = 0
    """Maximum tangent of the angle."""
    zoom: float = 0
    """Maximum relative change of the scale."""
    flip: bool = True
    light: float = 0
    """Maximum relative change of brightness, contrast and saturation."""
    blur: float = 0
    """Share of the batches in which half of the crops are shrunk and enlarged, like crops of small
    faces."""
    erase: float = 0
    """Share of the crops in which a rectangle is filled with gray."""
    last_plain: int = 0
    """Number of final epochs without rotation, shift, shear, zoom and erasing."""


@dataclass(frozen=True)
class Recipe:
    """Network input, loss, optimizer and regularization of a training."""

    name: str
    width: int
    height: int
    stretch: bool
    """Whether images are stretched to the input, as in the original work, or cropped to its
    proportions."""
    loss: str
    """'cosine' (1 − cosine similarity of probabilities and labels) or 'entropy' (binary cross-entropy)."""
    optimiser: str
    """'adadelta' or 'adamw'."""
    rate: float
    """Maximum learning rate."""
    cosine: bool
    """Whether the learning rate has a warm-up and a cosine decay to 0; otherwise it is constant."""
    batch: int
    epochs: int
    augmentation: Augmentation
    weight_decay: float = 0
    dropout: float = 0.3
    mixup: float = 0
    """α of the Beta distribution of mixing weights (Zhang et al., 'mixup', ICLR 2018); 0 for none."""
    smoothing: float = 0
    """Label smoothing: distance of true labels from 0 and 1. Soft labels are not smoothed."""
    average: float = 0
    """Decay per step of the moving average of the weights, which is tested and exported; 0 for none."""
    clip: float = 0
    """Maximum norm of the gradient; 0 for no limit."""
    balance: float = 0
    """Weight of rare values in the loss, in [0, 1]: with 0 all faces count equally, with 1 both values
    of an attribute."""


ORIGINAL = Recipe(
    name='original',
    width=224, height=224, stretch=True,
    loss='cosine', optimiser='adadelta', rate=1.0, cosine=False,
    batch=64, epochs=32,
    augmentation=Augmentation(rotation=20, shift=0.2, shear=0.2, zoom=0.2),
)  # fmt: skip
"""Recipe of the original work: cosine proximity, Adadelta (ρ = 0.95 as in Keras), its augmentation, and
the checkpoint of the best validation accuracy."""

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
    """A recipe with some fields changed. None leaves a field unchanged."""
    return replace(RECIPES[name], **{key: value for key, value in changes.items() if value is not None})
