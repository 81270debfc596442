"""Losses of the two tasks, and scores on their dev splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from batches import iterate_batches, stack_windows
from heads import TwoHeads
from polnear import Window
from sklearn.metrics import f1_score

from encuadre.model_files import Inputs
from encuadre.spans import ROLES, decode_tags, list_spans

NONE = -1
"""The label of an example without one."""


def measure_stance(
    logits: torch.Tensor,
    labels: torch.Tensor,
    taught: torch.Tensor | None,
    *,
    weight: torch.Tensor,
    smoothing: float,
) -> torch.Tensor:
    """Return the mean loss: `weight` (n) of the teachers, the rest of the label where there is one."""
    known = labels != NONE
    loss = torch.nn.functional.cross_entropy(
        logits, labels.clamp(min=0), label_smoothing=smoothing, reduction="none"
    )
    if taught is not None:
        from_teacher = torch.nn.functional.cross_entropy(logits, taught, reduction="none")
        loss = torch.where(known, weight * from_teacher + (1 - weight) * loss, from_teacher)
    return loss.mean()


def predict_stance(model: TwoHeads, inputs: Sequence[Inputs], *, padding: int) -> np.ndarray:
    """Return probabilities (n, 3)."""
    found = np.zeros((len(inputs), 3), dtype=np.float32)
    with torch.inference_mode():
        for chosen, batch in iterate_batches(inputs, size=32, padding=padding):
            found[chosen] = model.score_texts(model.read_batch(batch), batch).softmax(1).numpy()
    return found


def predict_tags(model: TwoHeads, windows: Sequence[Window], *, padding: int) -> list[torch.Tensor]:
    """Return the scores of the tags of each window's words, (words, tags)."""
    found: list[torch.Tensor] = [torch.empty(0)] * len(windows)
    order = np.argsort([len(window.ids) for window in windows])
    with torch.inference_mode():
        for start in range(0, len(order), 8):
            chosen = order[start : start + 8]
            batch = stack_windows([windows[k] for k in chosen], padding=padding)
            scores = model.score_words(model.read_batch(batch), batch)
            for row, place in enumerate(chosen):
                found[place] = scores[row, : len(windows[place].words)].clone()
    return found


def score_tagging(model: TwoHeads, windows: Sequence[Window], *, padding: int) -> dict[str, float]:
    """Return exact F1 of spans by role in percent, each window by itself."""
    transitions, starts = (scores.detach().numpy() for scores in model.crf.list_scores())
    counts = {role: Counter() for role in ROLES}
    for window, scores in zip(windows, predict_tags(model, windows, padding=padding), strict=True):
        tags = decode_tags(scores.numpy(), transitions=transitions, starts=starts)
        true, found = set(list_spans(window.tags)), set(list_spans(tags))
        for role in ROLES:
            gold = {span for span in true if span[0] == role}
            guess = {span for span in found if span[0] == role}
            counts[role] += Counter(hits=len(gold & guess), all=len(gold) + len(guess))
    return {role: round(200 * c["hits"] / max(1, c["all"]), 2) for role, c in counts.items()}


def score_dev(
    model: TwoHeads,
    pools: Mapping[str, tuple[list[Inputs], np.ndarray]],
    windows: Sequence[Window],
    *,
    padding: int,
) -> dict[str, float]:
    """Return macro-F1 of stance on each of `pools` and F1 of spans on `windows`, in percent."""
    scores = {}
    for name, (inputs, labels) in pools.items():
        predicted = predict_stance(model, inputs, padding=padding).argmax(1)
        scores[name] = round(100 * float(f1_score(labels, predicted, average="macro")), 2)
    return scores | score_tagging(model, windows, padding=padding)


def measure_agreement(
    model: TwoHeads, inputs: Sequence[Inputs], taught: torch.Tensor, *, padding: int
) -> float:
    """Return how often the model's stance is the likeliest of the teachers' (n, 3), in percent."""
    own = predict_stance(model, inputs, padding=padding).argmax(1)
    return round(100 * float((own == taught.numpy().argmax(1)).mean()), 1)
