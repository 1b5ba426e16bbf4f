"""Writes pillow.json: parts of a small image resized by Pillow's BICUBIC and BILINEAR, for test/images/resize.test.ts.

    /usr/bin/python3 test/images/reference/pillow.py    (Debian: python3-pil, python3-numpy)
"""

import json
import pathlib

import numpy
from PIL import Image

WIDTH, HEIGHT = 40, 36
CASES = [
    # left, upper, right, lower, width, height: two pixels and more from the edges, where Pillow cuts the kernel off instead of repeating the edge
    (4, 4, 30, 28, 52, 48),
    (5.3, 6.7, 33.1, 29.2, 60, 44),
    (8, 8, 32, 28, 12, 10),
    (8.5, 9.25, 30.75, 27.5, 9, 17),
]

rng = numpy.random.default_rng(7)
# Between 60 and 190, so that no overshoot is clamped: Pillow clamps after each direction.
pixels = rng.integers(60, 190, (HEIGHT, WIDTH, 3), dtype=numpy.uint8)
image = Image.fromarray(pixels)
cases = [
    {
        'kernel': kernel,
        'box': {'x': left, 'y': upper, 'width': right - left, 'height': lower - upper},
        'size': {'width': width, 'height': height},
        'pixels': numpy.asarray(image.resize((width, height), resample, box=(left, upper, right, lower))).flatten().tolist(),
    }
    for kernel, resample in [('cubic', Image.BICUBIC), ('linear', Image.BILINEAR)]
    for left, upper, right, lower, width, height in CASES
]
content = {'width': WIDTH, 'height': HEIGHT, 'pixels': pixels.flatten().tolist(), 'cases': cases}
pathlib.Path(__file__).with_name('pillow.json').write_text(json.dumps(content) + '\n')
