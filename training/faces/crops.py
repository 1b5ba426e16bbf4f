"""Crops at the network's input size, decoded once and cached in a memory-mapped file."""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from .pixels import UNREADABLE, read_pixels
from .progress import progress

# Raised when crops of the same images become others, so that cached ones are not taken.
VERSION = 2

# Part of LFW's deep-funneled 250×250 images that is framed like CelebA's aligned crops: left, top,
# right, bottom, as fractions of the side.
LFW_PART = (29 / 250, -5 / 250, 221 / 250, 230 / 250)


@dataclass(frozen=True)
class Framing:
    """The network's input in pixels, and how an aligned image of other proportions is fitted to it."""

    width: int
    height: int
    stretch: bool
    """Whether the whole image is stretched to the input, as in the original work, instead of a part
    of the input's proportions."""

    def box(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels of the image; may extend beyond it.

        Equals `alignedFrame` of src/images/framing.ts.
        """
        aspect = width / height
        if 0.92 < aspect < 1.09:
            left, top, right, bottom = LFW_PART
            left, top, right, bottom = left * width, top * height, right * width, bottom * height
        else:
            left, top, right, bottom = 0.0, 0.0, float(width), float(height)
        if self.stretch:
            return left, top, right, bottom
        aspect, wanted = (right - left) / (bottom - top), self.width / self.height
        if aspect > wanted:
            spare = ((right - left) - (bottom - top) * wanted) / 2
            return left + spare, top, right - spare, bottom
        spare = ((bottom - top) - (right - left) / wanted) / 2
        return left, top + spare, right, bottom - spare


def read_crop(path: Path, framing: Framing) -> np.ndarray:
    """uint8 `[height, width, 3]`. Raises one of `UNREADABLE` for what cannot be decoded."""
    pixels = read_pixels(path)
    height, width = pixels.shape[:2]
    left, top, right, bottom = framing.box(width, height)
    # The border is replicated where the frame extends beyond the image.
    pad = [max(0, int(np.ceil(v))) for v in (-top, bottom - height, -left, right - width)]
    pixels = np.pad(pixels, ((pad[0], pad[1]), (pad[2], pad[3]), (0, 0)), mode='edge')
    box = (left + pad[2], top + pad[0], right + pad[2], bottom + pad[0])
    return np.asarray(Image.fromarray(pixels).resize((framing.width, framing.height), Image.Resampling.BICUBIC, box=box))


def place_of(folder: Path, name: str) -> Path | None:
    """The image that a table calls by its path below a folder; None where it is missing."""
    path = Path(folder, name)
    return path if path.is_relative_to(folder) and '..' not in path.parts[len(folder.parts) :] and path.is_file() else None


def _crop(job: tuple[Path, Framing]) -> np.ndarray | None:
    try:
        return read_crop(*job)
    except UNREADABLE:
        return None


def load_crops(paths: list[Path], framing: Framing, cache: Path, workers: int) -> tuple[np.ndarray, np.ndarray]:
    """Crops of all images, uint8 `[n, height, width, 3]`, memory-mapped from the cache, and whether
    each could be read, bool `[n]`."""
    stamp = [[str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in paths]
    what = [VERSION, stamp, framing.width, framing.height, framing.stretch]
    key = hashlib.sha256(json.dumps(what).encode()).hexdigest()[:16]
    cache.mkdir(parents=True, exist_ok=True)
    file, marks = cache / f'crops-{key}.npy', cache / f'crops-{key}.read.npy'
    if not (file.exists() and marks.exists()):
        partial = cache / f'crops-{key}.{os.getpid()}.partial'
        shape = (len(paths), framing.height, framing.width, 3)
        crops = np.lib.format.open_memmap(partial, mode='w+', dtype=np.uint8, shape=shape)
        usable = np.zeros(len(paths), bool)
        with ProcessPoolExecutor(workers) as pool:
            jobs = pool.map(_crop, ((path, framing) for path in paths), chunksize=64)
            for i, crop in enumerate(progress(jobs, 'decoding', len(paths))):
                if crop is not None:
                    crops[i], usable[i] = crop, True
        crops.flush()
        np.save(marks, usable)
        os.replace(partial, file)
    return np.load(file, mmap_mode='r'), np.load(marks)
