"""The words of texts as topics see them: which count, and how much each weighs in a text."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import (
    ENGLISH_STOP_WORDS,
    CountVectorizer,
    TfidfVectorizer,
)

from encuadre.errors import EncuadreError
from encuadre.study import Study, list_hidden_names

MODELS = ("blend", "nmf", "keynmf", "lda")
KEYWORDS = 25
"""Keywords that a text keeps under `keynmf`, as in the paper."""

Embed = Callable[[Sequence[str]], np.ndarray]

_DATES = frozenset(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday "
    "day days week weeks month months today yesterday tomorrow".split()
)
_EXTRA_STOP_WORDS = frozenset(
    "said says told year years last including just like recent new use used make made way did does "
    "yr mentioned informed don doesn isn ve ll re mr mrs ms sen sens rep reps gov govs".split()
)
_STOP_WORDS = ENGLISH_STOP_WORDS | _EXTRA_STOP_WORDS | _DATES
_TOKEN = re.compile(r"\b[^\W\d_][\w’'-]*[^\W_]\b")
_POSSESSIVE = re.compile(r"[’']s?$")
_BLOCK = 512
_FEW = 20
_ROUNDING = 1e-6


@dataclass(frozen=True)
class WordWeights:
    """How much each word weighs in the paragraphs that shape the topics, and in any other text.

    Attributes
    ----------
    model : str
        One of `MODELS`.
    words : array of str, shape (words,)
    weights : sparse array, shape (paragraphs, words)
        Of the paragraphs that shape the topics.
    weigh : callable
        Texts to a sparse array of shape (texts, words), by the same measure.
    """

    model: str
    words: np.ndarray
    weights: csr_matrix
    weigh: Callable[[Sequence[str]], csr_matrix]


def list_names(study: Study) -> frozenset[str]:
    """Return the words of the names of targets, speakers and outlets: who is named is not a topic."""
    words = _TOKEN.findall(" ".join(list_hidden_names(study)))
    return frozenset(_POSSESSIVE.sub("", w).lower() for w in words if w[:1].isupper())


def pick_shaping(articles: pd.DataFrame) -> list[str]:
    """Return the articles whose words shape the topics: all but spun copies, where two others are left.

    A thesaurus, not the outlet, chose the words of a spun copy. Its sentences get weights like all
    others, from topics that were found without it.
    """
    others = articles.loc[articles["integrity"] != "spun", "article_id"].tolist()
    return others if len(others) > 1 else articles["article_id"].tolist()


def gather_paragraphs(sentences: pd.DataFrame) -> pd.DataFrame:
    """Return the paragraphs of headline and body: article_id, paragraph, text."""
    kept = sentences[sentences["segment"] != "boilerplate"]
    if kept.empty:
        raise EncuadreError(
            "No headline or body sentence arrived; topics need some. Check the texts of the study."
        )
    return kept.groupby(["article_id", "paragraph"], sort=False)["text"].agg(" ".join).reset_index()


def weigh_words(
    sentences: pd.DataFrame,
    *,
    shaping: Sequence[str],
    ignore: frozenset[str] = frozenset(),
    model: str = "blend",
    embed: Embed | None = None,
) -> WordWeights:
    """Weigh the words that two articles share (all words where there is one): only they compare.

    Parameters
    ----------
    sentences : DataFrame
        The table `sentences`; boilerplate takes no part.
    shaping : sequence of str
        Ids of the articles whose words shape the topics, see `pick_shaping`.
    ignore : set of str
        Words in small letters that are left out, see `list_names`.
    model : {"blend", "nmf", "keynmf", "lda"}
        `nmf` weighs by TF-IDF with logarithmic counts, `lda` by counts. `keynmf` keeps the words
        of a text whose vectors lie nearest to the text's vector and weighs them by the cosine
        (Kristensen-McLachlan et al. 2024). `blend` is the geometric mean of the TF-IDF weight and
        the cosine, where the mean vector of all texts, or words, is taken off each vector first
        (Mu & Viswanath 2018): a word weighs much where it is both marked in the text and near
        its meaning.
    embed : callable, optional
        Texts to vectors of unit length, as `encuadre.encoders.Encoder.embed`; `blend` and
        `keynmf` need it.

    Raises
    ------
    EncuadreError
        Where the model is unknown or lacks its encoder, or the texts share too few words.
    """
    if model not in MODELS:
        raise EncuadreError(
            f"'{model}' is no way to find topics; the ways are {', '.join(MODELS)}. Change the parameter `topic_model`."
        )
    if model in ("blend", "keynmf") and embed is None:
        raise EncuadreError(
            f"The topics '{model}' need vectors, but no encoder arrived. Give `embed`, or choose 'nmf' or 'lda'."
        )
    paragraphs = gather_paragraphs(sentences)
    shaped = paragraphs[paragraphs["article_id"].isin(shaping)]
    texts = shaped["text"].tolist()
    vectoriser = _count_words(shaped, ignore, counts=model == "lda")
    words = vectoriser.get_feature_names_out()
    if min(len(texts), len(words)) < 2:
        raise EncuadreError(
            f"{len(texts)} paragraphs with {len(words)} usable words arrived; topics need two of each. Add texts."
        )
    weigh: Callable[[Sequence[str]], csr_matrix] = vectoriser.transform
    if embed is not None and model in ("blend", "keynmf"):
        weigh = _weigh_meaning(vectoriser, words, texts, embed, centred=model == "blend")
    weights = weigh(texts)
    if not weights.sum():
        raise EncuadreError(
            "All texts have the same meaning, so no word stands out in any. Give other texts, or set the parameter `topic_model` to 'nmf'."
        )
    return WordWeights(model, words, weights, weigh)


def _count_words(
    paragraphs: pd.DataFrame, ignore: frozenset[str], *, counts: bool
) -> CountVectorizer:
    texts = paragraphs["text"].tolist()
    read = _WordReader(texts, ignore)
    used: dict[str, set[str]] = {}
    for article_id, text in zip(paragraphs["article_id"], texts, strict=True):
        for word in read(text):
            used.setdefault(word, set()).add(article_id)
    needed = min(2, paragraphs["article_id"].nunique())
    read.ignore(frozenset(w for w, where in used.items() if len(where) < needed))
    few = len(texts) < _FEW
    limits = {"min_df": 1 if few else 2, "max_df": 1.0 if few else 0.5}
    options = {"tokenizer": read, "token_pattern": None, "lowercase": False, **limits}
    vectoriser = (
        CountVectorizer(**options) if counts else TfidfVectorizer(sublinear_tf=True, **options)
    )
    try:
        return vectoriser.fit(texts)
    except ValueError:
        raise EncuadreError(
            "The texts share no words beyond stop words; topics need longer or more texts."
        ) from None


def _weigh_meaning(
    vectoriser: CountVectorizer,
    words: np.ndarray,
    texts: Sequence[str],
    embed: Embed,
    *,
    centred: bool,
) -> Callable[[Sequence[str]], csr_matrix]:
    """Return the weighing by the cosine of word and text: blended with TF-IDF, or the top keywords."""
    of_words = np.asarray(embed(words.tolist()), dtype=float)
    middle = np.asarray(embed(texts), dtype=float).mean(axis=0) if centred else 0.0
    of_words = _scale_rows(of_words - of_words.mean(axis=0)) if centred else of_words

    def weigh(texts: Sequence[str]) -> csr_matrix:
        table = csr_matrix(vectoriser.transform(texts), dtype=float)
        vectors = _scale_rows(np.asarray(embed(list(texts)), dtype=float) - middle)
        for start in range(0, len(vectors), _BLOCK):
            block = slice(table.indptr[start], table.indptr[min(start + _BLOCK, len(vectors))])
            rows = np.repeat(
                np.arange(start, min(start + _BLOCK, len(vectors))),
                np.diff(table.indptr[start : start + _BLOCK + 1]),
            )
            near = vectors[start : start + _BLOCK] @ of_words.T
            cosine = np.maximum(near[rows - start, table.indices[block]], 0)
            table.data[block] = np.sqrt(table.data[block] * cosine) if centred else cosine
        if not centred:
            _keep_top(table, KEYWORDS)
        table.eliminate_zeros()
        return table

    return weigh


def _keep_top(table: csr_matrix, count: int) -> None:
    """Set all but the `count` largest values of each row to zero, in place."""
    for start, end in zip(table.indptr[:-1], table.indptr[1:], strict=True):
        values = table.data[start:end]
        values[np.argsort(-values, kind="stable")[count:]] = 0


def _scale_rows(vectors: np.ndarray) -> np.ndarray:
    """Return the vectors at unit length; what rounding alone left of one becomes zero."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(length > _ROUNDING, vectors / np.maximum(length, _ROUNDING), 0)


class _WordReader:
    """Words in small letters without stop words, each in one form.

    A plural counts as its singular, and a word without its accents as the one with them, where that
    occurs too.
    """

    def __init__(self, texts: Sequence[str], ignore: frozenset[str]):
        self._ignored = frozenset(_drop_accents(w) for w in _STOP_WORDS | ignore)
        found: Counter[str] = Counter()
        for token, count in Counter(w for t in texts for w in _split(t)).items():
            found[self._clean(token)] += count
        self._known = frozenset(found)
        self._accented = {
            _drop_accents(w): w
            for w in sorted(found, key=lambda w: (found[w], w))
            if w != _drop_accents(w)
        }
        self._forms: dict[str, str] = {}

    def ignore(self, words: frozenset[str]) -> None:
        """Leave out these words too, in the form in which they are counted."""
        self._ignored |= frozenset(_drop_accents(w) for w in words)
        self._forms = {}

    def __call__(self, text: str) -> list[str]:
        forms = [self._find_form(token) for token in _split(text)]
        return [w for w in forms if w]

    def _find_form(self, token: str) -> str:
        """Return the form in which a token is counted; nothing where it is not."""
        if token not in self._forms:
            word = self._clean(token)
            word = self._accented.get(_drop_accents(word), word)
            if word.endswith("s") and word[:-1] in self._known:
                word = self._clean(word[:-1])
            self._forms[token] = word
        return self._forms[token]

    def _clean(self, token: str) -> str:
        word = _POSSESSIVE.sub("", token)
        plain = _drop_accents(word)
        ignored = plain in self._ignored or all(p in self._ignored for p in plain.split("-"))
        return "" if ignored or len(word) < 3 else word


def _split(text: str) -> list[str]:
    return _TOKEN.findall(text.lower())


def _drop_accents(word: str) -> str:
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
