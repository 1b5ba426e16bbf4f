"""Batched inference."""

from __future__ import annotations

from contextlib import nullcontext
from typing import ContextManager

import numpy as np
import torch

from .network import FaceAttributes, scaled


def mixed_precision(device: torch.device) -> ContextManager:
    """bfloat16 on GPUs, where it is faster."""
    return torch.autocast('cuda', dtype=torch.bfloat16) if device.type == 'cuda' else nullcontext()


def logits_of(network: torch.nn.Module, crops: np.ndarray, positions: np.ndarray, device: torch.device, batch: int = 256) -> np.ndarray:
    """Logits of the crops at `positions`, float32 `[positions, attributes]`.

    Leaves the network in evaluation mode.
    """
    network.eval()
    parts = []
    with torch.inference_mode(), mixed_precision(device):
        for start in range(0, len(positions), batch):
            images = torch.from_numpy(crops[positions[start : start + batch]]).to(device)
            parts.append(network(scaled(images).contiguous(memory_format=torch.channels_last)).float().cpu().numpy())
    return np.concatenate(parts) if parts else np.zeros((0, network.out.out_features if isinstance(network, FaceAttributes) else 0), np.float32)


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Probabilities, float32."""
    return torch.from_numpy(logits).sigmoid().numpy()
