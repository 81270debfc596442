"""Frames and Entman's functions: what a sentence serves most.

Zero-shot, a sentence is compared with the seed phrases of each label by the cosine of sentence
embeddings (Reimers & Gurevych 2019); the score of a label is its best seed's cosine. Where enough is
coded, `encuadre.learning` learns from it and the scores are probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from encuadre.coding import pick_reference, pivot_codings
from encuadre.errors import EncuadreError
from encuadre.learning import ZERO_SHOT, Material, can_learn, learn_labels
from encuadre.study import Field

NONE = "none"
_CONTEXT = 0.5


class Encoder(Protocol):
    """What turns texts into vectors of unit length, shape (texts, dimensions)."""

    def embed(self, texts, /) -> np.ndarray: ...


@dataclass(frozen=True)
class Scores:
    """How well each label of a field fits each headline and body sentence.

    Attributes
    ----------
    field : str
        Name of the field.
    labels : list of str
    sentence_ids : array of str, shape (sentences,)
    vectors : array of shape (sentences, dimensions)
        Embeddings of the sentences.
    values : array of shape (sentences, labels)
        Probabilities where `trained_on` is above 0, cosines where it is 0.
    methods : array of str, shape (sentences,)
        "learned" or "zero-shot".
    trained_on : array of int, shape (sentences,)
        Coded sentences that the score was fitted on, all of other articles.
    """

    field: str
    labels: list[str]
    sentence_ids: np.ndarray
    vectors: np.ndarray
    values: np.ndarray
    methods: np.ndarray
    trained_on: np.ndarray


def score_sentences(
    sentences: pd.DataFrame, *, field: Field, encoder: Encoder, floor: float | None = None
) -> Scores:
    """Score each headline and body sentence by likeness to the seed phrases of each label.

    Parameters
    ----------
    sentences : DataFrame
        The table `sentences`.
    field : Field
        The codebook's field; labels with seeds are scored.
    encoder : Encoder
        Sentence encoder.
    floor : float, optional
        Score of the label `none` where it has no seeds: it takes what no other label reaches.
    """
    kept = _keep_sentences(sentences)
    vectors = encoder.embed(kept["text"].tolist())
    values, labels = score_seeds(vectors, field=field, encoder=encoder)
    if floor is not None and NONE not in labels:
        values, labels = np.column_stack([values, np.full(len(kept), floor)]), [*labels, NONE]
    n = len(kept)
    ids = kept["sentence_id"].to_numpy()
    methods = np.full(n, ZERO_SHOT, object)
    return Scores(field.name, labels, ids, vectors, values, methods, np.zeros(n, int))


def learn_scores(
    zero_shot: Scores,
    sentences: pd.DataFrame,
    codings: pd.DataFrame,
    *,
    field: Field,
    encoder: Encoder,
) -> Scores:
    """Score the same sentences by what coded ones teach; unchanged where too little is coded.

    Parameters
    ----------
    zero_shot : Scores
        As `score_sentences` gives them.
    sentences : DataFrame
        The table `sentences`.
    codings : DataFrame
        The table `codings`; the reference coding teaches.
    field, encoder
        As for `score_sentences`.

    Returns
    -------
    Scores
        For every label of the field that has seeds or was coded, by what was learnt from other
        articles only (see `encuadre.learning`).
    """
    kept = _keep_sentences(sentences).set_index("sentence_id").loc[zero_shot.sentence_ids]
    order = np.lexsort((kept["position"], kept["article_id"]))
    kept, values = kept.iloc[order], zero_shot.values[order]
    said = _list_codes(codings, field).reindex(kept.index).fillna("").to_numpy()
    labels = [i.id for i in field.labels if i.id in zero_shot.labels or i.id in said]
    place = {label: i for i, label in enumerate(labels)}
    coded = np.array([place.get(label, -1) for label in said], dtype=int)
    articles = kept["article_id"].to_numpy()
    if not can_learn(coded, articles):
        return zero_shot
    likeness = np.repeat(values.mean(axis=1, keepdims=True), len(labels), axis=1)
    known = [i for i, label in enumerate(zero_shot.labels) if label in place]
    likeness[:, [place[zero_shot.labels[i]] for i in known]] = values[:, known]
    phrases = [
        (p, place[i.id]) for i in field.labels if i.id in place for p in (*i.seeds, i.definition)
    ]
    vectors = encoder.embed([phrase for phrase, _ in phrases])
    learned = learn_labels(
        Material(
            features=add_context(zero_shot.vectors[order], articles),
            likeness=likeness,
            coded=coded,
            articles=articles,
            examples=np.hstack([vectors, np.zeros_like(vectors)]),
            example_labels=np.array([label for _, label in phrases]),
        )
    )
    back = np.argsort(order)
    return Scores(
        field.name,
        labels,
        zero_shot.sentence_ids,
        zero_shot.vectors,
        learned.probabilities[back],
        learned.methods[back],
        learned.trained_on[back],
    )


def add_context(vectors: np.ndarray, articles: np.ndarray) -> np.ndarray:
    """Return each vector with half the mean of those before and after it in its article.

    Parameters
    ----------
    vectors : array of shape (sentences, dimensions)
        In the order of the text, article by article.
    articles : array of shape (sentences,)

    Returns
    -------
    array of shape (sentences, 2 * dimensions)
    """
    around, count = np.zeros_like(vectors), np.zeros((len(vectors), 1), vectors.dtype)
    same = (articles[1:] == articles[:-1])[:, None]
    around[1:] += same * vectors[:-1]
    around[:-1] += same * vectors[1:]
    count[1:] += same
    count[:-1] += same
    return np.hstack([vectors, _CONTEXT * around / np.maximum(count, 1)])


def list_frames(scores: Scores) -> pd.DataFrame:
    """Return the table `frames`: every label's score, the best one primary."""
    best = np.argmax(scores.values, axis=1)
    places = np.arange(len(scores.labels))
    return pd.DataFrame(
        {
            "sentence_id": np.repeat(scores.sentence_ids, len(scores.labels)),
            "frame": scores.labels * len(scores.sentence_ids),
            "score": scores.values.ravel().astype(float),
            "primary": (places[None, :] == best[:, None]).ravel(),
        }
    )


def pick_functions(scores: Scores) -> pd.DataFrame:
    """Return the table `functions`: the best label of each sentence with its score."""
    best = np.argmax(scores.values, axis=1)
    return pd.DataFrame(
        {
            "sentence_id": scores.sentence_ids,
            "function": [scores.labels[i] for i in best],
            "score": scores.values[np.arange(len(best)), best].astype(float),
        }
    )


def compare_classifiers(scores: Scores, zero_shot: Scores) -> pd.DataFrame:
    """Return the table `classified`: how each sentence got its label, and what zero-shot says.

    Returns
    -------
    DataFrame
        sentence_id, field, label, probability (missing where nothing was learnt from), method,
        trained_on, zero_shot (the label).
    """
    best, first = (np.argmax(s.values, axis=1) for s in (scores, zero_shot))
    sure = scores.values[np.arange(len(best)), best].astype(float)
    return pd.DataFrame(
        {
            "sentence_id": scores.sentence_ids,
            "field": scores.field,
            "label": [scores.labels[i] for i in best],
            "probability": np.where(scores.trained_on > 0, sure, np.nan),
            "method": scores.methods,
            "trained_on": scores.trained_on,
            "zero_shot": [zero_shot.labels[i] for i in first],
        }
    )


def score_seeds(
    vectors: np.ndarray, *, field: Field, encoder: Encoder
) -> tuple[np.ndarray, list[str]]:
    """Return the cosine of each vector with the nearest seed of each label, and the labels.

    Returns
    -------
    scores : array of shape (vectors, labels), from -1 to 1
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
    scores = [(vectors @ encoder.embed(list(i.seeds)).T).max(axis=1) for i in seeded]
    return np.column_stack(scores), [label.id for label in seeded]


def _list_codes(codings: pd.DataFrame, field: Field) -> pd.Series:
    reference = pivot_codings(codings, coder=pick_reference(codings))
    coded = reference.set_index("sentence_id")
    return coded[field.name] if field.name in coded else pd.Series(dtype=object)


def _keep_sentences(sentences: pd.DataFrame) -> pd.DataFrame:
    return sentences[sentences["segment"] != "boilerplate"]
