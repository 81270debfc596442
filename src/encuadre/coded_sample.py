"""The coded sample of a study: laid beside the models' labels, and the figures corrected by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from encuadre.coding import pick_reference, pivot_codings, pivot_design
from encuadre.correction import (
    LEAST,
    Correction,
    Design,
    bound_shares,
    correct_shares,
    measure_reach,
)
from encuadre.schemas import SCHEMAS
from encuadre.strength import judge_estimate


def lay_out_sample(raw: pd.DataFrame, codings: pd.DataFrame, *, field: str) -> pd.DataFrame:
    """Lay the reference coding of a field beside the models' labels.

    Parameters
    ----------
    raw : DataFrame
        The models' labels, as `label_by_model` gives them.
    codings : DataFrame
        The table `codings`.
    field : str
        The field; an empty label counts as coded for a stance (not about the target) only.

    Returns
    -------
    DataFrame
        sentence_id, article_id, outlet, voice, label, coded_voice, coded_label, coded (bool),
        stratum, size, complete (bool): all sentences of the articles that were drawn from or are
        coded completely. Sentences coded neither completely nor by lot count as not coded.
    """
    return pick_field(lay_beside(raw, codings), field=field)


def lay_beside(raw: pd.DataFrame, codings: pd.DataFrame) -> pd.DataFrame:
    """Lay the reference coding beside the models' labels, field by field.

    Returns
    -------
    DataFrame
        sentence_id, article_id, outlet; `model_` and `coded_` columns of every field, not a value
        where not coded; stratum, size.
    """
    coder = pick_reference(codings)
    coding = pivot_codings(codings, coder=coder).set_index("sentence_id").add_prefix("coded_")
    place = ["sentence_id", "article_id", "outlet"]
    table = raw[place].join(raw.drop(columns=place).add_prefix("model_"))
    table = table.join(coding, on="sentence_id")
    return table.merge(pivot_design(codings, coder=coder), on="sentence_id", how="left")


def pick_field(beside: pd.DataFrame, *, field: str) -> pd.DataFrame:
    """Return one field of that table as `lay_out_sample` does; no row where it is not coded."""
    if not {"coded_voice", f"coded_{field}"} <= set(beside.columns):
        beside = beside.iloc[:0].assign(**{"coded_voice": "", f"coded_{field}": ""})
    table = pd.DataFrame(
        {
            **{c: beside[c] for c in ("sentence_id", "article_id", "outlet", "stratum", "size")},
            "voice": beside["model_voice"],
            "label": beside.get(f"model_{field}", pd.Series("", beside.index)),
            "coded_voice": beside["coded_voice"],
            "coded_label": beside[f"coded_{field}"],
        }
    )
    may_be_empty = field.startswith(("stance_", "critics_"))
    done = table["coded_label"].notna() & (
        (table["coded_label"] != "") | (table["coded_voice"] == "") | may_be_empty
    )
    complete = done.groupby(table["article_id"]).transform("all").astype(bool)
    drawn = table["stratum"].notna()
    table = table.assign(
        coded=done & (drawn | complete),
        complete=complete,
        stratum=table["stratum"].where(~complete, "all of " + table["article_id"]).fillna(""),
        size=table["size"].where(
            ~complete, table.groupby("article_id")["sentence_id"].transform("size").astype(float)
        ),
        coded_voice=table["coded_voice"].fillna(""),
        coded_label=table["coded_label"].fillna(""),
    )
    kept = table[complete | drawn.groupby(table["article_id"]).transform("any").astype(bool)]
    return _share_out_empty(kept).reset_index(drop=True)


def _share_out_empty(sample: pd.DataFrame) -> pd.DataFrame:
    """Let the coded strata of an article stand for those of it in which nothing is coded yet."""
    strata = sample[sample["stratum"] != ""].groupby("stratum").agg(
        size=("size", "first"), coded=("coded", "sum"), article=("article_id", "first"),
        articles=("article_id", "nunique"),
    )  # fmt: skip
    place = strata["article"] if (strata["articles"] == 1).all() else pd.Series("", strata.index)
    whole = strata["size"].groupby(place).sum()
    reached = strata["size"].where(strata["coded"] > 0, 0.0).groupby(place).sum()
    factor = place.map(whole / reached.where(reached > 0))
    return sample.assign(size=sample["size"] * sample["stratum"].map(factor).fillna(1.0))


def correct_group(
    sample: pd.DataFrame,
    *,
    articles: Collection[str],
    categories: Sequence[str],
    voice: str,
    own_voice: str,
) -> tuple[Correction, Design]:
    """Correct the shares of categories among the sentences of some articles in one voice.

    Parameters
    ----------
    sample : DataFrame
        As `lay_out_sample` gives it.
    articles : collection of str
        Ids of the articles.
    voice : str
        "all", "own", "quoted", or the id of a voice; by the coder where coded, else by the model.
    """
    inside = sample["article_id"].isin(articles)
    touched = sample.loc[inside & sample["coded"], "stratum"]
    rows = sample[inside | (sample["coded"] & sample["stratum"].isin(touched))]
    inside, coded = rows["article_id"].isin(articles).to_numpy(), rows["coded"].to_numpy()
    numbered = pd.factorize(rows["article_id"])[0]
    drawn = rows[coded]
    design = Design(
        pd.factorize(drawn["stratum"])[0], drawn["size"].to_numpy(float), numbered[coded]
    )
    counted, said = [], []
    for spoken, label in (("coded_voice", "coded_label"), ("voice", "label")):
        about = inside & (rows[label] != "") & _match_voice(rows[spoken], voice, own_voice)
        counted.append(about.to_numpy(float))
        hits = [(about & (rows[label] == c)).to_numpy(float) for c in categories]
        said.append(np.column_stack(hits))
    found = correct_shares(
        said[0], counted[0], said[1], counted[1], coded=coded, article=numbered, design=design
    )
    return found, design


def _match_voice(voices: pd.Series, voice: str, own_voice: str) -> pd.Series:
    if voice == "all":
        return voices != ""
    if voice in ("own", "quoted"):
        return (voices != "") & ((voices == own_voice) == (voice == "own"))
    return voices == voice


def correct_field(
    sample: pd.DataFrame,
    raw: pd.DataFrame,
    *,
    measure: str,
    categories: Sequence[str],
    own_voice: str,
    target: str = "",
    voices: Sequence[str] = ("all",),
    alpha: float = np.nan,
    level: float = 0.95,
    mean: bool = False,
    draws: int = 0,
) -> pd.DataFrame:
    """Estimate shares corrected for the models' errors where a sample is coded; method `corrected`.

    Parameters
    ----------
    sample : DataFrame
        As `lay_out_sample` gives it.
    raw : DataFrame
        The models' labels; an outlet is corrected where sentences of all its articles are coded.
    draws : int
        Not used: these intervals need no bootstrap.

    Returns
    -------
    DataFrame
        The table `estimates`; n counts the coded sentences. A voice of which too few sentences are
        coded has no row.
    """
    known, partly = set(sample["article_id"]), set(sample.loc[~sample["complete"], "article_id"])
    placed = raw[["article_id", "outlet"]].drop_duplicates()
    groups = [(a, o, [a]) for a, o in placed.itertuples(index=False) if a in partly]
    groups += [
        ("", o, list(ids))
        for o, ids in placed.groupby("outlet", sort=False)["article_id"]
        if set(ids) <= known and set(ids) & partly
    ]
    coded = set(sample.loc[sample["coded"], "article_id"])
    groups = [group for group in groups if set(group[2]) <= coded]
    values = dict(zip(categories, np.eye(len(categories)), strict=True))
    if mean:
        values["mean"] = np.array([float(c) for c in categories])
    rows = []
    for voice in voices:
        for article_id, outlet, ids in groups:
            found, design = correct_group(
                sample, articles=ids, categories=categories, voice=voice, own_voice=own_voice
            )
            for category, value in values.items():
                bounds = bound_shares(found, value, design=design, articles=len(ids), level=level)
                if np.isnan(bounds[0]):
                    continue
                rows.append(
                    (measure, article_id, outlet, voice, target, category, *bounds, found.n)
                )
    table = pd.DataFrame(rows, columns=pd.Index(list(SCHEMAS["estimates"].columns)[:-2])).assign(
        method="corrected"
    )
    table["strength"] = [
        judge_estimate(n=r.n, low=r.low, high=r.high, alpha=alpha) for r in table.itertuples()
    ]
    return table


def is_covered(labels: pd.DataFrame, outlets: Collection[str], *, field: str) -> bool:
    """Return whether every article of the outlets is coded completely or by lot.

    Parameters
    ----------
    labels : DataFrame
        As `prefer_labels` gives them; without the columns of a sample everything is covered.
    """
    if "stratum" not in labels:
        return True
    ids = set(labels.loc[labels["outlet"].isin(outlets), "article_id"])
    return bool(ids) and ids <= set(pick_field(labels, field=field)["article_id"])


def correct_gap(
    beside: pd.DataFrame,
    *,
    field: str,
    values: Mapping[str, float],
    groups: Sequence[tuple[Collection[str], str]],
    own_voice: str,
    level: float = 0.95,
) -> dict[str, float] | None:
    """Return the difference of two corrected means, the second minus the first.

    The interval takes the sentences for drawn from what might have been written, as comparisons of
    completely coded articles do, so it does not close as the coding becomes complete.

    Parameters
    ----------
    beside : DataFrame
        As `lay_beside` gives it; other columns may stand in it.
    values : mapping
        What each label counts for; all others count nought.
    groups : two pairs of (outlets, voice)
        The sentences to compare.

    Returns
    -------
    dict or None
        first, second, estimate, low, high, n (coded sentences in the smaller group); None where an
        article of the outlets is coded neither completely nor by lot.
    """
    if not all(is_covered(beside, outlets, field=field) for outlets, _ in groups):
        return None
    sample = pick_field(beside, field=field)
    labels = sorted({*sample["label"], *sample["coded_label"]} - {""})
    weights = np.array([float(values.get(label, 0.0)) for label in labels])
    means, reaches, sizes = [], [], []
    for outlets, voice in groups:
        ids = set(beside.loc[beside["outlet"].isin(outlets), "article_id"])
        found, design = correct_group(
            sample, articles=ids, categories=labels, voice=voice, own_voice=own_voice
        )
        means.append(float(found.shares @ weights) if found.n >= LEAST else np.nan)
        sizes.append(found.n)
        reaches.append(
            measure_reach(
                found, weights, design=design, articles=len(ids), level=level, written=True
            )
            if found.n >= LEAST
            else np.nan
        )
    gap, reach = means[1] - means[0], float(np.hypot(*reaches))
    return {
        "first": means[0],
        "second": means[1],
        "estimate": gap,
        "low": gap - reach,
        "high": gap + reach,
        "n": min(sizes),
    }
