"""Encode examples once and serve them in padded batches of like length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from newsmtsc import Example
from tokenizers import Tokenizer

from encuadre.model_files import Inputs
from encuadre.stance_models import encode_target

MAX_TOKENS = 112


def load_tokenizer(folder: Path) -> Tokenizer:
    """Return the tokenizer in `folder`, without padding and truncation."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def encode_examples(
    tokenizer: Tokenizer, examples: Sequence[Example], *, markers: Mapping[str, str]
) -> list[Inputs]:
    """Return the model inputs of each example, exactly as they are built when serving."""
    return [
        encode_target(
            tokenizer,
            example.text,
            (example.start, example.end),
            markers=markers,
            max_tokens=MAX_TOKENS,
        )
        for example in examples
    ]


def order_batches(
    lengths: Sequence[int], *, size: int, generator: np.random.Generator | None
) -> list[np.ndarray]:
    """Return index arrays of like length; shuffled within and between where there is chance."""
    noise = generator.random(len(lengths)) * 6 if generator is not None else np.zeros(len(lengths))
    order = np.argsort(np.asarray(lengths) + noise, kind="stable")
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    if generator is not None:
        generator.shuffle(batches)
    return batches


def stack_inputs(rows: Sequence[Inputs], *, padding: int) -> dict[str, torch.Tensor]:
    """Return one padded batch with its attention mask."""
    width = max(row["input_ids"].shape[1] for row in rows)
    fill = {"input_ids": padding, "segments": 1, "target_mask": 0}
    batch = {
        name: np.stack(
            [
                np.pad(row[name][0], (0, width - row[name].shape[1]), constant_values=value)
                for row in rows
            ]
        )
        for name, value in fill.items()
    }
    lengths = np.array([row["input_ids"].shape[1] for row in rows])
    batch["attention_mask"] = (np.arange(width) < lengths[:, None]).astype(np.int64)
    return {name: torch.from_numpy(array) for name, array in batch.items()}


def iterate_batches(
    inputs: Sequence[Inputs],
    *,
    size: int,
    padding: int,
    generator: np.random.Generator | None = None,
) -> Iterator[tuple[np.ndarray, dict[str, torch.Tensor]]]:
    """Yield (indices, batch) over all `inputs`."""
    lengths = [row["input_ids"].shape[1] for row in inputs]
    for chosen in order_batches(lengths, size=size, generator=generator):
        yield chosen, stack_inputs([inputs[i] for i in chosen], padding=padding)
