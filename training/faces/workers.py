"""Several GPUs or machines: what torchrun started this process as. Alone, everything is as if there were one."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import Iterator

import torch
import torch.distributed as distributed
from torch import nn

RANK = int(os.environ.get('RANK', 0))
WORLD = int(os.environ.get('WORLD_SIZE', 1))
LOCAL = int(os.environ.get('LOCAL_RANK', 0))


def device_of(wanted: str) -> torch.device:
    """The device of this process: 'auto' takes a GPU where there is one."""
    kind = ('cuda' if torch.cuda.is_available() else 'cpu') if wanted == 'auto' else wanted
    return torch.device(kind, LOCAL) if kind == 'cuda' else torch.device(kind)


@contextmanager
def together(device: torch.device) -> Iterator[None]:
    """Joins the processes torchrun started."""
    if WORLD > 1:
        if device.type == 'cuda':
            torch.cuda.set_device(device)
        distributed.init_process_group('nccl' if device.type == 'cuda' else 'gloo')
    try:
        yield
    finally:
        if WORLD > 1:
            distributed.destroy_process_group()


def parallel(network: nn.Module, device: torch.device) -> nn.Module:
    """The network with gradients that are averaged over all processes, and batch statistics too where GPUs can."""
    if WORLD == 1:
        return network
    if device.type == 'cuda':
        network = nn.SyncBatchNorm.convert_sync_batchnorm(network)
    return nn.parallel.DistributedDataParallel(network, device_ids=[device.index] if device.type == 'cuda' else None)


def wait() -> None:
    """Until every process is here."""
    if WORLD > 1:
        distributed.barrier()


def agreed(value: float, device: torch.device) -> float:
    """What the first process says, so that all do the same."""
    if WORLD == 1:
        return value
    said = torch.tensor([value], dtype=torch.float64, device=device)
    distributed.broadcast(said, 0)
    return said.item()
