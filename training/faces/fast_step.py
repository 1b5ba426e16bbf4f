"""Training steps as CUDA graphs: Python launches the thousand small kernels of a step more slowly
than a GPU runs them."""

from __future__ import annotations

from typing import Callable

import torch

# Older versions of AdamW accept the learning rate only as a number, which would become part of the
# graph.
RECORDABLE = tuple(int(part) for part in torch.__version__.split('.')[:2]) >= (2, 1)

# PyTorch requires some runs on a separate stream before a graph is captured.
WARM_UP = 3

Step = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class RecordedStep:
    """Calls `step(images, labels)`, which returns the loss, as a CUDA graph from the fourth call on.

    Batches of other shapes run without the graph. The step must not wait for the GPU, and must not
    depend on Python numbers that change, because the graph contains their values.
    """

    def __init__(self, step: Step) -> None:
        self.step = step
        self.runs = 0
        self.failed = False
        self.graph: torch.cuda.CUDAGraph | None = None
        self.stream = torch.cuda.Stream()

    def __call__(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        if self.graph is None and self.runs < WARM_UP:
            self.runs += 1
            self.stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(self.stream):
                loss = self.step(images, labels)
            torch.cuda.current_stream().wait_stream(self.stream)
            return loss
        if self.graph is None and not self.failed:
            self._record(images, labels)
        if self.graph is None or images.shape != self.images.shape:
            return self.step(images, labels)
        self.images.copy_(images)
        self.labels.copy_(labels)
        self.graph.replay()
        return self.loss.clone()

    def _record(self, images: torch.Tensor, labels: torch.Tensor) -> None:
        self.images, self.labels = images.clone(memory_format=torch.preserve_format), labels.clone()
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                self.loss = self.step(self.images, self.labels)
        except RuntimeError as error:
            # Capturing has run nothing. Without a graph the step is only slower.
            self.failed = True
            print(f'training steps run without a CUDA graph: {error}')
            return
        self.graph = graph
