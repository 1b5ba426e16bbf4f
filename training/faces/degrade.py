"""Degraded crops, to measure robustness. Same definitions as in src/datasets/degrade.ts."""

from __future__ import annotations

import numpy as np
from PIL import Image

SIZES = (0.75, 0.5, 0.35, 0.25, 0.18)
"""Factors by which crops are shrunk before they are enlarged again."""
BLURS = (1.0, 2.0, 3.0, 4.0)
"""Standard deviations of Gaussian blur, in pixels of the crop."""


def smaller(crop: np.ndarray, factor: float) -> np.ndarray:
    """Shrinks a crop, uint8 `[height, width, 3]`, by a factor, and enlarges it again."""
    height, width = crop.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(Image.fromarray(crop).resize(size, Image.Resampling.BICUBIC).resize((width, height), Image.Resampling.BICUBIC))


def blurred(crop: np.ndarray, sigma: float) -> np.ndarray:
    """Blurs a crop, uint8 `[height, width, 3]`. The border is replicated."""
    reach = int(np.ceil(3 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    pixels = crop.astype(np.float64)
    for axis in (0, 1):
        pad = [(0, 0)] * 3
        pad[axis] = (reach, reach)
        padded = np.pad(pixels, pad, mode='edge')
        pixels = sum(weight * np.take(padded, range(i, i + crop.shape[axis]), axis) for i, weight in enumerate(kernel))
    return np.floor(pixels + 0.5).clip(0, 255).astype(np.uint8)
