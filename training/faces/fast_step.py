"""A step of training recorded once and played again on a GPU: a thousand small kernels, which Python would start slower than the GPU runs them."""

from __future__ import annotations

from typing import Callable

import torch

# Before it AdamW takes its learning rate as a number only, which would be recorded.
RECORDABLE = tuple(int(part) for part in torch.__version__.split('.')[:2]) >= (2, 1)

# PyTorch asks for some runs on a stream of their own before a recording.
WARM_UP = 3

Step = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class RecordedStep:
    """`step(images, labels)` → its loss, as a CUDA graph from the fourth call on with tensors of the same shapes; others run as they are.

    The step may neither wait for the GPU nor depend on numbers in Python that change: those it takes are recorded too.
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
            # Nothing ran yet; without a recording it is only slower.
            self.failed = True
            print(f'the step cannot be recorded, and runs as it is: {error}')
            return
        self.graph = graph
