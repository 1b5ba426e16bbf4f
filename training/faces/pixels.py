"""Pixels of image files as 8-bit RGB, upright and without transparency, as src/images has them.

Color of 16 bits is an exception: Pillow drops its low bytes, so values of fewer bits stay dark.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from PIL import Image

UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)
"""What `read_pixels` raises for an image that cannot be decoded."""

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Largest values of 16 bits, and of programs, cameras and scanners that store fewer as 16.
_MAX_16_BIT = 65_535
_MAX_OF_FEWER_BITS = (255, 1023, 4095)
_MAX_14_BIT = 16_383
# Share of that from which a largest value is taken for one of 14 bits, as src/images does.
_FULL_RANGE = 63 / 64


def read_pixels(path: Path) -> np.ndarray:
    """uint8 `[height, width, 3]`."""
    with Image.open(path) as image:
        image.load()
        plain = _on_white(_eight_bits(image))
        # Not by ImageOps.exif_transpose, which fails on damaged Exif data and turns TIFF files
        # again: Pillow does so while it decodes them.
        how = None if image.format == 'TIFF' else _UPRIGHT.get(_orientation(image))
    return np.asarray(plain if how is None else plain.transpose(how))


def _orientation(image: Image.Image) -> int:
    try:
        return image.getexif().get(_ORIENTATION, 1)
    except (*UNREADABLE, LookupError, TypeError, AttributeError, struct.error):
        return 1  # an image with damaged Exif data is shown as it is stored


def _eight_bits(image: Image.Image) -> Image.Image:
    """Gray values of more than 8 bits scaled to 8: Pillow cuts them off at 255.

    Those of 16 bits are scaled by their range, or that of fewer bits; others by what is there.
    """
    if not image.mode.startswith(('I', 'F')):
        return image
    values = np.asarray(image).astype(np.float64)
    if not np.isfinite(values).all():
        raise ValueError('expected values that are numbers')
    low, high = values.min(), values.max()
    # Pillow opens 16 bits of PNG and PPM files with the mode of 32.
    if image.mode.startswith('I;16') or image.format in ('PNG', 'PPM'):
        low, high = 0, _range_of(high)
    values = (values - low) * (255 / (high - low) if high > low else 0)
    return Image.fromarray(values.round().astype(np.uint8))


def _range_of(high: float) -> int:
    """The largest value that an image could have whose largest value is this."""
    for most in _MAX_OF_FEWER_BITS:
        if high <= most:
            return most
    is_full = _FULL_RANGE * _MAX_14_BIT <= high <= _MAX_14_BIT
    return _MAX_14_BIT if is_full else _MAX_16_BIT


def _on_white(image: Image.Image) -> Image.Image:
    """Without transparency, on white; where nothing would be left to see, as if it were opaque."""
    if image.mode not in ('RGBA', 'LA', 'PA', 'RGBa', 'La') and 'transparency' not in image.info:
        return image.convert('RGB')
    colors = (image.convert('LA') if image.mode == 'La' else image).convert('RGBA')
    white = Image.new('RGBA', colors.size, 'white')
    flat = Image.alpha_composite(white, colors).convert('RGB')
    return colors.convert('RGB') if np.asarray(flat).min() == 255 else flat
