"""Estimates with intervals: shares and means by article, by outlet and by voice.

Labels come either from the models (`raw`) or from the reference coding (`coded`); both are laid out
the same way, one row a sentence, and go through the same functions. Intervals say how much the
figure rests on the sentences that happened to be written: the sentences of an article are drawn
again with replacement (Efron & Tibshirani 1993). Where an outlet has several articles, articles are
drawn first. With one article an outlet they are statements about that article, not about the outlet.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import beta

from encuadre.agreement import measure_alpha
from encuadre.coding import list_coders, pick_reference, pivot_codings
from encuadre.strength import judge_estimate

COLUMNS = [
    "measure",
    "article_id",
    "outlet",
    "voice",
    "target",
    "category",
    "estimate",
    "low",
    "high",
    "n",
    "method",
    "strength",
]
STANCES = {"-1": "unfavourable", "0": "neutral", "1": "favourable"}


def label_by_model(
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    voices: pd.DataFrame,
    *,
    stances: pd.DataFrame | None = None,
    frames: pd.DataFrame | None = None,
    functions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Lay out the models' labels: one row a headline or body sentence, one column a field.

    Returns
    -------
    DataFrame
        sentence_id, article_id, outlet, voice and, where given, stance_TARGET, frame, function;
        an empty stance says that the sentence is not about the target.
    """
    table = _place_sentences(sentences, articles).merge(
        voices[["sentence_id", "voice"]], on="sentence_id"
    )
    if stances is not None:
        for target, group in stances.groupby("target"):
            labels = group.set_index("sentence_id")["label"].astype(str)
            table[f"stance_{target}"] = table["sentence_id"].map(labels).fillna("")
    if frames is not None:
        primary = frames[frames["primary"]].set_index("sentence_id")["frame"]
        table["frame"] = table["sentence_id"].map(primary).fillna("none")
    if functions is not None:
        table["function"] = (
            table["sentence_id"].map(functions.set_index("sentence_id")["function"]).fillna("none")
        )
    return table


def label_by_coding(
    sentences: pd.DataFrame, articles: pd.DataFrame, coding: pd.DataFrame
) -> pd.DataFrame:
    """Lay out a coder's labels like `label_by_model`; sentences that were not coded are left out."""
    coded = coding[coding["voice"] != ""] if "voice" in coding else coding.iloc[0:0]
    return _place_sentences(sentences, articles).merge(
        coded.drop(columns="segment", errors="ignore"), on="sentence_id"
    )


def _place_sentences(sentences: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    kept = sentences.loc[sentences["segment"] != "boilerplate", ["sentence_id", "article_id"]]
    return kept.merge(articles[["article_id", "outlet"]], on="article_id")


def estimate_shares(
    labels: pd.DataFrame,
    *,
    field: str,
    measure: str,
    categories: Sequence[str],
    own_voice: str,
    method: str,
    target: str = "",
    voices: Sequence[str] = ("all",),
    alpha: float = np.nan,
    seed: int,
    draws: int = 2000,
    level: float = 0.95,
    mean: bool = False,
) -> pd.DataFrame:
    """Estimate the share of each category among labelled sentences, by article and by outlet.

    Parameters
    ----------
    labels : DataFrame
        As `label_by_model` gives it; rows with an empty label in `field` take no part.
    field, measure, target : str
        The column, and what the table calls it.
    categories : sequence of str
        The labels to report, also those that never occur.
    own_voice : str
        Id of the outlet's own voice.
    method : {"raw", "coded"}
        Where the labels come from.
    voices : sequence of str
        Groups of sentences: "all", "own", "quoted", or the id of a voice.
    alpha : float
        Reliability of the field; not a number where it is not known.
    seed, draws, level
        The bootstrap: its seed, number of draws, and level of the percentile interval.
    mean : bool
        Whether to add the mean of the labels as numbers, category `mean` (from -1 to 1).

    Returns
    -------
    DataFrame
        The table `estimates`. Rows with an empty article_id are outlets.
    """
    rows = []
    for voice in voices:
        group = _pick_voice(labels[labels[field] != ""], voice, own_voice)
        for article_id, outlet in (
            labels[["article_id", "outlet"]].drop_duplicates().itertuples(index=False)
        ):
            counts = _count(group[group["article_id"] == article_id], field, categories)
            rows += _describe(
                [counts],
                categories,
                (measure, article_id, outlet, voice, target),
                seed,
                draws,
                level,
                mean,
            )
        for outlet, members in labels.groupby("outlet", sort=False)["article_id"].unique().items():
            counts = [_count(group[group["article_id"] == a], field, categories) for a in members]
            rows += _describe(
                counts, categories, (measure, "", outlet, voice, target), seed, draws, level, mean
            )
    table = pd.DataFrame(rows, columns=pd.Index(COLUMNS[:-2]))
    table["method"] = method
    table["strength"] = [
        judge_estimate(n=r.n, low=r.low, high=r.high, alpha=alpha) for r in table.itertuples()
    ]
    return table


def _pick_voice(labels: pd.DataFrame, voice: str, own_voice: str) -> pd.DataFrame:
    if voice == "all":
        return labels
    if voice in ("own", "quoted"):
        return labels[(labels["voice"] == own_voice) == (voice == "own")]
    return labels[labels["voice"] == voice]


def _count(group: pd.DataFrame, field: str, categories: Sequence[str]) -> np.ndarray:
    found = group[field].value_counts()
    counts = [int(found.get(c, 0)) for c in categories]
    return np.array([*counts, len(group) - sum(counts)])


def _describe(
    counts: list[np.ndarray],
    categories: Sequence[str],
    key: tuple[str, ...],
    seed: int,
    draws: int,
    level: float,
    mean: bool,
) -> list[tuple]:
    total = np.sum(counts, axis=0)
    n = int(total.sum())
    samples = draw_counts(counts, seed=seed, draws=draws)
    tail = (1 - level) / 2
    rows = []
    for i, category in enumerate(categories):
        share = total[i] / n if n else np.nan
        low, high = (
            _bound_share(samples[:, i] / samples.sum(axis=1), int(total[i]), n, tail)
            if n
            else (np.nan, np.nan)
        )
        rows.append((*key, category, share, low, high, n))
    if mean:
        values = np.array([float(c) for c in categories] + [0.0])
        estimate = float(total @ values / n) if n else np.nan
        low, high = (
            _bound_mean(samples @ values / samples.sum(axis=1), total, estimate, n, tail)
            if n
            else (np.nan, np.nan)
        )
        rows.append((*key, "mean", estimate, float(low), float(high), n))
    return rows


def draw_counts(counts: Sequence[np.ndarray], *, seed: int, draws: int) -> np.ndarray:
    """Draw the category counts of an outlet again: articles first (if several), then sentences.

    Parameters
    ----------
    counts : sequence of arrays of shape (categories,)
        One array an article.

    Returns
    -------
    array of shape (draws, categories)
        Every row sums to at least one, unless there was no sentence at all.
    """
    rng = np.random.default_rng(seed)
    filled = [c for c in counts if c.sum()]
    if not filled:
        return np.zeros((draws, len(counts[0]) if counts else 0))
    if len(filled) == 1:
        return rng.multinomial(filled[0].sum(), filled[0] / filled[0].sum(), size=draws).astype(
            float
        )
    drawn = np.stack([[rng.multinomial(c.sum(), c / c.sum(), size=draws)] for c in filled]).squeeze(
        1
    )
    total = np.zeros((draws, len(filled[0])))
    picks = rng.integers(0, len(filled), size=(draws, len(filled)))
    for column in range(len(filled)):
        fresh = (
            np.stack([rng.multinomial(c.sum(), c / c.sum(), size=draws) for c in filled])
            if column
            else drawn
        )
        total += fresh[picks[:, column], np.arange(draws)]
    return total


def _bound_share(samples: np.ndarray, count: int, n: int, tail: float) -> tuple[float, float]:
    """Percentile interval; exact (Clopper-Pearson) at 0 or all, where drawing again shows no spread."""
    if count == 0:
        return 0.0, float(beta.ppf(1 - tail, 1, n))
    if count == n:
        return float(beta.ppf(tail, n, 1)), 1.0
    low, high = np.quantile(samples, [tail, 1 - tail])
    return float(low), float(high)


def _bound_mean(
    samples: np.ndarray, counts: np.ndarray, mean: float, n: int, tail: float
) -> tuple[float, float]:
    """Percentile interval; where all labels are the same, as far as the exact bound on the others allows."""
    if counts.max() == n:
        others = float(beta.ppf(1 - tail, 1, n))
        return mean - others * (mean + 1), mean + others * (1 - mean)
    low, high = np.quantile(samples, [tail, 1 - tail])
    return float(low), float(high)


def estimate_gap(
    first: Sequence[np.ndarray],
    second: Sequence[np.ndarray],
    *,
    values: np.ndarray,
    seed: int,
    draws: int = 2000,
    level: float = 0.95,
) -> tuple[float, float, float]:
    """Return the difference second minus first of two means (or shares) with its interval.

    Parameters
    ----------
    first, second : sequences of arrays of shape (categories,)
        Category counts, one array an article.
    values : array of shape (categories,)
        What each category counts for: -1, 0, 1 for a mean; 1 at one place for a share.
    """
    samples = []
    for offset, counts in enumerate((first, second)):
        drawn = draw_counts(counts, seed=seed + offset, draws=draws)
        samples.append(drawn @ values / drawn.sum(axis=1))
    gap = samples[1] - samples[0]
    means = [float(np.sum(c, axis=0) @ values / np.sum(c)) for c in (first, second)]
    tail = (1 - level) / 2
    low, high = np.quantile(gap, [tail, 1 - tail])
    return means[1] - means[0], float(low), float(high)


def estimate_weights(
    topics: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    seed: int,
    draws: int = 2000,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate the share of each topic by article and outlet, as the mean weight of its sentences.

    Returns
    -------
    DataFrame
        The table `estimates`, measure `topic`, method `raw`; category is the topic's number.
    """
    wide = topics.pivot(index="sentence_id", columns="topic", values="weight")
    placed = _place_sentences(sentences, articles).set_index("sentence_id")
    rows = []
    groups = [(a, o, [a]) for a, o in articles[["article_id", "outlet"]].itertuples(index=False)]
    groups += [
        ("", o, list(m))
        for o, m in articles.groupby("outlet", sort=False)["article_id"].unique().items()
    ]
    for article_id, outlet, members in groups:
        parts = [wide.loc[placed.index[placed["article_id"] == m]].to_numpy() for m in members]
        parts = [p for p in parts if len(p)]
        if not parts:
            continue
        samples = _draw_means(parts, seed=seed, draws=draws)
        estimate = np.concatenate(parts).mean(axis=0)
        low, high = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2], axis=0)
        n = sum(len(p) for p in parts)
        rows += [
            ("topic", article_id, outlet, "all", "", str(t), estimate[i], low[i], high[i], n)
            for i, t in enumerate(wide.columns)
        ]
    table = pd.DataFrame(rows, columns=pd.Index(COLUMNS[:-2])).assign(method="raw")
    table["strength"] = [
        judge_estimate(n=r.n, low=r.low, high=r.high, alpha=np.nan) for r in table.itertuples()
    ]
    return table


def estimate_events(
    events: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    events_listed: Sequence[str],
    seed: int,
    draws: int = 2000,
) -> pd.DataFrame:
    """Estimate the share of sentences that tell each event, by article and outlet; method `raw`."""
    placed = _place_sentences(sentences, articles)
    parts = []
    for event in events_listed:
        told = placed["sentence_id"].isin(events.loc[events["event"] == event, "sentence_id"])
        labels = placed.assign(voice="", told=np.where(told, event, "other"))
        parts.append(
            estimate_shares(
                labels,
                field="told",
                measure="event",
                categories=[event],
                own_voice="",
                method="raw",
                seed=seed,
                draws=draws,
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=pd.Index(COLUMNS))


def _draw_means(parts: list[np.ndarray], *, seed: int, draws: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    means = []
    for _ in range(draws):
        chosen = rng.integers(0, len(parts), size=len(parts)) if len(parts) > 1 else [0]
        rows = [parts[i][rng.integers(0, len(parts[i]), size=len(parts[i]))] for i in chosen]
        means.append(np.concatenate(rows).mean(axis=0))
    return np.array(means)


def prefer_coded(estimates: pd.DataFrame) -> pd.DataFrame:
    """Keep, for each figure, the best method there is: coded, else corrected, else raw."""
    order = {"coded": 0, "corrected": 1, "raw": 2}
    key = COLUMNS[:6]
    ranked = estimates.assign(order=estimates["method"].map(order)).sort_values(
        "order", kind="stable"
    )
    kept = ranked.drop_duplicates(key).drop(columns="order")
    return kept.sort_index().reset_index(drop=True)


def lay_out_labels(
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    codings: pd.DataFrame,
    voices: pd.DataFrame,
    **measured: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Return the labels by method: `coded` where a reference coding exists, and `raw` from the models.

    Parameters
    ----------
    **measured : DataFrame
        Any of `stances`, `frames`, `functions`.
    """
    labels = {"raw": label_by_model(sentences, articles, voices, **measured)}
    reference = pick_reference(codings)
    if reference:
        coded = label_by_coding(sentences, articles, pivot_codings(codings, coder=reference))
        if len(coded):
            labels["coded"] = coded
    return labels


def measure_reliability(codings: pd.DataFrame, *, field: str, seed: int) -> float:
    """Return Krippendorff's alpha of the first two coders on a field; not a number without two coders."""
    coders = list_coders(codings)[:2]
    if len(coders) < 2:
        return float("nan")
    tables = [pivot_codings(codings, coder=c) for c in coders]
    if any(field not in t for t in tables):
        return float("nan")
    both = tables[0].merge(tables[1], on="sentence_id", suffixes=("_a", "_b"))
    applies = (
        (both["segment_a"] != "boilerplate") & (both["segment_b"] != "boilerplate")
        if "segment_a" in both
        else slice(None)
    )
    kept = both.loc[applies]
    return measure_alpha(
        kept[f"{field}_a"].tolist(), kept[f"{field}_b"].tolist(), seed=seed, draws=1
    )["alpha"]


def estimate_field(
    labels: dict[str, pd.DataFrame], codings: pd.DataFrame, *, field: str, seed: int, **options
) -> pd.DataFrame:
    """Estimate a field by every method that has it; `options` as `estimate_shares` takes them.

    The strength of coded figures rests on the agreement between coders; that of raw ones is at most
    tentative. A field that the models found nowhere has estimates of no sentence.
    """
    parts = []
    for method, table in labels.items():
        if method == "raw" and field not in table:
            table = table.assign(**{field: ""})
        if field in table:
            alpha = (
                measure_reliability(codings, field=field, seed=seed)
                if method == "coded"
                else float("nan")
            )
            parts.append(
                estimate_shares(
                    table, field=field, method=method, alpha=alpha, seed=seed, **options
                )
            )
    return pd.concat(parts, ignore_index=True)
