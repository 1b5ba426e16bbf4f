"""Augmentation of batches of crops, on their device."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from .recipes import Augmentation


def augment(images: torch.Tensor, how: Augmentation, generator: torch.Generator, plain: bool = False) -> torch.Tensor:
    """float32 `[n, 3, height, width]` in [0, 255] → the same shape and range.

    `plain`: without rotation, shift, shear, zoom and erasing.
    """
    n, _, height, width = images.shape

    def draw(count: int, low: float, high: float) -> torch.Tensor:
        return torch.rand(count, generator=generator, device=generator.device).to(images.device) * (high - low) + low

    still = 0.0 if plain else 1.0
    angle = draw(n, -1, 1) * still * how.rotation * math.pi / 180
    scale = 1 + draw(n, -1, 1) * still * how.zoom
    shear = draw(n, -1, 1) * still * how.shear
    # Grid coordinates range from -1 to 1, so a shift by the whole side is 2.
    across, down = draw(n, -1, 1) * still * how.shift * 2, draw(n, -1, 1) * still * how.shift * 2
    flip = torch.where(draw(n, 0, 1) < 0.5, -1.0, 1.0) if how.flip else torch.ones(n, device=images.device)
    aspect = height / width
    cos, sin = torch.cos(angle) / scale, torch.sin(angle) / scale
    affine = torch.stack(
        [torch.stack([cos * flip, (sin + shear) * aspect, across], 1), torch.stack([-sin * flip / aspect, cos, down], 1)], 1
    )
    grid = F.affine_grid(affine, list(images.shape), align_corners=False)
    images = F.grid_sample(images, grid, mode='bilinear', padding_mode='border', align_corners=False)

    if draw(1, 0, 1).item() < how.blur:
        factor = draw(1, 0.35, 0.9).item()
        small = F.interpolate(images, scale_factor=factor, mode='bilinear', antialias=True, align_corners=False)
        back = F.interpolate(small, size=(height, width), mode='bilinear', align_corners=False)
        images = torch.where((draw(n, 0, 1) < 0.5)[:, None, None, None], back, images)
    if how.light > 0:
        brightness, contrast, saturation = (1 + draw(n, -1, 1)[:, None, None, None] * how.light for _ in range(3))
        images = images * brightness
        mean = images.mean((1, 2, 3), keepdim=True)
        images = (images - mean) * contrast + mean
        gray = images.mean(1, keepdim=True)
        images = ((images - gray) * saturation + gray).clamp(0, 255)
    if how.erase > 0 and not plain:
        images = erase(images, draw(n, 0, 1) < how.erase, draw(4 * n, 0, 1).reshape(n, 4))
    return images


def erase(images: torch.Tensor, which: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
    """Fills a rectangle of a tenth to a third of the sides with gray (Zhong et al., 'Random
    Erasing', AAAI 2020).

    `which`: bool `[n]`; `where`: `[n, 4]` in [0, 1], position and size.
    """
    _, _, height, width = images.shape
    size = 0.1 + where[:, 2:] * 0.23
    top, left = where[:, 0] * (1 - size[:, 0]), where[:, 1] * (1 - size[:, 1])
    rows = torch.arange(height, device=images.device)[None, :] / height
    columns = torch.arange(width, device=images.device)[None, :] / width
    inside_rows = (rows >= top[:, None]) & (rows < (top + size[:, 0])[:, None])
    inside_columns = (columns >= left[:, None]) & (columns < (left + size[:, 1])[:, None])
    gray = inside_rows[:, None, :, None] & inside_columns[:, None, None, :] & which[:, None, None, None]
    return torch.where(gray, torch.full_like(images, 127), images)
