"""Find topics in weighted words: non-negative matrix factorisation, or latent Dirichlet allocation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.decomposition import NMF, LatentDirichletAllocation

from encuadre.errors import EncuadreError
from encuadre.vocabulary import WordWeights


@dataclass(frozen=True)
class TopicModel:
    """Topics as found, the one that fills most of the paragraphs first.

    Attributes
    ----------
    components : array, shape (topics, words)
        How much each word weighs in each topic; every row has length 1.
    weigh : callable
        Weighted words of texts, shape (texts, words), to how much of each topic a text holds, shape
        (texts, topics). A text without known words holds none.
    """

    components: np.ndarray
    weigh: Callable[[csr_matrix], np.ndarray]


def fit_topics(texts: WordWeights, *, count: int, seed: int) -> TopicModel:
    """Find topics in the paragraphs that shape them.

    Parameters
    ----------
    texts : WordWeights
        As `encuadre.vocabulary.weigh_words` gives it.
    count : int
        Number of topics.
    seed : int
        Seed of the factorisation.

    Raises
    ------
    EncuadreError
        Where the number of topics is below two, or above the paragraphs or words that there are.

    References
    ----------
    Lee & Seung 1999, Learning the parts of objects by non-negative matrix factorization.
    Blei, Ng & Jordan 2003, Latent Dirichlet allocation.
    """
    most = min(texts.weights.shape)
    if not 2 <= count <= most:
        raise EncuadreError(
            f"{count} topics asked for; these texts allow from 2 to {most}. Change the parameter `topics`."
        )
    return fit_weights(texts.weights, kind=texts.model, count=count, seed=seed)


def fit_weights(weights: csr_matrix, *, kind: str, count: int, seed: int) -> TopicModel:
    """Find topics in weighted words; `kind` is a name in `encuadre.vocabulary.MODELS`."""
    if kind == "lda":
        model = LatentDirichletAllocation(n_components=count, random_state=seed, max_iter=20)
    else:
        model = NMF(n_components=count, init="nndsvda", random_state=seed, max_iter=200, tol=1e-3)
    held = np.asarray(model.fit_transform(weights))
    length = np.linalg.norm(model.components_, axis=1)
    length[length == 0] = 1
    scale = np.ones(count) if kind == "lda" else length
    order = np.argsort(-(held * scale).sum(axis=0), kind="stable")

    def weigh(rows: csr_matrix) -> np.ndarray:
        known = np.asarray(rows.sum(axis=1)).reshape(-1, 1) > 0
        return (np.asarray(model.transform(rows)) * scale * known)[:, order]

    components = (model.components_ / length[:, None])[order]
    return TopicModel(components, weigh)
