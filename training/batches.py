"""Serve examples and windows in padded batches of like length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from newsmtsc import Example
from polnear import Window
from tokenizers import Tokenizer

from encuadre.model_files import Inputs
from encuadre.stance_models import encode_target

MAX_TOKENS = 112
CHUNK = 12
"""Batches that are drawn together and sorted by length."""


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


def prepare_pool(
    tokenizer: Tokenizer, examples: Sequence[Example], *, markers: Mapping[str, str]
) -> tuple[list[Inputs], np.ndarray]:
    """Return inputs and labels."""
    labels = np.array([example.label for example in examples])
    return encode_examples(tokenizer, examples, markers=markers), labels


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


class StanceSource:
    """Draws stance batches: NewsMTSC in epochs, with shares of the other sets."""

    def __init__(
        self, pools: dict[str, tuple[list[Inputs], np.ndarray]], *, size: int, seed: int
    ) -> None:
        self.pools = pools
        self.size = size
        self.generator = np.random.default_rng(seed)
        self.queues: dict[str, list[int]] = {}
        self.drawn: Counter[str] = Counter()

    def _draw(self, pool: str, count: int) -> list[tuple[str, int]]:
        taken = []
        while len(taken) < count:
            if not self.queues.get(pool):
                self.queues[pool] = self.generator.permutation(len(self.pools[pool][0])).tolist()
            taken.append((pool, self.queues[pool].pop()))
        self.drawn[pool] += count
        return taken

    def draw_chunk(self, shares: dict[str, float]) -> Iterator[list[tuple[str, int]]]:
        """Yield `CHUNK` batches of keys; `shares` are those of pools beside the main one."""
        total = CHUNK * self.size
        counts = {pool: round(share * total) for pool, share in shares.items()}
        counts["main"] = total - sum(counts.values())
        keys = [key for pool, count in counts.items() for key in self._draw(pool, count)]
        lengths = [self.pools[p][0][k]["input_ids"].shape[1] for p, k in keys]
        order = np.argsort(np.array(lengths) + self.generator.random(len(keys)) * 6)
        for number in self.generator.permutation(CHUNK):
            yield [keys[k] for k in order[number * self.size : (number + 1) * self.size]]


def iterate_windows(
    windows: Sequence[Window], *, pieces: int, generator: np.random.Generator
) -> Iterator[list[int]]:
    """Yield indices of windows of like length with some `pieces` together, epoch after epoch."""
    lengths = np.array([len(window.ids) for window in windows])
    while True:
        order = np.argsort(lengths + generator.random(len(lengths)) * 24)
        batches: list[list[int]] = [[]]
        for k in order.tolist():
            if batches[-1] and lengths[k] * (len(batches[-1]) + 1) > pieces:
                batches.append([])
            batches[-1].append(k)
        for number in generator.permutation(len(batches)):
            yield batches[number]


def stack_windows(windows: Sequence[Window], *, padding: int) -> dict[str, torch.Tensor]:
    """Return one padded batch: inputs of the model; words, tags and their mask."""

    def pad(rows: list[np.ndarray], value: int) -> torch.Tensor:
        width = max(map(len, rows))
        padded = [np.pad(row, (0, width - len(row)), constant_values=value) for row in rows]
        return torch.from_numpy(np.stack(padded))

    ids = pad([w.ids for w in windows], padding)
    return {
        "input_ids": ids,
        "segments": torch.zeros_like(ids),
        "target_mask": torch.zeros_like(ids),
        "attention_mask": pad([np.ones_like(w.ids) for w in windows], 0),
        "words": pad([w.words for w in windows], 0),
        "tags": pad([w.tags for w in windows], 0),
        "word_mask": pad([np.ones_like(w.words) for w in windows], 0),
    }
