"""Charts of data sets, trainings and tests."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image

matplotlib.use('Agg')
import matplotlib.pyplot as plt  # noqa: E402 - must follow the choice of the backend


def curves(log: list, path: Path) -> None:
    """Loss and accuracy by epoch, from a log of `Epoch`s."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
    epochs = [line.epoch for line in log]
    left.plot(epochs, [line.loss for line in log], label='training')
    left.set(xlabel='epoch', ylabel='loss')
    right.plot(epochs, [line.accuracy for line in log], label='accuracy')
    right.plot(epochs, [line.balanced for line in log], label='balanced accuracy')
    right.set(xlabel='epoch', ylabel='validation part')
    for axes in (left, right):
        axes.legend()
        axes.grid(alpha=0.3)
    _save(figure, path)


def bars(title: str, values: dict[str, float], path: Path) -> None:
    """A bar for each name, in descending order."""
    ordered = sorted(values.items(), key=lambda item: item[1])
    figure, axes = plt.subplots(figsize=(8, 0.8 + 0.2 * len(ordered)))
    axes.barh([name.replace('_', ' ') for name, _ in ordered], [value for _, value in ordered])
    axes.set(title=title)
    axes.margins(y=0.01)
    axes.grid(axis='x', alpha=0.3)
    _save(figure, path)


def heat_map(title: str, names: list[str], values: np.ndarray, path: Path) -> None:
    """Heat map of a matrix `[names, names]` in [-1, 1]."""
    size = 3 + 0.22 * len(names)
    figure, axes = plt.subplots(figsize=(size, size))
    image = axes.imshow(values, cmap='RdBu_r', vmin=-1, vmax=1)
    labels = [name.replace('_', ' ') for name in names]
    axes.set_xticks(range(len(names)), labels, rotation=90)
    axes.set_yticks(range(len(names)), labels)
    axes.set(title=title)
    figure.colorbar(image, shrink=0.6)
    _save(figure, path)


def reliability(bins: list[dict], path: Path) -> None:
    """Reliability diagram: observed frequency against predicted probability."""
    there = [each for each in bins if each['count']]
    figure, axes = plt.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color='grey', linewidth=1)
    axes.plot([each['probability'] for each in there], [each['frequency'] for each in there], marker='o')
    axes.set(xlabel='predicted probability', ylabel='observed frequency', title='Calibration')
    axes.grid(alpha=0.3)
    _save(figure, path)


def lines(title: str, across: str, values: dict[str, list[tuple[float, float]]], path: Path) -> None:
    """A line for each name."""
    figure, axes = plt.subplots(figsize=(6, 4))
    for name, points in values.items():
        axes.plot([x for x, _ in points], [y for _, y in points], marker='o', label=name)
    axes.set(xlabel=across, title=title)
    axes.legend()
    axes.grid(alpha=0.3)
    _save(figure, path)


def sheet(crops: list[np.ndarray], columns: int, path: Path) -> None:
    """Contact sheet of crops, uint8 `[height, width, 3]` each."""
    height, width = crops[0].shape[:2]
    rows = -(-len(crops) // columns)
    page = np.zeros((rows * height, columns * width, 3), np.uint8)
    for i, crop in enumerate(crops):
        top, left = i // columns * height, i % columns * width
        page[top : top + height, left : left + width] = crop
    Image.fromarray(page).save(path)


def predictions(crops: list[np.ndarray], titles: list[str], path: Path) -> None:
    """Faces with their titles below."""
    columns = min(5, len(crops))
    rows = -(-len(crops) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(3.2 * columns, 4.6 * rows), squeeze=False)
    for axis in axes.flat:
        axis.axis('off')
    for axis, crop, title in zip(axes.flat, crops, titles):
        axis.imshow(crop)
        axis.text(0, 1.02 * crop.shape[0], title, va='top', fontsize=7)
    _save(figure, path)


def _save(figure: plt.Figure, path: Path) -> None:
    figure.savefig(path, bbox_inches='tight')
    plt.close(figure)
