"""Estimates with intervals: shares and means by article, by outlet and by voice.

Labels come either from the models (`raw`) or from the reference coding (`coded`); both are laid out
the same way, one row a sentence, and go through the same functions. Intervals say how much the
figure rests on the sentences that happened to be written: the sentences of an article are drawn
again with replacement (Efron & Tibshirani 1993). Where an outlet has several articles, articles are
drawn first. With one article an outlet they are statements about that article, not about the outlet.

Where only a sample of an article is coded, drawn by lot, its figures are `corrected`: the models'
labels with their errors taken out as far as the sample shows them, with an interval for the share
that coding every sentence would give (`encuadre.correction`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from encuadre.agreement import measure_alpha
from encuadre.bootstrap import bound_mean, bound_share, draw_counts, draw_means
from encuadre.coded_sample import correct_field, lay_beside, lay_out_sample
from encuadre.coding import list_coders, pick_reference, pivot_codings
from encuadre.schemas import SCHEMAS
from encuadre.strength import judge_estimate

COLUMNS = list(SCHEMAS["estimates"].columns)
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
            bound_share(samples[:, i] / samples.sum(axis=1), int(total[i]), n, tail)
            if n
            else (np.nan, np.nan)
        )
        rows.append((*key, category, share, low, high, n))
    if mean:
        values = np.array([float(c) for c in categories] + [0.0])
        estimate = float(total @ values / n) if n else np.nan
        low, high = (
            bound_mean(samples @ values / samples.sum(axis=1), total, estimate, n, tail)
            if n
            else (np.nan, np.nan)
        )
        rows.append((*key, "mean", estimate, float(low), float(high), n))
    return rows


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
        samples = draw_means(parts, seed=seed, draws=draws)
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
    labels: Mapping[str, pd.DataFrame],
    codings: pd.DataFrame,
    *,
    field: str,
    seed: int,
    **options,
) -> pd.DataFrame:
    """Estimate a field by every method that has it; `options` as `estimate_shares` takes them.

    Articles of which every sentence is coded, and outlets of such articles, have `coded` figures;
    those of which a sample drawn by lot is coded have `corrected` ones; all have `raw` ones. The
    strength of coded and corrected figures rests on the agreement between coders; that of raw ones
    is at most tentative. A field that the models found nowhere has estimates of no sentence.
    """
    raw = labels["raw"] if field in labels["raw"] else labels["raw"].assign(**{field: ""})
    parts = [estimate_shares(raw, field=field, method="raw", seed=seed, **options)]
    sample = lay_out_sample(raw, codings, field=field)
    if len(sample):
        alpha = measure_reliability(codings, field=field, seed=seed)
        if "coded" in labels and field in labels["coded"] and sample["complete"].any():
            coded = estimate_shares(
                labels["coded"], field=field, method="coded", alpha=alpha, seed=seed, **options
            )
            parts.append(_keep_complete(coded, raw, sample))
        parts.append(correct_field(sample, raw, alpha=alpha, **options))
    return pd.concat([p for p in parts if len(p)], ignore_index=True)


def _keep_complete(
    estimates: pd.DataFrame, raw: pd.DataFrame, sample: pd.DataFrame
) -> pd.DataFrame:
    done = set(sample.loc[sample["complete"], "article_id"])
    outlets = raw["article_id"].isin(done).groupby(raw["outlet"]).all()
    whole = (estimates["article_id"] == "") & estimates["outlet"].map(outlets)
    return estimates[whole | estimates["article_id"].isin(done)]


def prefer_labels(labels: Mapping[str, pd.DataFrame], codings: pd.DataFrame) -> pd.DataFrame:
    """Return one label a sentence and field: the reference coding's where it is coded, else the models'.

    Where the coding is not complete, the columns of `lay_beside` stand beside, for comparisons to
    be corrected by.
    """
    raw = labels["raw"]
    if "coded" not in labels:
        return raw
    seen = set(pivot_codings(codings, coder=pick_reference(codings))["sentence_id"])
    rest = raw[~raw["sentence_id"].isin(seen)]
    if rest.empty:
        absent = raw.columns.difference(labels["coded"].columns)
        return labels["coded"].merge(raw[["sentence_id", *absent]], on="sentence_id", how="left")
    both = pd.concat([labels["coded"], rest], ignore_index=True)
    own = raw.set_index("sentence_id").reindex(both["sentence_id"])
    for field in raw.columns.drop(["sentence_id", "article_id", "outlet", "voice"]):
        given = both[field] if field in both else pd.Series("", both.index)
        blank = given.isna() if field.startswith("stance_") else given.fillna("") == ""
        both[field] = np.where(blank, own[field].to_numpy(), given)
    beside = lay_beside(raw, codings).drop(columns=["article_id", "outlet"])
    return raw[["sentence_id"]].merge(both).merge(beside, on="sentence_id")
