"""Read the weights of trainings as one."""

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
