"""Take turns between stance batches and tagging batches until the time is over."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

LINE = 100
"""Steps between two lines of the log."""


def train(
    model: torch.nn.Module,
    groups: list[dict[str, object]],
    losses: dict[str, Callable[[float], torch.Tensor]],
    *,
    minutes: float,
    tagging: float,
    marks: Sequence[int],
    evaluate: Callable[[], dict[str, object]],
    count_epochs: Callable[[], dict[str, float]],
    out: Path,
) -> None:
    """Train; write N.pt at each mark (percent of the time) and last.pt at the end.

    `losses` holds for "stance" and "tagging" a function that draws a batch and returns its loss,
    given the elapsed share of the time; `tagging` is the share of the second. Each of `groups` has
    its highest learning rate as "peak": 5% of the time it rises, then falls to zero.
    """
    optimiser = torch.optim.AdamW(groups, fused=True)
    parameters = [parameter for group in groups for parameter in group["params"]]
    waiting = sorted(marks)
    seen: Counter[str] = Counter()
    summed: Counter[str] = Counter()
    began, step, due = time.monotonic(), 0, 0.0
    while (elapsed := (time.monotonic() - began) / (minutes * 60)) < 1:
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * min(elapsed / 0.05, (1 - elapsed) / 0.95)
        model.train()
        due += tagging
        task = "tagging" if due >= 1 else "stance"
        due -= due >= 1
        loss = losses[task](elapsed)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        seen[task] += 1
        summed[task] += loss.item()
        step += 1
        if step % LINE == 0:
            means = {f"{name}_loss": round(summed[name] / seen[name], 4) for name in summed}
            line = {"step": step, "elapsed": round(elapsed, 4)} | count_epochs() | means
            print(json.dumps(line), flush=True)
            seen.clear()
            summed.clear()
        if waiting and 100 * elapsed > waiting[0]:
            torch.save(model.state_dict(), out / f"{waiting.pop(0)}.pt")
            model.eval()
            print(json.dumps({"elapsed": round(elapsed, 4)} | evaluate()), flush=True)
    torch.save(model.state_dict(), out / "last.pt")
