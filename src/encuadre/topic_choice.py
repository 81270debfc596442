"""How many topics there are and which of them hold: stability in samples, and coherence."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix

from encuadre.topic_models import fit_topics, fit_weights
from encuadre.vocabulary import WordWeights

SAME = 0.03
"""Numbers of topics whose stability differs by no more count as equally stable."""
STABLE = 0.6
"""From this mean agreement on a topic is stable: three quarters of its top words come back."""
TOP = 10
"""Words of a topic that are compared."""
_LEFT_IN = 0.8


def measure_topic_stability(
    texts: WordWeights, *, count: int, seed: int, resamples: int = 30
) -> pd.DataFrame:
    """Measure how well each topic comes back when a fifth of the paragraphs is left out.

    The topics of all paragraphs are matched with those of each random sample of 80%; a topic's
    stability is the mean agreement with its match: the average Jaccard similarity of the ten
    heaviest words (Greene, O'Callaghan & Cunningham 2014).

    Parameters
    ----------
    texts : WordWeights
        As `encuadre.vocabulary.weigh_words` gives it.
    count : int
        Number of topics.
    seed : int
        Seed of the samples and of the factorisation.
    resamples : int
        Number of random samples.

    Returns
    -------
    DataFrame
        The table `topic_stability`: topic, stability (0..1), stable (from `STABLE` on). Topics are
        numbered as in `encuadre.topics.measure_topics`.
    """
    rng = np.random.default_rng(seed)
    total, _ = texts.weights.shape
    size = max(count, int(_LEFT_IN * total))
    reference = rank_words(fit_topics(texts, count=count, seed=seed).components)
    scores = []
    for _ in range(resamples):
        drawn = texts.weights[np.sort(rng.choice(total, size=size, replace=False))]
        model = fit_weights(drawn, kind=texts.model, count=count, seed=seed)
        scores.append(compare_topics(reference, rank_words(model.components)))
    stability = np.mean(scores, axis=0)
    return pd.DataFrame(
        {"topic": range(count), "stability": stability, "stable": stability >= STABLE}
    )


def choose_topic_count(
    texts: WordWeights,
    *,
    candidates: Sequence[int],
    seed: int,
    resamples: int = 30,
    fixed: int = 0,
) -> pd.DataFrame:
    """Score numbers of topics by how stable and how coherent their words are.

    Stability is the mean over topics of `measure_topic_stability`. Coherence is the mean normalised
    pointwise mutual information of the ten heaviest words within paragraphs. Chosen is the most
    coherent of those whose stability is within `SAME` of the best.

    Parameters
    ----------
    texts : WordWeights
        As `encuadre.vocabulary.weigh_words` gives it.
    candidates : sequence of int
        Numbers of topics to try; those above a quarter of the paragraphs, or above the number of
        words, are left out.
    seed : int
        Seed of the samples and of the factorisation.
    resamples : int
        Number of random samples.
    fixed : int
        A number that is scored too, and chosen whatever the scores; 0 lets the scores choose.

    Returns
    -------
    DataFrame
        k, stability, coherence, unstable (number of topics below `STABLE`), chosen (one row).
    """
    paragraphs, words = texts.weights.shape
    most = min(max(2, paragraphs // 4), words)
    rows = []
    tried = {k for k in candidates if 2 <= k <= most} | ({fixed} if fixed else set())
    for k in sorted(tried or {2}):
        each = measure_topic_stability(texts, count=k, seed=seed, resamples=resamples)
        tops = rank_words(fit_topics(texts, count=k, seed=seed).components)
        rows.append(
            {
                "k": k,
                "stability": float(each["stability"].mean()),
                "coherence": score_coherence(texts.weights, tops),
                "unstable": int((~each["stable"]).sum()),
            }
        )
    table = pd.DataFrame(rows)
    stable = table[table["stability"] >= table["stability"].max() - SAME]
    table["chosen"] = table["k"] == (fixed or table.loc[stable["coherence"].idxmax(), "k"])
    return table


def rank_words(components: np.ndarray, top: int = TOP) -> np.ndarray:
    """Return the places of the heaviest words of each topic, shape (topics, top)."""
    return np.argsort(-components, axis=1, kind="stable")[:, :top]


def compare_topics(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the agreement of each topic in `first` with its match in `second`, 0..1.

    Parameters
    ----------
    first, second : arrays of shape (topics, words)
        Ranked words as `rank_words` gives them; as many topics in both. Topics are matched one to
        one so that the agreement in all is largest (Kuhn 1955).
    """
    scores = np.array([[_average_jaccard(a, b) for b in second] for a in first])
    rows, columns = linear_sum_assignment(-scores)
    return scores[rows, columns]


def _average_jaccard(a: np.ndarray, b: np.ndarray) -> float:
    depths = range(1, len(a) + 1)
    return sum(len(set(a[:d]) & set(b[:d])) / len(set(a[:d]) | set(b[:d])) for d in depths) / len(a)


def score_coherence(weights: csr_matrix, tops: np.ndarray) -> float:
    """Return the mean normalised pointwise mutual information of the pairs of top words, -1..1."""
    presence = (weights > 0).astype(float)
    total, _ = presence.shape
    scores = []
    for topic in tops:
        block = presence[:, topic]
        joint = (block.T @ block).toarray() / total
        single = joint.diagonal()
        for i, j in combinations(range(len(topic)), 2):
            both = joint[i, j]
            scores.append(
                -1.0
                if both == 0
                else 1.0
                if both == 1
                else np.log(both / (single[i] * single[j])) / -np.log(both)
            )
    return float(np.mean(scores))
