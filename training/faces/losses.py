"""Loss functions."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .recipes import Recipe


def loss_of(recipe: Recipe, logits: torch.Tensor, labels: torch.Tensor, frequencies: torch.Tensor) -> torch.Tensor:
    """Mean loss of a batch.

    `logits`, `labels`: `[n, attributes]`; `frequencies`: `[attributes]`, share of faces of the
    training part with each attribute.
    """
    if recipe.loss == 'cosine':
        # The original's loss. Cross-entropy and squared error first learn to predict 0 for sparse
        # labels; this loss does not.
        return 1 - F.cosine_similarity(torch.sigmoid(logits), labels, dim=1).mean()
    losses = F.binary_cross_entropy_with_logits(logits, labels, reduction='none')
    if recipe.balance > 0:
        present = (0.5 / frequencies.clamp(0.01, 0.99)) ** recipe.balance
        absent = (0.5 / (1 - frequencies).clamp(0.01, 0.99)) ** recipe.balance
        losses = losses * (labels * present + (1 - labels) * absent)
    return losses.mean()
