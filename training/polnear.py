"""Read PolNeAR as windows of consecutive sentences with a tag for each word."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from encuadre.spans import ROLES, TAGS, list_sentences, list_words

_CURLY = str.maketrans("“”‘’", "\"\"''")


@dataclass(frozen=True)
class Window:
    """Pieces of some sentences; of each word its first piece, its tag, and its first character."""

    ids: np.ndarray
    words: np.ndarray
    tags: np.ndarray
    starts: np.ndarray


def read_documents(path: Path) -> list[dict]:
    """Return documents with `text` and `attributions`, those of the first annotator."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        {"text": row["text"], "attributions": row["attributions"][min(row["attributions"])]}
        for row in rows
    ]


def list_windows(
    tokenizer: Tokenizer,
    documents: list[dict],
    *,
    shortest: int = 96,
    longest: int = 256,
    straight: float = 0.15,
    marks: tuple[str, str] = ("<s>", "</s>"),
    seed: int = 1,
) -> list[Window]:
    """Return every document cut into windows; some have their curly quotation marks straightened.

    An attribution over several sentences stays in one window unless that would exceed `longest`.
    """
    chance = random.Random(seed)
    windows = []
    for document in documents:
        text = document["text"]
        if chance.random() < straight:
            text = text.translate(_CURLY)
        for start, end in _cut(tokenizer, text, document, chance, shortest, longest):
            ends = [tokenizer.token_to_id(mark) for mark in marks]
            windows.append(_tag_window(tokenizer, text, document, start, end, longest, ends))
    return [window for window in windows if len(window.words)]


def _cut(
    tokenizer: Tokenizer,
    text: str,
    document: dict,
    chance: random.Random,
    shortest: int,
    longest: int,
) -> Iterator[tuple[int, int]]:
    joined = [
        (min(a for a, _ in spans), max(b for _, b in spans))
        for attribution in document["attributions"]
        if (spans := [tuple(s) for role in ROLES for s in attribution[role]])
    ]
    start, last, pieces, wanted = None, 0, 0, chance.randint(shortest, longest)
    for begin, end in list_sentences(text):
        size = len(tokenizer.encode(text[begin:end], add_special_tokens=False).ids)
        if start is not None:
            inside = any(a < begin < b for a, b in joined)
            limit = longest - 2 if inside else wanted
            if pieces + size > limit:
                yield start, last
                start = None
        if start is None:
            start, pieces, wanted = begin, 0, chance.randint(shortest, longest)
        pieces, last = pieces + size, end
    if start is not None:
        yield start, last


def _tag_window(
    tokenizer: Tokenizer,
    text: str,
    document: dict,
    start: int,
    end: int,
    longest: int,
    marks: list[int],
) -> Window:
    pieces, words, spans = list_words(tokenizer, text[start:end])
    ids = np.insert(pieces[: longest - 2], [0, min(len(pieces), longest - 2)], marks)
    words = words[words < longest - 2] + 1
    spans = spans[: len(words)]
    label = {}
    for attribution in document["attributions"]:
        for role in ROLES:
            for a, b in attribution[role]:
                label[(a - start, b - start)] = role
    tags = np.zeros(len(words), dtype=np.int64)
    for (a, b), role in label.items():
        inside = [k for k, (s, e) in enumerate(spans) if s < b and e > a]
        for place, k in enumerate(inside):
            tags[k] = TAGS.index(("I-" if place else "B-") + role)
    roles = (tags + 1) // 2
    torn = (tags > 0) & (tags % 2 == 0) & (roles != np.concatenate([[0], roles])[:-1])
    tags[torn] -= 1  # where spans overlap, what is left of one begins anew
    return Window(ids, words, tags, np.array([start + first for first, _ in spans]))
