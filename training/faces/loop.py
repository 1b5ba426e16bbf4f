"""The training loop: epochs, steps, the moving average of the weights, checkpoints."""

from __future__ import annotations

import copy
import csv
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Callable

import numpy as np
import torch
from torch import nn

from . import checkpoint, workers
from .augment import augment
from .dataset import Dataset
from .fast_step import RECORDABLE, RecordedStep
from .inference import logits_of, mixed_precision, sigmoid
from .losses import loss_of, mean_where
from .network import FaceAttributes
from .progress import progress
from .recipes import Recipe
from .scores import score


@dataclass
class Limits:
    """End of a training."""

    epochs: int
    minutes: float
    """Time limit of the training without validation; 0 for none. With a limit, the learning rate
    depends on the time instead of the steps."""


@dataclass
class Epoch:
    """A row of the log."""

    epoch: int
    minutes: float
    loss: float
    first: float
    """Mean loss of the first tenth of the steps."""
    last: float
    """Mean loss of the last tenth of the steps."""
    accuracy: float
    """Accuracy of the validation part, in [0, 1]."""
    balanced: float
    validation: float
    """Mean cross-entropy of the validation part."""


class Training:
    """Training of one network.

    It is deterministic on a CPU: the order and the augmentation of an epoch depend only on the seed
    and the epoch.
    """

    def __init__(
        self, network: FaceAttributes, recipe: Recipe, data: Dataset, positions: np.ndarray, labels: np.ndarray, device: torch.device,
        limits: Limits, seed: int, out: Path, settings: dict,
    ) -> None:  # fmt: skip
        """`positions`: images to train on; `labels`: float32 `[n, attributes]` for all of `data`, NaN where undefined."""
        self.network = network.to(device, memory_format=torch.channels_last)
        self.recipe, self.data, self.device, self.limits, self.seed, self.out = recipe, data, device, limits, seed, out
        self.settings = settings
        self.positions, self.labels = positions, torch.from_numpy(labels).to(device)
        self.frequencies = torch.from_numpy(data.frequencies(positions)).to(device)
        # Every process must have the same number of steps, or some would wait forever.
        self.batch = max(1, min(recipe.batch // workers.WORLD, len(positions) // workers.WORLD))
        self.steps = max(1, len(positions) // (self.batch * workers.WORLD))
        self.recordable = RECORDABLE and device.type == 'cuda' and workers.WORLD == 1 and recipe.optimiser == 'adamw'
        self.optimizer = self._optimizer()
        self.average = copy.deepcopy(self.network).eval() if recipe.average else None
        self.averaged = list(zip(self.average.state_dict().values(), self.network.state_dict().values())) if self.average else []
        self.fresh = torch.zeros((), device=device)  # weight of the current weights in the moving average
        self.resident = self._on_gpu()
        self.recorded: RecordedStep | None = None
        self.epoch, self.step, self.seconds = 0, 0, 0.0
        self.log: list[Epoch] = []
        self.best = -1.0

    def _optimizer(self) -> torch.optim.Optimizer:
        recipe = self.recipe
        if recipe.optimiser == 'adadelta':
            return torch.optim.Adadelta(self.network.parameters(), lr=recipe.rate, rho=0.95, eps=1e-7, weight_decay=recipe.weight_decay)
        # No weight decay for biases and batch norms.
        matrices = [p for p in self.network.parameters() if p.ndim > 1]
        vectors = [p for p in self.network.parameters() if p.ndim <= 1]
        groups = [{'params': matrices, 'weight_decay': recipe.weight_decay}, {'params': vectors, 'weight_decay': 0.0}]
        # In a CUDA graph, changing values must be on the GPU.
        rate = torch.tensor(recipe.rate, device=self.device) if self.recordable else recipe.rate
        return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), capturable=self.recordable)

    def _on_gpu(self) -> torch.Tensor | None:
        """All crops, if they take at most half of the free GPU memory, to avoid a copy in each step."""
        crops = self.data.crops
        if self.device.type != 'cuda' or crops.nbytes > 0.5 * torch.cuda.mem_get_info(self.device)[0]:
            return None
        resident = torch.empty(crops.shape, dtype=torch.uint8, device=self.device)
        for start in range(0, len(crops), 4096):
            resident[start : start + 4096] = torch.from_numpy(np.array(crops[start : start + 4096])).to(self.device)
        return resident

    @property
    def tested(self) -> FaceAttributes:
        """The network that is validated and saved: with averaged weights, if the recipe averages them."""
        return self.average or self.network

    def resume(self) -> bool:
        """Resumes from the last checkpoint. Returns whether there is one."""
        content = checkpoint.load(self.out / 'last.pt', self.settings)
        if content is None:
            return False
        self.network.load_state_dict(content['network'])
        self.optimizer.load_state_dict(content['optimiser'])
        for group in self.optimizer.param_groups:
            if isinstance(group['lr'], torch.Tensor):
                group['lr'] = group['lr'].to(self.device)
        if self.average:
            self.average.load_state_dict(content['model'])
        self.epoch, self.step, self.seconds, self.best = content['epoch'], content['step'], content['seconds'], content['best']
        self.log = [Epoch(**line) for line in content['log']]
        return True

    def run(self) -> None:
        """Trains to the end."""
        module = workers.parallel(self.network, self.device)
        validation = self.data.positions('valid')
        while not self._finished():
            started = time.monotonic()
            losses = self._train_epoch(module, started)
            seconds = time.monotonic() - started
            self.epoch += 1
            self.seconds += seconds
            if workers.RANK == 0:
                self._close_epoch(losses, validation)
            workers.wait()

    def _finished(self) -> bool:
        over = self.epoch >= self.limits.epochs or self._progress(0) >= 1
        return bool(workers.agreed(float(over), self.device))

    def _progress(self, seconds: float) -> float:
        """Completed share of the training, in [0, 1]: the larger of steps and limited time."""
        by_steps = self.step / (self.steps * self.limits.epochs)
        if self.limits.minutes <= 0:
            return by_steps
        return max(by_steps, (self.seconds + seconds) / (60 * self.limits.minutes))

    def _rate(self, done: float) -> float:
        if not self.recipe.cosine:
            return 1
        # Warm-up takes two epochs. With a time limit the number of epochs is unknown.
        warm = 0.05 if self.limits.minutes > 0 else min(2, self.limits.epochs / 4) / self.limits.epochs
        rise = min(1, (done + 1 / (self.steps * self.limits.epochs)) / warm)
        return rise * (0.5 * (1 + math.cos(math.pi * min(1, done))) + 1e-3)

    def _train_epoch(self, module: nn.Module, started: float) -> list[float]:
        """Trains an epoch. Returns the loss of each step."""
        recipe = self.recipe
        order = np.random.default_rng([self.seed, self.epoch]).permutation(self.positions)[workers.RANK :: workers.WORLD]
        draw = torch.Generator(device=self.device).manual_seed(self.seed * 100_003 + self.epoch * 1009 + workers.RANK)
        mix = np.random.default_rng([self.seed, self.epoch, workers.RANK])
        torch.manual_seed(self.seed + self.epoch)  # dropout
        plain = self.epoch >= self.limits.epochs - recipe.augmentation.last_plain
        module.train()
        losses = []
        step_once = self._step(module)
        for step in progress(range(self.steps), f'epoch {self.epoch + 1}'):
            # With a time limit, all processes must end at the same step.
            done = workers.agreed(self._progress(time.monotonic() - started), self.device) if self.limits.minutes > 0 else self._progress(0)
            if done >= 1:
                break
            self._set_rate(recipe.rate * self._rate(done))
            rows = order[step * self.batch : (step + 1) * self.batch]
            if len(rows) < 2:
                continue  # batch norm needs at least two images
            images, labels = self._batch(rows)
            images = augment(images, recipe.augmentation, draw, plain) / 127.5 - 1
            if recipe.mixup > 0 and done < 0.9:
                share = float(mix.beta(recipe.mixup, recipe.mixup))
                other = torch.from_numpy(mix.permutation(len(rows))).to(self.device)
                images, labels = share * images + (1 - share) * images[other], share * labels + (1 - share) * labels[other]
            self.step += 1
            if self.average is not None:
                # The average is shorter at first, to forget the initial weights.
                self.fresh.fill_(1 - min(recipe.average, self.step / (9 + self.step)))
            losses.append(step_once(images.contiguous(memory_format=torch.channels_last), labels))
        return torch.stack(losses).tolist() if losses else [math.nan]

    def _batch(self, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """Crops, float32 `[rows, 3, height, width]` in [0, 255], and their labels."""
        indices = torch.from_numpy(rows).to(self.device)
        crops = torch.from_numpy(self.data.crops[rows]).to(self.device) if self.resident is None else self.resident[indices]
        return crops.permute(0, 3, 1, 2).float(), self.labels[indices]

    def _set_rate(self, rate: float) -> None:
        for group in self.optimizer.param_groups:
            if isinstance(group['lr'], torch.Tensor):
                group['lr'].fill_(rate)
            else:
                group['lr'] = rate

    def _step(self, module: nn.Module) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
        """A function of images and labels that makes a step and returns the loss before it."""

        def step(images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
            with mixed_precision(self.device):
                logits = module(images)
            loss = loss_of(self.recipe, logits.float(), labels, self.frequencies)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            if self.recipe.clip > 0:
                nn.utils.clip_grad_norm_(module.parameters(), self.recipe.clip)
            self.optimizer.step()
            self._move_average()
            return loss.detach()

        if not self.recordable:
            return step
        self.recorded = self.recorded or RecordedStep(step)
        return self.recorded

    @torch.no_grad()
    def _move_average(self) -> None:
        if self.average is None:
            return
        for own, new in self.averaged:
            if own.dtype.is_floating_point:
                own.lerp_(new, self.fresh)
            else:
                own.copy_(new)

    def _close_epoch(self, losses: list[float], validation: np.ndarray) -> None:
        logits = logits_of(self.tested, self.data.crops, validation, self.device)
        labels = self.data.labels[validation]
        scores = score(self.data.attributes, sigmoid(logits), labels)
        true = torch.from_numpy(labels)
        entropies = nn.functional.binary_cross_entropy_with_logits(torch.from_numpy(logits), true.nan_to_num(), reduction='none')
        entropy = mean_where(entropies, ~true.isnan()).item()
        tenth = max(1, len(losses) // 10)
        line = Epoch(
            self.epoch, self.seconds / 60, float(np.mean(losses)), float(np.mean(losses[:tenth])), float(np.mean(losses[-tenth:])),
            scores['accuracy'], scores['balancedAccuracy'] or math.nan, entropy,
        )  # fmt: skip
        self.log.append(line)
        print(
            f'epoch {line.epoch:3d}  {line.minutes:7.1f} min  loss {line.loss:.4f} ({line.first:.4f} → {line.last:.4f})  '
            f'validation {100 * line.accuracy:.2f} %, balanced {100 * line.balanced:.2f} %',
            flush=True,
        )
        kept = {
            'model': self.tested.state_dict(),
            'attributes': self.data.attributes,
            'recipe': asdict(self.recipe),
            'frequencies': self.frequencies.tolist(),
        }
        if line.accuracy > self.best:
            self.best = line.accuracy
            checkpoint.save(self.out / 'best.pt', {**kept, 'epoch': self.epoch, 'accuracy': line.accuracy})
        checkpoint.save(
            self.out / 'last.pt',
            {
                **kept,
                'settings': self.settings,
                'network': self.network.state_dict(),
                'optimiser': self.optimizer.state_dict(),
                'epoch': self.epoch,
                'step': self.step,
                'seconds': self.seconds,
                'best': self.best,
                'log': [asdict(each) for each in self.log],
            },
        )
        with open(self.out / 'log.csv', 'w', newline='') as file:
            writer = csv.DictWriter(file, list(asdict(line)))
            writer.writeheader()
            writer.writerows({k: f'{v:.6g}' if isinstance(v, float) else v for k, v in asdict(each).items()} for each in self.log)
