"""Read the weights of trainings, several as one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch


def average_weights(paths: Sequence[Path]) -> dict[str, torch.Tensor]:
    """Return the mean of several state dictionaries.

    The mean of states along one training generalises better than its end (Izmailov et al. 2018).
    """
    states = [torch.load(path, weights_only=True) for path in paths]
    return {
        name: torch.stack([state[name].double() for state in states]).mean(0).to(first.dtype)
        for name, first in states[0].items()
    }


def load_weights(model: torch.nn.Module, state: dict[str, torch.Tensor]) -> None:
    """Load `state` into `model`, whose layers become as narrow as theirs are in `state`."""
    for name, own in [*model.named_parameters(), *model.named_buffers()]:
        if name in state and own.shape != state[name].shape:
            own.data = torch.empty_like(state[name])
    model.load_state_dict(state)
