"""Frames and Entman's functions: what a sentence serves most, by likeness to the codebook.

Zero-shot: a sentence is compared with the seed phrases of each label by the cosine of sentence
embeddings (Reimers & Gurevych 2019). The score of a label is its best seed's cosine.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from encuadre.errors import EncuadreError
from encuadre.study import Field

NONE = "none"


class Encoder(Protocol):
    """What turns texts into vectors of unit length, shape (texts, dimensions)."""

    def embed(self, texts, /) -> np.ndarray: ...


def measure_frames(
    sentences: pd.DataFrame, *, field: Field, encoder: Encoder, floor: float = 0.3
) -> pd.DataFrame:
    """Score each headline and body sentence for each frame and mark the primary one.

    Parameters
    ----------
    sentences : DataFrame
        The table `sentences`.
    field : Field
        The codebook's field; labels with seeds are scored, the label `none` takes what no frame reaches.
    encoder : Encoder
        Sentence encoder.
    floor : float
        Cosine that the best frame must reach; below it the primary frame is `none`.

    Returns
    -------
    DataFrame
        The table `frames`; the score of `none` is the floor.
    """
    kept = sentences.loc[sentences["segment"] != "boilerplate", ["sentence_id", "text"]]
    scores, labels = score_seeds(kept["text"].tolist(), field=field, encoder=encoder)
    if NONE not in labels:
        scores = np.column_stack([scores, np.full(len(kept), floor)])
        labels = [*labels, NONE]
    best = np.argmax(scores, axis=1)
    table = pd.DataFrame(
        {
            "sentence_id": np.repeat(kept["sentence_id"].to_numpy(), len(labels)),
            "frame": labels * len(kept),
            "score": scores.ravel().astype(float),
            "primary": (np.arange(len(labels))[None, :] == best[:, None]).ravel(),
        }
    )
    return table


def measure_functions(sentences: pd.DataFrame, *, field: Field, encoder: Encoder) -> pd.DataFrame:
    """Return the function that each headline and body sentence is most like, with its score."""
    kept = sentences.loc[sentences["segment"] != "boilerplate", ["sentence_id", "text"]]
    scores, labels = score_seeds(kept["text"].tolist(), field=field, encoder=encoder)
    best = np.argmax(scores, axis=1) if len(kept) else np.array([], dtype=int)
    return pd.DataFrame(
        {
            "sentence_id": kept["sentence_id"].to_numpy(),
            "function": [labels[i] for i in best],
            "score": scores[np.arange(len(kept)), best].astype(float),
        }
    )


def score_seeds(
    texts: list[str], *, field: Field, encoder: Encoder
) -> tuple[np.ndarray, list[str]]:
    """Return the cosine of each text with the nearest seed of each label, and the labels.

    Returns
    -------
    scores : array of shape (texts, labels), from -1 to 1
    labels : list of str
        Ids of the labels that have seeds.

    Raises
    ------
    EncuadreError
        Where no label of the field has seed phrases.
    """
    seeded = [label for label in field.labels if label.seeds]
    if not seeded:
        raise EncuadreError(
            f"Field '{field.name}' of the codebook has no seed phrases. Write `seeds` for its labels in codebook.yml."
        )
    vectors = encoder.embed(texts)
    scores = [
        (vectors @ encoder.embed(list(label.seeds)).T).max(axis=1) if len(texts) else np.empty(0)
        for label in seeded
    ]
    return np.column_stack(scores), [label.id for label in seeded]
