"""The sets of examples that stance is learned from, and what teachers made of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from contrasts import CONTRASTS, read_contrasts
from mentions import GOVERNMENTS, PERSONS, read_mentions
from newsmtsc import Example, read_split
from polnear import read_documents
from swaps import swap_examples
from unlabelled import PRONOUN, list_examples, list_others, match_last_names, read_articles

SEED = 1
"""Of the swapped targets and the sentences without labels: teachers and students read the same."""
ARTICLES = 4000
UNLABELLED = 24_000
OTHERS = 6_000
"""Mentions in NewsMTSC's sentences beside its targets."""
CANDIDATES = 100_000
"""The most mentions of a kind among which the small model finds those that it should learn from."""
CANDIDATES_A_TEXT = 30
PRONOUNS_A_TEXT = 8
TAGGED = 100
"""Articles without annotations for the small model to learn tags from."""
READ = ("governments", "persons", "contrasts")
"""Sets whose labels one careful reader gave: there a teacher weighs half as much against the label."""


def list_sets(data: Path, *, unlabelled: int = UNLABELLED) -> dict[str, list[Example]]:
    """Return the examples of each set by name."""
    examples = read_split(data / "newsmtsc" / "train.jsonl")
    texts = read_articles(data, count=ARTICLES, seed=SEED)
    return {
        "main": examples,
        "swapped": swap_examples(examples, share=0.25, seed=SEED),
        "governments": read_mentions(GOVERNMENTS, data),
        "persons": read_mentions(PERSONS, data),
        "contrasts": read_contrasts(CONTRASTS),
        "unlabelled": list_examples(texts, count=unlabelled, seed=SEED),
    }


def list_student_sets(data: Path, *, others: int) -> dict[str, list[Example]]:
    """Return the sets with labels and `others`, further mentions in NewsMTSC's sentences."""
    sets = list_sets(data, unlabelled=0)
    del sets["unlabelled"]
    return sets | {"others": list_others(sets["main"], count=others, seed=SEED)}


def list_mentions(texts: Sequence[str]) -> list[Example]:
    """Return mentions without labels: in full or of well-known names, then last names, then pronouns."""
    full = list_examples(texts, count=CANDIDATES, seed=SEED + 1, a_text=CANDIDATES_A_TEXT)
    last = list_examples(
        texts,
        count=CANDIDATES,
        seed=SEED + 2,
        a_text=CANDIDATES_A_TEXT,
        match=match_last_names,
    )
    pronouns = list_examples(
        texts, count=CANDIDATES, seed=SEED + 3, a_text=PRONOUNS_A_TEXT, match=lambda _: PRONOUN
    )
    return [*full, *last, *pronouns]


def list_candidates(data: Path) -> list[Example]:
    """Return mentions without labels, of which the base model reads some for the small one.

    First those of articles without annotations, then those of PolNeAR's documents for training.
    """
    documents = read_documents(data / "polnear" / "train.jsonl.gz")
    articles = list_mentions(read_articles(data, count=ARTICLES, seed=SEED))
    return list(dict.fromkeys([*articles, *list_mentions([each["text"] for each in documents])]))


def list_student_documents(data: Path, *, articles: int) -> tuple[list[dict], list[dict]]:
    """Return PolNeAR's documents for training, and articles in which nothing is annotated."""
    documents = read_documents(data / "polnear" / "train.jsonl.gz")
    texts = read_articles(data, count=articles, seed=SEED)
    return documents, [{"text": text, "attributions": []} for text in texts]


def read_taught(path: Path, sets: dict[str, list[Example]]) -> dict[str, torch.Tensor]:
    """Return the teachers' probabilities (n, 3) of each set, or raise if they are of other sets."""
    with np.load(path) as arrays:
        taught = {name: torch.from_numpy(arrays[name]) for name in sets}
    for name, rows in sets.items():
        if len(taught[name]) != len(rows):
            raise ValueError(f"{path}: {len(taught[name])} rows of {name}, expected {len(rows)}")
    return taught


def weigh_teachers(names: Sequence[str], weight: float) -> torch.Tensor:
    """Return how much the teachers weigh in examples of these sets (n), beside the label."""
    return torch.tensor([weight / 2 if name in READ else weight for name in names])
