"""Loss functions."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .recipes import Recipe


def loss_of(recipe: Recipe, logits: torch.Tensor, labels: torch.Tensor, frequencies: torch.Tensor) -> torch.Tensor:
    """Mean loss of a batch, without labels that are NaN.

    `logits`, `labels`: `[n, attributes]`; `frequencies`: `[attributes]`, share of faces of the
    training part with each attribute.
    """
    defined = ~labels.isnan()
    labels = labels.nan_to_num()
    if recipe.loss == 'cosine':
        # The original's loss. Cross-entropy and squared error first learn to predict 0 for sparse
        # labels; this loss does not.
        similarities = F.cosine_similarity(torch.sigmoid(logits) * defined, labels, dim=1)
        return 1 - mean_where(similarities, defined.any(1))
    losses = F.binary_cross_entropy_with_logits(logits, labels, reduction='none')
    if recipe.balance > 0:
        present = (0.5 / frequencies.clamp(0.01, 0.99)) ** recipe.balance
        absent = (0.5 / (1 - frequencies).clamp(0.01, 0.99)) ** recipe.balance
        losses = losses * (labels * present + (1 - labels) * absent)
    return mean_where(losses, defined)


def mean_where(values: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
    """Mean of the values that count; 0 where there is none. Does not wait for a GPU."""
    return (values * there).sum() / there.sum().clamp(min=1)
