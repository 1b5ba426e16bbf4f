"""Training on several GPUs or machines with torchrun. A single process needs no torchrun."""

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
    """The device of this process. 'auto' selects a GPU if there is one."""
    kind = ('cuda' if torch.cuda.is_available() else 'cpu') if wanted == 'auto' else wanted
    return torch.device(kind, LOCAL) if kind == 'cuda' else torch.device(kind)


@contextmanager
def together(device: torch.device) -> Iterator[None]:
    """Connects the processes that torchrun started."""
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
    """The network with gradients averaged over all processes, on GPUs also with common batch
    statistics."""
    if WORLD == 1:
        return network
    if device.type == 'cuda':
        network = nn.SyncBatchNorm.convert_sync_batchnorm(network)
    return nn.parallel.DistributedDataParallel(network, device_ids=[device.index] if device.type == 'cuda' else None)


def wait() -> None:
    """Waits for all processes."""
    if WORLD > 1:
        distributed.barrier()


def agreed(value: float, device: torch.device) -> float:
    """The value of the first process, so that all make the same decision."""
    if WORLD == 1:
        return value
    common = torch.tensor([value], dtype=torch.float64, device=device)
    distributed.broadcast(common, 0)
    return common.item()
