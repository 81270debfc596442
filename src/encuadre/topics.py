"""Topics: what the articles talk about (TF-IDF and non-negative matrix factorisation).

Paragraphs are the documents, since five articles would be too few and sentences are too short;
each sentence then gets weights from the factors found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

from encuadre.errors import EncuadreError
from encuadre.study import Study, list_hidden_names

SAME = 0.03
_EXTRA_STOP_WORDS = frozenset(
    "said says told year years last including just like recent new use used make made way did does way "
    "yr mentioned informed don doesn isn ve ll re".split()
)
_TOKEN = r"\b[^\W\d_][\w’'-]*[^\W_]\b"
_POSSESSIVE = re.compile(r"[’']s?$")


def list_names(study: Study) -> frozenset[str]:
    """Return the words of the names of targets, speakers and outlets: who is named is not a topic."""
    words = re.findall(_TOKEN, " ".join(list_hidden_names(study)))
    return frozenset(_POSSESSIVE.sub("", w).lower() for w in words if w[:1].isupper())


def pick_shaping(articles: pd.DataFrame) -> list[str]:
    """Return the articles whose words shape the topics: all but spun copies, where two others are left.

    A thesaurus, not the outlet, chose the words of a spun copy. Its sentences get weights like all
    others, from topics that were found without it.
    """
    others = articles.loc[articles["integrity"] != "spun", "article_id"].tolist()
    return others if len(others) > 1 else articles["article_id"].tolist()


def choose_topic_count(
    sentences: pd.DataFrame,
    *,
    shaping: Sequence[str],
    ignore: frozenset[str] = frozenset(),
    candidates: Sequence[int] = tuple(range(4, 9)),
    seed: int,
    resamples: int = 30,
    top: int = 10,
) -> pd.DataFrame:
    """Score numbers of topics by how stable and how coherent their words are.

    Stability is the mean agreement between the topics of all paragraphs and those of random samples
    of 80% (average Jaccard of the top words, best matching of topics; Greene, O'Callaghan &
    Cunningham 2014). Coherence is the mean normalised pointwise mutual information of the top words
    within paragraphs. Chosen is the most coherent of those whose stability is within `SAME` of the best.

    Parameters
    ----------
    sentences : DataFrame
        The table `sentences`.
    shaping : sequence of str
        Ids of the articles whose words shape the topics, see `pick_shaping`.
    ignore : set of str
        Words in small letters that are left out, see `list_names`.
    candidates : sequence of int
        Numbers of topics to try; those above a quarter of the paragraphs are left out.
    seed : int
        Seed of the samples and of the factorisation.
    resamples : int
        Number of random samples.
    top : int
        Words a topic that are compared.

    Returns
    -------
    DataFrame
        k, stability, coherence, chosen (one row is true).
    """
    weights, _, _ = _weigh_words(_pick_paragraphs(sentences, shaping), ignore)
    if min(weights.shape) < 2:
        raise EncuadreError(
            f"{weights.shape[0]} paragraphs with {weights.shape[1]} usable words arrived; topics need two of each. Add texts."
        )
    usable = [
        k for k in candidates if 2 <= k <= min(max(2, weights.shape[0] // 4), weights.shape[1])
    ] or [2]
    rng = np.random.default_rng(seed)
    samples = [
        np.sort(
            rng.choice(weights.shape[0], size=max(2, int(0.8 * weights.shape[0])), replace=False)
        )
        for _ in range(resamples)
    ]
    presence = (weights > 0).astype(float)
    rows = []
    for k in usable:
        reference = _rank_words(_factorise(weights, k, seed).components_, top)
        scores = [
            _compare_topics(
                reference, _rank_words(_factorise(weights[rows_], k, seed).components_, top)
            )
            for rows_ in samples
        ]
        rows.append(
            {
                "k": k,
                "stability": float(np.mean(scores)),
                "coherence": _score_coherence(presence, reference),
            }
        )
    table = pd.DataFrame(rows)
    stable = table[table["stability"] >= table["stability"].max() - SAME]
    table["chosen"] = table.index == stable["coherence"].idxmax()
    return table


def measure_topics(
    sentences: pd.DataFrame,
    *,
    shaping: Sequence[str],
    ignore: frozenset[str] = frozenset(),
    count: int,
    seed: int,
    words: int = 12,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give each sentence its topics and each topic its words.

    Parameters
    ----------
    sentences : DataFrame
        The table `sentences`; boilerplate takes no part.
    shaping : sequence of str
        Ids of the articles whose words shape the topics, see `pick_shaping`.
    ignore : set of str
        Words in small letters that are left out, see `list_names`.
    count : int
        Number of topics.
    seed : int
        Seed of the factorisation.
    words : int
        Top words kept a topic.

    Returns
    -------
    topics : DataFrame
        The table `topics`: for each headline or body sentence a weight for each topic, summing to
        one. A sentence without a word of the vocabulary has its paragraph's weights.
    topic_words : DataFrame
        The table `topic_words`. Topics are numbered by their total weight, largest first.

    References
    ----------
    Lee & Seung 1999, Learning the parts of objects by non-negative matrix factorization.
    """
    paragraphs = gather_paragraphs(sentences)
    shaped, vocabulary, vectoriser = _weigh_words(_pick_paragraphs(sentences, shaping), ignore)
    most = min(shaped.shape)
    if not 2 <= count <= most:
        raise EncuadreError(
            f"{count} topics asked for; these texts allow from 2 to {most}. Change the parameter `topics`."
        )
    model = _factorise(shaped, count, seed)
    weights = vectoriser.transform(paragraphs["text"])
    order = np.argsort(-model.transform(weights).sum(axis=0), kind="stable")
    components = model.components_[order]
    by_paragraph = _scale_rows(model.transform(weights)[:, order])
    known = {
        (a, p): w
        for a, p, w in zip(
            paragraphs["article_id"], paragraphs["paragraph"], by_paragraph, strict=True
        )
    }
    kept = sentences[sentences["segment"] != "boilerplate"]
    by_sentence = model.transform(vectoriser.transform(kept["text"]))[:, order]
    rows = []
    for sentence, weight in zip(kept.itertuples(index=False), by_sentence, strict=True):
        share = (
            weight / weight.sum()
            if weight.sum() > 0
            else known[(sentence.article_id, sentence.paragraph)]
        )
        rows += [(sentence.sentence_id, topic, float(w)) for topic, w in enumerate(share)]
    tops = np.argsort(-components, axis=1, kind="stable")[:, :words]
    lines = [
        (topic, rank + 1, str(vocabulary[i]), float(components[topic, i]))
        for topic in range(count)
        for rank, i in enumerate(tops[topic])
    ]
    return (
        pd.DataFrame(rows, columns=pd.Index(["sentence_id", "topic", "weight"])),
        pd.DataFrame(lines, columns=pd.Index(["topic", "rank", "word", "weight"])),
    )


def name_topics(topic_words: pd.DataFrame, *, names: dict[str, str], words: int = 3) -> list[str]:
    """Name each topic: the study's name for its first word, or else its first words."""
    labels = []
    for _, group in topic_words.sort_values(["topic", "rank"]).groupby("topic"):
        top = group["word"].tolist()
        labels.append(names.get(top[0], ", ".join(top[:words])))
    return labels


def pick_sentences(
    topics: pd.DataFrame, sentences: pd.DataFrame, *, each: int = 3, min_words: int = 8
) -> pd.DataFrame:
    """Return the sentences that a topic fills most, at most one a paragraph.

    Returns
    -------
    DataFrame
        topic, sentence_id, weight; highest weight first, longer sentences first among equals.
    """
    long_enough = sentences[sentences["text"].str.split().str.len() >= min_words]
    table = topics.merge(
        long_enough[["sentence_id", "article_id", "paragraph", "text"]], on="sentence_id"
    )
    table = table.assign(length=table["text"].str.len()).sort_values(
        ["topic", "weight", "length", "sentence_id"],
        ascending=[True, False, False, True],
        kind="stable",
    )
    table = table.drop_duplicates(["topic", "article_id", "paragraph"])
    return (
        table.groupby("topic").head(each)[["topic", "sentence_id", "weight"]].reset_index(drop=True)
    )


def gather_paragraphs(sentences: pd.DataFrame) -> pd.DataFrame:
    """Return the paragraphs of headline and body: article_id, paragraph, text."""
    kept = sentences[sentences["segment"] != "boilerplate"]
    if kept.empty:
        raise EncuadreError(
            "No headline or body sentence arrived; topics need some. Check the texts of the study."
        )
    return kept.groupby(["article_id", "paragraph"], sort=False)["text"].agg(" ".join).reset_index()


def _pick_paragraphs(sentences: pd.DataFrame, shaping: Sequence[str]) -> list[tuple[str, str]]:
    paragraphs = gather_paragraphs(sentences)
    kept = paragraphs[paragraphs["article_id"].isin(shaping)]
    return list(kept[["article_id", "text"]].itertuples(index=False, name=None))


def _weigh_words(paragraphs: list[tuple[str, str]], ignore: frozenset[str]):
    """Weigh the words that two articles share (all words where there is one): only they can be compared."""
    documents = [text for _, text in paragraphs]
    few = len(documents) < 20
    read = _WordReader(documents, ignore)
    used: dict[str, set[str]] = {}
    for article_id, text in paragraphs:
        for word in read(text):
            used.setdefault(word, set()).add(article_id)
    needed = min(2, len({a for a, _ in paragraphs}))
    lonely = frozenset(w for w, where in used.items() if len(where) < needed)
    read.ignore(lonely)
    vectoriser = TfidfVectorizer(
        tokenizer=read, token_pattern=None, lowercase=False,
        min_df=1 if few else 2, max_df=1.0 if few else 0.5, sublinear_tf=True,
    )  # fmt: skip
    try:
        weights = vectoriser.fit_transform(documents)
    except ValueError:
        raise EncuadreError(
            "The texts share no words beyond stop words; topics need longer or more texts."
        ) from None
    return weights, vectoriser.get_feature_names_out(), vectoriser


class _WordReader:
    """Words in small letters without stop words; a plural counts as its singular where that occurs too."""

    def __init__(self, documents: list[str], ignore: frozenset[str]):
        self._ignored = ENGLISH_STOP_WORDS | _EXTRA_STOP_WORDS | ignore
        self._known = {w for d in documents for w in self._read(d)}

    def ignore(self, words: frozenset[str]) -> None:
        """Leave out these words too, in the singular where that occurs."""
        self._ignored |= words

    def _read(self, text: str) -> list[str]:
        words = (_POSSESSIVE.sub("", w.lower()) for w in re.findall(_TOKEN, text))
        return [w for w in words if len(w) > 2 and w not in self._ignored]

    def __call__(self, text: str) -> list[str]:
        folded = (
            w[:-1] if w.endswith("s") and w[:-1] in self._known else w for w in self._read(text)
        )
        return [w for w in folded if w not in self._ignored]


def _factorise(weights, count: int, seed: int) -> NMF:
    model = NMF(n_components=count, init="nndsvda", random_state=seed, max_iter=4000, tol=1e-4)
    return model.fit(weights)


def _rank_words(components: np.ndarray, top: int) -> np.ndarray:
    return np.argsort(-components, axis=1, kind="stable")[:, :top]


def _compare_topics(first: np.ndarray, second: np.ndarray) -> float:
    scores = np.array([[_average_jaccard(a, b) for b in second] for a in first])
    pairs = linear_sum_assignment(-scores)
    return float(scores[pairs].mean())


def _average_jaccard(a: np.ndarray, b: np.ndarray) -> float:
    depths = range(1, len(a) + 1)
    return sum(len(set(a[:d]) & set(b[:d])) / len(set(a[:d]) | set(b[:d])) for d in depths) / len(a)


def _score_coherence(presence, ranked: np.ndarray) -> float:
    total = presence.shape[0]
    scores = []
    for topic in ranked:
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


def _scale_rows(weights: np.ndarray) -> np.ndarray:
    total = weights.sum(axis=1, keepdims=True)
    return np.where(total > 0, weights / np.where(total > 0, total, 1), 1 / weights.shape[1])
