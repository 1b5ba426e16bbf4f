"""The original work's way in Python: Pillow loads one image after the other, resizes it to 224x224, numpy holds all of them as one float32 array, and a
MobileNetV2 with the original's head predicts in batches of 64. Its weights are random: speed does not depend on them. Prints JSON.

    /usr/bin/python3 test/bench/original.py FOLDER COUNT    (Debian: python3-torch, python3-pil, python3-numpy)
"""

import json
import pathlib
import resource
import sys
import time

import numpy
import torch
from PIL import Image
from torch import nn

SIDE, BATCH = 224, 64
# Expansion, channels, repeats, stride (Sandler et al. 2018, table 2).
BLOCKS = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


def convolution(before, after, kernel=3, stride=1, groups=1):
    return [nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(after), nn.ReLU6()]


class Block(nn.Module):
    def __init__(self, before, after, stride, expansion):
        super().__init__()
        inner = before * expansion
        layers = convolution(before, inner, 1) if expansion > 1 else []
        layers += convolution(inner, inner, 3, stride, inner) + [nn.Conv2d(inner, after, 1, bias=False), nn.BatchNorm2d(after)]
        self.layers = nn.Sequential(*layers)
        self.residual = stride == 1 and before == after

    def forward(self, x):
        return x + self.layers(x) if self.residual else self.layers(x)


def network():
    layers, channels = convolution(3, 32, 3, 2), 32
    for expansion, after, repeats, stride in BLOCKS:
        for i in range(repeats):
            layers.append(Block(channels, after, stride if i == 0 else 1, expansion))
            channels = after
    layers += convolution(channels, 1280, 1)
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, 1536), nn.ReLU(), nn.BatchNorm1d(1536), nn.Linear(1536, 40), nn.Sigmoid()]
    return nn.Sequential(*layers, *head).eval()


folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
files = sorted(folder.rglob('*.jpg'))
model = network()
start = time.perf_counter()
images = numpy.empty((count, SIDE, SIDE, 3), numpy.float32)
for i in range(count):
    with Image.open(files[i % len(files)]) as image:
        images[i] = numpy.asarray(image.convert('RGB').resize((SIDE, SIDE)), numpy.float32) / 127.5 - 1
loaded = time.perf_counter()
with torch.no_grad():
    for first in range(0, count, BATCH):
        model(torch.from_numpy(images[first : first + BATCH].transpose(0, 3, 1, 2).copy()))
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({'rate': count / seconds, 'load': loaded - start, 'seconds': seconds, 'peakMemory': peak}))
