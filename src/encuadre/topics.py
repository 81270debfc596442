"""Topics: what the articles talk about, sentence by sentence.

Paragraphs shape the topics, since five articles would be too few and sentences are too short; each
sentence then gets weights from its own words and from those of its paragraph.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from encuadre.topic_choice import rank_words
from encuadre.topic_models import fit_topics
from encuadre.vocabulary import WordWeights, gather_paragraphs

_FULL = 0.9
_HALF = 0.5


def measure_topics(
    sentences: pd.DataFrame, texts: WordWeights, *, count: int, seed: int, words: int = 12
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give each sentence its topics and each topic its words.

    A sentence is read in its paragraph: its words count one half, those of the paragraph the other.

    Parameters
    ----------
    sentences : DataFrame
        The table `sentences`; boilerplate takes no part.
    texts : WordWeights
        As `encuadre.vocabulary.weigh_words` gives it.
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
        one. Where neither sentence nor paragraph holds a known word the topics weigh the same.
    topic_words : DataFrame
        The table `topic_words`. Topics are numbered by their total weight, largest first.

    Raises
    ------
    EncuadreError
        Where the texts do not allow so many topics.
    """
    model = fit_topics(texts, count=count, seed=seed)
    shares = _share_out(model.weigh(_read_in_context(sentences, texts)))
    kept = sentences.loc[sentences["segment"] != "boilerplate", "sentence_id"]
    topics = pd.DataFrame(
        {
            "sentence_id": np.repeat(kept.to_numpy(), count),
            "topic": np.tile(np.arange(count), len(kept)),
            "weight": shares.ravel(),
        }
    )
    tops = rank_words(model.components, words)
    lines = [
        (topic, rank + 1, str(texts.words[i]), float(model.components[topic, i]))
        for topic, row in enumerate(tops)
        for rank, i in enumerate(row)
    ]
    return topics, pd.DataFrame(lines, columns=pd.Index(["topic", "rank", "word", "weight"]))


def _read_in_context(sentences: pd.DataFrame, texts: WordWeights) -> csr_matrix:
    """Return the mean of the weighted words of each sentence and of its paragraph."""
    kept = sentences[sentences["segment"] != "boilerplate"]
    paragraphs = gather_paragraphs(sentences)
    places = pd.MultiIndex.from_frame(paragraphs[["article_id", "paragraph"]])
    inside = places.get_indexer(pd.MultiIndex.from_frame(kept[["article_id", "paragraph"]]))
    around = texts.weigh(paragraphs["text"].tolist())[inside]
    return csr_matrix((texts.weigh(kept["text"].tolist()) + around) / 2)


def _share_out(held: np.ndarray) -> np.ndarray:
    total = held.sum(axis=1, keepdims=True)
    return np.where(total > 0, held / np.where(total > 0, total, 1), 1 / held.shape[1])


def name_topics(
    topic_words: pd.DataFrame, *, names: Mapping[str, str], words: int = 3
) -> list[str]:
    """Name each topic: the study's name for its first word, or else a number and its first words."""
    labels = []
    for number, (_, group) in enumerate(
        topic_words.sort_values(["topic", "rank"]).groupby("topic"), start=1
    ):
        top = group["word"].tolist()
        labels.append(names.get(top[0], f"Topic {number} ({', '.join(top[:words])})"))
    return labels


def doubt_unstable(estimates: pd.DataFrame, stability: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates where shares of topics that do not hold are marked `cannot_tell`.

    Parameters
    ----------
    estimates : DataFrame
        The table `estimates`, measure `topic`.
    stability : DataFrame
        As `encuadre.topic_choice.measure_topic_stability` gives it.
    """
    shaky = stability.loc[~stability["stable"], "topic"].astype(str)
    doubted = estimates["category"].isin(shaky)
    return estimates.assign(strength=estimates["strength"].mask(doubted, "cannot_tell"))


def pick_sentences(
    topics: pd.DataFrame,
    sentences: pd.DataFrame,
    topic_words: pd.DataFrame,
    *,
    each: int = 3,
    min_words: int = 8,
) -> pd.DataFrame:
    """Return the sentences that tell a topic best, one an article first, at most one a paragraph.

    Sentences that a topic fills by half go before others, and of those that it fills by nine tenths
    the one with most of its words.

    Returns
    -------
    DataFrame
        topic, sentence_id, weight; best first.
    """
    long_enough = sentences[sentences["text"].str.split().str.len() >= min_words]
    table = topics.merge(
        long_enough[["sentence_id", "article_id", "paragraph", "text"]], on="sentence_id"
    )
    held = {str(t): set(g["word"]) for t, g in topic_words.groupby("topic")}
    table = table.assign(
        full=table["weight"].clip(upper=_FULL),
        told=[
            sum(w in text.lower() for w in held.get(str(t), ()))
            for t, text in zip(table["topic"], table["text"], strict=True)
        ],
    ).sort_values(
        ["topic", "full", "told", "weight", "sentence_id"],
        ascending=[True, False, False, False, True],
        kind="stable",
    )
    table = table.drop_duplicates(["topic", "article_id", "paragraph"])
    turn = table.groupby(["topic", "article_id"]).cumcount()
    table = table.assign(weak=table["weight"] < _HALF, turn=turn)
    table = table.sort_values(["topic", "weak", "turn"], kind="stable")
    return (
        table.groupby("topic").head(each)[["topic", "sentence_id", "weight"]].reset_index(drop=True)
    )
