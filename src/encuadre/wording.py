"""Which words set one outlet apart from the others, and where they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from encuadre.attribution_words import FORMS
from encuadre.errors import EncuadreError
from encuadre.events import select_prose

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|(?:[^\W\d_]\.)+[^\W\d_](?!\w)|[^\W\d_]+(?:[’'][^\W\d_]+)*")
_CONTRACTED = re.compile(r"(?:n't|'(?:ll|re|ve|d|m))$")
_APART = re.compile(r"[\s-]*")
_Z = 1.959963984540054
_SHARED = 0.75
_SPEECH = frozenset(form for form, (_, kind, _) in FORMS.items() if kind == "state")
_TITLES = frozenset(
    "president presidents vice-president minister ministers secretary senator senators governor "
    "governors chancellor premier representative".split()
)
PLAIN_WORDS = frozenset(ENGLISH_STOP_WORDS) | _SPEECH | _TITLES
"""Words that say nothing of an outlet's framing: stop words, those that only report speech, and titles
of office, which stand before names and are counted as little as these."""
_COLUMNS = (
    "article_id",
    "outlet",
    "word",
    "count",
    "count_rest",
    "log_odds",
    "z",
    "low",
    "high",
    "flagged",
)


@dataclass(frozen=True)
class Token:
    """A word as it is counted, with its place in the text.

    `joined`: nothing but white space or a hyphen lies between it and the word before. `capital`: it
    starts with one.
    """

    word: str
    start: int
    end: int
    joined: bool
    capital: bool


def find_tokens(text: str) -> list[Token]:
    """Return the words of a text, in lower case and without "'s"; "U.S." and "US" are both "US".

    Words in capitals of two letters or more keep them, so that the country is not the pronoun.
    """
    tokens: list[Token] = []
    last = 0
    for match in _TOKEN.finditer(text):
        surface = match.group().replace(".", "").replace("’", "'")
        surface = surface[:-2] if surface.lower().endswith("'s") else surface
        word = surface if len(surface) > 1 and surface.isupper() else surface.lower()
        between = text[last : match.start()]
        joined = bool(tokens) and bool(_APART.fullmatch(between))
        tokens.append(Token(word, match.start(), match.end(), joined, surface[:1].isupper()))
        last = match.end()
    return tokens


def _is_content(word: str, stop_words: frozenset[str]) -> bool:
    if len(word) > 1 and word.isupper():
        return True
    return (
        word not in stop_words
        and word.partition("'")[0] not in stop_words
        and not _CONTRACTED.search(word)
    )


def _list_phrases(
    tokens: Sequence[Token],
    *,
    ngram: Sequence[int],
    stop_words: frozenset[str],
    hidden: Set[tuple[str, ...]],
    names: Set[str],
) -> list[tuple[str, int]]:
    """Return the phrases of content words that stand side by side, with their length."""
    masked = _mask_names(tokens, hidden)
    masked = [m or (t.capital and t.word in names) for t, m in zip(tokens, masked, strict=True)]
    usable = [
        _is_content(t.word, stop_words) and not m for t, m in zip(tokens, masked, strict=True)
    ]
    phrases = []
    for size in range(ngram[0], ngram[1] + 1):
        for first in range(len(tokens) - size + 1):
            part = tokens[first : first + size]
            if not all(usable[first : first + size]) or not all(t.joined for t in part[1:]):
                continue
            phrases.append((" ".join(t.word for t in part), size))
    return phrases


def find_names(texts: Iterable[Sequence[Token]]) -> set[str]:
    """Return the words that are names: written with a capital inside a sentence, and never without.

    So persons, places, peoples, bodies and months go by themselves, in any study.
    """
    inside: set[str] = set()
    plain: set[str] = set()
    for tokens in texts:
        for token in tokens:
            if not token.capital:
                plain.add(token.word.lower())
            elif token.joined:
                inside.add(token.word)
    return {word for word in inside if word.lower() not in plain}


def _mask_names(tokens: Sequence[Token], hidden: Set[tuple[str, ...]]) -> list[bool]:
    masked = [False] * len(tokens)
    words = [t.word.lower() if t.capital else "" for t in tokens]
    for name in hidden:
        if not set(name) <= set(words):
            continue
        for first in range(len(words) - len(name) + 1):
            if tuple(words[first : first + len(name)]) == name:
                masked[first : first + len(name)] = [True] * len(name)
    return masked


def compare_wording(
    sentences: pd.DataFrame,
    *,
    articles: pd.DataFrame,
    min_count: int = 3,
    ngram: Sequence[int] = (1, 2),
    prior: float = 500.0,
    altered: Iterable[str] | None = None,
    hidden: Iterable[str] = (),
    stop_words: Iterable[str] = PLAIN_WORDS,
) -> pd.DataFrame:
    r"""Compare how often each outlet and the rest use each word or phrase.

    Log-odds ratios with an informative Dirichlet prior [1]_, equations 15 to 22. With
    :math:`y_w^i` the count of word w in outlet i, :math:`n^i` its total, and the prior
    :math:`\alpha_w = \alpha_0 \, y_w / n` in the proportions of all outlets together,

    .. math::
        \delta_w = \log \frac{y_w^i + \alpha_w}{n^i + \alpha_0 - y_w^i - \alpha_w}
                 - \log \frac{y_w^r + \alpha_w}{n^r + \alpha_0 - y_w^r - \alpha_w}, \quad
        \sigma^2 = \frac{1}{y_w^i + \alpha_w} + \frac{1}{y_w^r + \alpha_w}, \quad
        z = \delta_w / \sigma

    where r is the rest. Totals are taken over phrases of one length, so that words are compared
    with words and pairs with pairs. Words are counted as if drawn one by one; they come in
    clusters, so the intervals are too narrow rather than too wide. Names (`find_names`) and words
    that only report speech are left out: who is named and that he speaks is no framing. A word that
    stands almost only inside one longer phrase gives way to it.

    Parameters
    ----------
    sentences, articles : DataFrame
        The tables of those names; boilerplate is not counted.
    min_count : int
        How often a phrase must stand in all articles together.
    ngram : tuple of int
        Shortest and longest phrase, in words that stand side by side with no stop word or
        punctuation between them.
    prior : float
        :math:`\alpha_0`, the weight of the prior in words; above 0.
    altered : iterable of str, optional
        Ids of articles whose wording is not certain to be the outlet's; without it, those whose
        `integrity` is not intact.
    hidden : iterable of str
        Names not to count, beside those in `articles.outlet` (an outlet's name for itself).
    stop_words : iterable of str
        Words not to count, in lower case.

    Returns
    -------
    DataFrame
        article_id (where the outlet has one article, else ""), outlet, word, count, count_rest,
        log_odds, z, low, high (95%), flagged; by outlet in the order of `articles`, then by
        falling z.
        `flagged`: the phrase stands in altered copies only, so that it may be the work of whoever
        altered them, or the outlet's own articles are all spun, so that any of its words may be.

    References
    ----------
    .. [1] Monroe, B. L., Colaresi, M. P. and Quinn, K. M. (2008). Fightin' words. Political
       Analysis 16(4), 372-403.
    """
    _check_options(min_count, ngram, prior)
    outlets = dict(zip(articles["article_id"], articles["outlet"], strict=True))
    kinds = dict(zip(articles["article_id"], articles["integrity"], strict=True))
    doubtful = (
        {a for a, kind in kinds.items() if kind != "intact"} if altered is None else {*altered}
    )
    unknown = sorted((set(sentences["article_id"]) | doubtful) - set(outlets))
    if unknown:
        raise EncuadreError(
            f"No article has the id {unknown}; the table articles holds {list(outlets)}. "
            "Add the row or correct the id."
        )
    masked = {tuple(t.word.lower() for t in find_tokens(n)) for n in (*outlets.values(), *hidden)}
    stops, names = frozenset(stop_words), masked - {()}
    counts: dict[str, Counter[tuple[int, str]]] = {outlet: Counter() for outlet in outlets.values()}
    sound: set[str] = set()
    doubted: set[str] = set()
    prose = select_prose(sentences)
    read = [find_tokens(text) for text in prose["text"]]
    proper = find_names(read)
    for article, tokens in zip(prose["article_id"], read, strict=True):
        for word, size in _list_phrases(
            tokens, ngram=ngram, stop_words=stops, hidden=names, names=proper
        ):
            counts[outlets[article]][size, word] += 1
            (doubted if article in doubtful else sound).add(word)
    rewritten = {a for a in doubtful if kinds[a] == "spun"}
    spun = set(outlets.values()) - {o for a, o in outlets.items() if a not in rewritten}
    table = _tabulate_wording(counts, outlets, doubted - sound, min_count=min_count, prior=prior)
    return table.assign(flagged=table["flagged"].astype(bool) | table["outlet"].isin(spun))


def _check_options(min_count: int, ngram: Sequence[int], prior: float) -> None:
    if min_count < 1:
        raise EncuadreError(f"`min_count` is {min_count}; give 1 or more.")
    if len(ngram) != 2 or not 1 <= ngram[0] <= ngram[1]:
        raise EncuadreError(
            f"`ngram` is {ngram}; give the shortest and longest phrase in words, such as (1, 2)."
        )
    if not 0 < prior < float("inf"):
        raise EncuadreError(f"`prior` is {prior}; give a number of words above 0, such as 500.")


def _tabulate_wording(
    counts: Mapping[str, Counter[tuple[int, str]]],
    outlets: Mapping[str, str],
    uncertain: set[str],
    *,
    min_count: int,
    prior: float,
) -> pd.DataFrame:
    whole: Counter[tuple[int, str]] = Counter()
    for counter in counts.values():
        whole.update(counter)
    rows = []
    for outlet, own in counts.items():
        articles = [a for a, o in outlets.items() if o == outlet]
        article = articles[0] if len(articles) == 1 else ""
        found = []
        for size in sorted({size for size, _ in whole}):
            keys = sorted(key for key in whole if key[0] == size)
            total = np.array([whole[key] for key in keys], dtype=float)
            mine = np.array([own[key] for key in keys], dtype=float)
            delta, sigma = compute_log_odds(mine, total - mine, prior=prior)
            for (_, word), d, s, n, all_n in zip(keys, delta, sigma, mine, total, strict=True):
                if all_n >= min_count:
                    rest = int(all_n - n)
                    counted = (article, outlet, word, int(n), rest)
                    odds = (float(d), float(d / s), float(d - _Z * s), float(d + _Z * s))
                    found.append((*counted, *odds, word in uncertain))
        rows += sorted(_drop_parts(found), key=lambda row: (-row[6], row[2]))
    return pd.DataFrame(rows, columns=pd.Index(_COLUMNS))


def _drop_parts(rows: Sequence[tuple]) -> list[tuple]:
    """Drop the words that stand, in the outlet's own texts, almost only inside one longer phrase."""
    longer = [(row[2].split(), row[3]) for row in rows if " " in row[2]]
    return [
        row
        for row in rows
        if not any(
            len(words) > len(row[2].split()) and count >= _SHARED * row[3] > 0
            for words, count in longer
            if f" {row[2]} " in f" {' '.join(words)} "
        )
    ]


def compute_log_odds(
    counts: np.ndarray, rest: np.ndarray, *, prior: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return log-odds ratios and standard errors for the counts of each word in two texts.

    Parameters
    ----------
    counts, rest : array of float, shape (words,)
        Counts of the same words; the prior is `prior` words in the proportions of both together.
    prior : float
        Weight of the prior in words.
    """
    total = counts + rest
    if not total.sum():
        return np.zeros(len(total)), np.ones(len(total))
    alpha = prior * total / total.sum()
    mine, theirs = counts + alpha, rest + alpha
    with np.errstate(divide="ignore", invalid="ignore"):
        delta = np.log(mine / (mine.sum() - mine)) - np.log(theirs / (theirs.sum() - theirs))
    return np.where(np.isfinite(delta), delta, 0.0), np.sqrt(1 / mine + 1 / theirs)


def find_concordance(sentences: pd.DataFrame, word: str, *, width: int = 60) -> pd.DataFrame:
    """List every place where a word or phrase stands, with the words around it.

    Parameters
    ----------
    sentences : DataFrame
        The table `sentences`; boilerplate is not searched.
    word : str
        One or more words as `compare_wording` gives them: "US" finds "U.S." but not "us".
    width : int
        Most characters to show on either side, within the sentence.

    Returns
    -------
    DataFrame
        sentence_id, left, match, right; in the order of the text. Nothing found: no rows.
    """
    wanted = [t.word for t in find_tokens(word)]
    if not wanted:
        raise EncuadreError(
            f"{word!r} holds no word. Give one or more words, such as 'foreign agents'."
        )
    if width < 0:
        raise EncuadreError(f"`width` is {width}; give 0 or more characters.")
    rows = []
    for sentence_id, text in select_prose(sentences)[["sentence_id", "text"]].itertuples(
        index=False
    ):
        tokens = find_tokens(text)
        for first in range(len(tokens) - len(wanted) + 1):
            part = tokens[first : first + len(wanted)]
            if [t.word for t in part] != wanted or any(not t.joined for t in part[1:]):
                continue
            start, end = part[0].start, part[-1].end
            row = (
                sentence_id,
                text[max(0, start - width) : start],
                text[start:end],
                text[end : end + width],
            )
            rows.append(row)
    return pd.DataFrame(rows, columns=pd.Index(["sentence_id", "left", "match", "right"])).astype(
        str
    )
