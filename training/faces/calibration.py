"""Calibrated probabilities and balanced thresholds, fitted on the validation part after training."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .errors import UserError
from .inference import sigmoid
from .tables import columns_in


@dataclass
class Calibration:
    """Parameters of each attribute: calibrated logits are `scale * logits + shift` (Platt scaling)."""

    attributes: list[str]
    """Names, to which the values below belong in this order."""
    scale: list[float]
    """`[attributes]`, positive."""
    shift: list[float]
    """`[attributes]`."""
    balanced: list[float]
    """`[attributes]`, in (0, 1): thresholds at which both values of an attribute are recognized
    equally well."""

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Calibrated probabilities, float32 `[n, attributes]`."""
        return sigmoid(logits * np.array(self.scale, np.float32) + np.array(self.shift, np.float32))

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1))

    @staticmethod
    def read(path: Path, outputs: list[str], wanted: list[str]) -> Calibration:
        """The calibration of the wanted attributes, in their order.

        `outputs`: names of the network's outputs. Files of earlier versions hold no names: their
        values belong to the outputs in order, and are refused if there are not as many.
        Raises a UserError if the file cannot be read, or lacks an attribute.
        """
        try:
            content = json.loads(path.read_text())
            names = [str(name) for name in content.get('attributes', outputs)]
            keys = ('scale', 'shift', 'balanced')
            values = {key: [float(value) for value in content[key]] for key in keys}
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise UserError(f'cannot read the calibration {str(path)!r}: {error!r}') from error
        for key, each in values.items():
            if len(each) != len(names):
                raise UserError(
                    f'the calibration {str(path)!r}: expected {key} of {len(names)} attributes, '
                    f'got {len(each)} values; calibrate.py writes it anew'
                )
        columns = columns_in(names, wanted, f'the calibration {str(path)!r} has')
        chosen = {key: [each[i] for i in columns] for key, each in values.items()}
        return Calibration(wanted, **chosen)


def calibrate(
    attributes: list[str], logits: np.ndarray, labels: np.ndarray, frequencies: np.ndarray,
    prior: float = 20.0,
) -> Calibration:  # fmt: skip
    """Platt scaling of each attribute (Platt 1999), without labels that are NaN.

    `prior`: weight, in faces, of a prior for no change. It regularizes rare attributes, which have
    few faces.

    For calibrated probabilities, the balanced threshold of an attribute is its frequency. This
    follows from Bayes' rule if the error rates of present and absent attributes have equal costs.
    It needs no search, so nothing is fitted to few faces.
    """
    x, y = torch.from_numpy(logits).double(), torch.from_numpy((labels >= 0.5).astype(np.float64))
    defined = torch.from_numpy(~np.isnan(labels))
    scale = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)  # logarithm
    shift = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([scale, shift], max_iter=200, line_search_fn='strong_wolfe')

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        losses = F.binary_cross_entropy_with_logits(x * scale.exp() + shift, y, reduction='none')
        loss = (losses * defined).sum() + prior * (scale**2 + shift**2).sum()
        loss.backward()
        return loss

    optimizer.step(step)
    balanced = np.clip(frequencies, 0.01, 0.99).tolist()
    return Calibration(attributes, scale.exp().tolist(), shift.tolist(), balanced)
