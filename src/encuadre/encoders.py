"""Load the two language models and run them: texts in, arrays out.

Each text runs alone and on one thread; several texts run side by side. The int8 graphs measure the
range of activations over the whole batch, so a text that shared its batch (or its padding) with
others would get another result. Running alone makes every result a function of its own text only:
independent of order, batch and number of cores.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from encuadre.errors import EncuadreError

MODELS = Path(__file__).parents[2] / "models"
LABELS = ("unfavourable", "neutral", "favourable")
_FILES = ("model.onnx", "tokenizer.json")
_PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")
_REACH = 12
"""Characters a token that are looked at beside a target: enough for any text of words."""

Inputs = dict[str, np.ndarray]


def encode_target(
    tokenizer: Tokenizer,
    text: str,
    span: tuple[int, int],
    *,
    markers: Mapping[str, str],
    max_tokens: int,
) -> Inputs:
    """Return a sentence and its marked target as model inputs, cut around the target.

    The tokens are ``start left open target close right end target end``. The longer side gives way
    first, so that a target at either end of a long sentence keeps as much context as fits.

    Parameters
    ----------
    tokenizer : Tokenizer
        Without padding and truncation.
    text : str
        The sentence.
    span : tuple of int
        Characters of the target in `text`, end exclusive.
    markers : mapping
        The tokens to put for ``start``, ``end``, ``open``, ``close`` and ``unknown``.
    max_tokens : int
        The most tokens to return.

    Returns
    -------
    dict of numpy.ndarray
        ``input_ids``, ``segments`` (0 sentence, 1 repeated target) and ``target_mask``, int64,
        each of shape (1, tokens).
    """
    start, end = span
    reach = _REACH * max_tokens
    marker = {name: tokenizer.token_to_id(token) for name, token in markers.items()}
    target = _list_tokens(tokenizer, text[start : min(end, start + reach)])
    target = target[: (max_tokens - 5) // 4] or [marker["unknown"]]
    left = _list_tokens(tokenizer, text[max(0, start - reach) : start])
    right = _list_tokens(tokenizer, text[end : end + reach])
    room = max_tokens - 5 - 2 * len(target)
    kept = min(len(left), max(room // 2, room - len(right)))
    left, right = left[len(left) - kept :], right[: room - kept]
    opened = [marker["start"], *left, marker["open"]]
    closed = [marker["close"], *right, marker["end"]]
    again = [*target, marker["end"]]
    sentence = len(opened) + len(target) + len(closed)
    return {
        "input_ids": np.array([[*opened, *target, *closed, *again]], dtype=np.int64),
        "segments": np.array([[0] * sentence + [1] * len(again)], dtype=np.int64),
        "target_mask": np.array(
            [[0] * len(opened) + [1] * len(target) + [0] * (len(closed) + len(again))],
            dtype=np.int64,
        ),
    }


def _list_tokens(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False).ids
