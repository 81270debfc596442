"""Labels learnt from the coded sentences of other articles, weighed against the codebook's phrases.

Few examples (Tunstall et al. 2022): a class-balanced logistic regression on sentence embeddings
learns from the coded sentences, and from the codebook's definitions and seed phrases as if they had
been coded. Its probabilities and the likeness to the seed phrases are multiplied, each to the power
of a weight (a logarithmic opinion pool; Genest & Zidek 1986), and sharpened or flattened to fit how
often they are right (temperature; Guo et al. 2017).

No sentence is labelled by what was learnt from its own article. Everything that is fitted or chosen
for it comes from other articles: weights, temperature, and whether to learn at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

LEARNED, ZERO_SHOT = "learned", "zero-shot"
FEWEST_ARTICLES = 3
"""Coded articles that learning needs: one to be left out, and two to weigh the methods between."""
FEWEST_SENTENCES = 50
"""Coded sentences that learning needs."""
MOST_FOLDS = 5
"""Into how many parts articles are cut at most, to leave out one at a time."""

_START = np.log([1.0, 10.0])
_PULL = 0.001


@dataclass(frozen=True)
class Material:
    """What there is to learn from, one row a sentence.

    Attributes
    ----------
    features : array of shape (sentences, dimensions)
    likeness : array of shape (sentences, labels)
        Cosine with the nearest seed phrase of each label: the zero-shot score.
    coded : array of int, shape (sentences,)
        Place of the coded label; -1 where nothing is coded.
    articles : array of str, shape (sentences,)
    examples : array of shape (examples, dimensions)
        Features of the codebook's phrases.
    example_labels : array of int, shape (examples,)
        Place of their label; every label has one.
    """

    features: np.ndarray
    likeness: np.ndarray
    coded: np.ndarray
    articles: np.ndarray
    examples: np.ndarray
    example_labels: np.ndarray


@dataclass(frozen=True)
class Learned:
    """Probabilities of each label, shape (sentences, labels), with the method behind each row and
    the number of coded sentences that it was fitted on."""

    probabilities: np.ndarray
    methods: np.ndarray
    trained_on: np.ndarray


def can_learn(coded: np.ndarray, articles: np.ndarray) -> bool:
    """Return whether enough is coded: three articles, fifty sentences, two labels."""
    known = coded >= 0
    return (
        len(set(articles[known])) >= FEWEST_ARTICLES
        and int(known.sum()) >= FEWEST_SENTENCES
        and len(set(coded[known])) > 1
    )


def learn_labels(material: Material) -> Learned:
    """Label every sentence by what the coded sentences of other articles teach.

    That holds for the sentences of a partly coded article that are not coded too, so that the
    errors seen in the coded ones are those of the others (see `encuadre.correction`). Articles of
    which nothing is coded learn from all coded sentences. Learning is used where it beats the likeness to the seed phrases in macro-F1
    on articles left out among those that it learns from; elsewhere the likeness stays, as a
    probability fitted on the same articles. There must be enough to learn from, as `can_learn` tells.
    """
    known = material.coded >= 0
    folds = split_articles(material.articles[known].tolist())
    fold = np.array([folds.get(a, -1) for a in material.articles])
    shape = material.likeness.shape
    learned = Learned(np.zeros(shape), np.full(shape[0], "", object), np.zeros(shape[0], int))
    for left_out in (-1, *sorted(set(folds.values()))):
        asked = fold == left_out
        if not asked.any():
            continue
        taught = known & (fold != left_out)
        weights = _choose_weights(material, taught)
        learnt = _fit_and_predict(material, taught, asked)
        learned.probabilities[asked] = np.exp(_mix(learnt, material.likeness[asked], weights))
        learned.methods[asked] = LEARNED if weights[0] > 0 else ZERO_SHOT
        learned.trained_on[asked] = int(taught.sum())
    return learned


def split_articles(articles: Sequence[str], *, most: int = MOST_FOLDS) -> dict[str, int]:
    """Return the fold of each article: articles stay whole, the longest are dealt out first."""
    sizes = Counter(articles)
    filled = [0] * min(most, len(sizes))
    folds = {}
    for article in sorted(sizes, key=lambda a: (-sizes[a], a)):
        folds[article] = int(np.argmin(filled))
        filled[folds[article]] += sizes[article]
    return folds


def _choose_weights(material: Material, taught: np.ndarray) -> np.ndarray:
    """Return the powers of the learnt probability (0: do not learn) and of the likeness.

    They are fitted, and the choice is made, on articles left out among those that teach.
    """
    folds = split_articles(material.articles[taught].tolist())
    fold = np.array([folds.get(a, -1) for a in material.articles])
    learnt = np.zeros(material.likeness.shape)
    for left_out in set(folds.values()):
        asked = taught & (fold == left_out)
        learnt[asked] = _fit_and_predict(material, taught & (fold != left_out), asked)
    known, likeness, learnt = material.coded[taught], material.likeness[taught], learnt[taught]
    weights = _weigh(learnt, likeness, known)
    alone = np.array([0.0, np.exp(_START[1])])
    pooled = _score(_mix(learnt, likeness, weights), known)
    best = weights if pooled > _score(likeness, known) else alone
    return best * _find_temperature(learnt, likeness, known, best)


def _fit_and_predict(material: Material, taught: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Return log probabilities of the labels, learnt from coded sentences and the codebook."""
    model = LogisticRegression(class_weight="balanced", solver="newton-cg")
    model.fit(
        np.vstack([material.features[taught], material.examples]),
        np.concatenate([material.coded[taught], material.example_labels]),
    )
    return model.predict_log_proba(material.features[asked])


def _weigh(learnt: np.ndarray, likeness: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the powers with the least log loss, every label counting the same."""
    counts = np.bincount(known, minlength=likeness.shape[1])
    share = 1 / counts[known]

    def lose(logs: np.ndarray) -> float:
        mixed = _mix(learnt, likeness, np.exp(logs))
        loss = -np.average(mixed[np.arange(len(known)), known], weights=share)
        return float(loss + _PULL * ((logs - _START) ** 2).sum())

    return np.exp(minimize(lose, _START, method="L-BFGS-B").x)


def _find_temperature(
    learnt: np.ndarray, likeness: np.ndarray, known: np.ndarray, weights: np.ndarray
) -> float:
    """Return the factor of both powers with the least log loss, every sentence counting the same."""

    def lose(log: float) -> float:
        mixed = _mix(learnt, likeness, weights * np.exp(log))
        return float(-mixed[np.arange(len(known)), known].mean())

    return float(np.exp(minimize_scalar(lose, bounds=(-3, 3), method="bounded").x))


def _mix(learnt: np.ndarray, likeness: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return log_softmax(weights[0] * learnt + weights[1] * likeness, axis=1)


def _score(scores: np.ndarray, known: np.ndarray) -> float:
    labels = sorted(set(known.tolist()))
    said = scores.argmax(axis=1)
    return float(f1_score(known, said, labels=labels, average="macro", zero_division=0))
