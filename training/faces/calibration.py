"""What is fitted on the validation part after training: honest probabilities, and thresholds for rare attributes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .inference import sigmoid


@dataclass
class Calibration:
    """`[attributes]` each."""

    scale: list[float]
    """The network's logits are multiplied by this,"""
    shift: list[float]
    """and this is added (Platt scaling)."""
    balanced: list[float]
    """Probability from which an attribute counts as present, so that both of its values are recognised equally well; in (0, 1)."""

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Calibrated, float32 `[n, attributes]`."""
        return sigmoid(logits * np.array(self.scale, np.float32) + np.array(self.shift, np.float32))

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1))

    @staticmethod
    def read(path: Path) -> Calibration:
        return Calibration(**json.loads(path.read_text()))


def calibrate(logits: np.ndarray, labels: np.ndarray, frequencies: np.ndarray, prior: float = 20.0) -> Calibration:
    """Platt scaling per attribute (Platt 1999), drawn towards no change by a prior worth so many faces: rare attributes have few.

    The threshold that treats both values alike is, for calibrated probabilities, how often the attribute occurs: Bayes' rule with equal costs
    of missing a present one and an absent one, each as a share of its kind. It needs no search, so nothing is fitted to few faces.
    """
    x, y = torch.from_numpy(logits).double(), torch.from_numpy((labels >= 0.5).astype(np.float64))
    scale = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)  # logarithm
    shift = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([scale, shift], max_iter=200, line_search_fn='strong_wolfe')

    def step() -> torch.Tensor:
        optimiser.zero_grad()
        loss = F.binary_cross_entropy_with_logits(x * scale.exp() + shift, y, reduction='sum') + prior * (scale**2 + shift**2).sum()
        loss.backward()
        return loss

    optimiser.step(step)
    return Calibration(scale.exp().tolist(), shift.tolist(), np.clip(frequencies, 0.01, 0.99).tolist())
