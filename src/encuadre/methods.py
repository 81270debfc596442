"""The same figures by each method: the models alone, corrected from a coded sample, coded in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from encuadre.coded_sample import correct_field, lay_out_sample
from encuadre.coding import DESIGN, list_labels, pick_reference
from encuadre.estimates import STANCES
from encuadre.prose import say_count, say_interval, say_percent, say_signed, start_sentence
from encuadre.sampling import STRATA, draw_sentences
from encuadre.study import Study

METHODS = ("raw", "corrected", "coded")


@dataclass(frozen=True)
class Figure:
    """A figure of every outlet: a share, or a mean where `category` is "mean"."""

    name: str
    field: str
    measure: str
    voice: str
    target: str
    category: str


def list_figures(study: Study, estimates: pd.DataFrame) -> list[Figure]:
    """Return the figures to compare: own voice, stance toward each target, the frame most used."""
    own, chosen = study.own_voice, []
    chosen.append(Figure("Share in the own voice", "voice", "voice", "all", "", own))
    for target in study.targets:
        name = f"Mean stance toward {target.label}, all voices"
        field = f"stance_{target.id}"
        chosen.append(Figure(name, field, "stance", "all", target.id, "mean"))
    frames = {
        label.id: label.label
        for f in study.codebook.fields
        if f.name == "frame"
        for label in f.labels
    }
    kept = estimates[
        (estimates["measure"] == "frame") & (estimates["voice"] == "all")
        & (estimates["article_id"] == "") & (estimates["category"] != "none")
    ]  # fmt: skip
    shares = kept.groupby("category")["estimate"].mean().sort_index()
    if shares.notna().any():
        frame = str(shares.idxmax())
        name = f"Share of the frame “{frames.get(frame, frame)}”"
        chosen.append(Figure(name, "frame", "frame", "all", "", frame))
    return chosen


def redraw_codings(
    codings: pd.DataFrame,
    sentences: pd.DataFrame,
    voices: pd.DataFrame,
    *,
    count: int,
    seed: int,
) -> pd.DataFrame:
    """Return the reference coding as if only a sample, drawn as for a sheet, had been coded.

    Parameters
    ----------
    codings, sentences, voices : DataFrame
        The tables of those names.
    count : int
        Sentences to draw.
    seed : int
        Seed of the draw.

    Returns
    -------
    DataFrame
        A table `codings` of one coder; empty where the reference coding is not complete, or `count`
        does not reach for every article.
    """
    kept = sentences[sentences["segment"] != "boilerplate"]
    coder = pick_reference(codings)
    own = list_labels(codings[codings["coder"] == coder])
    if (
        count < kept["article_id"].nunique()
        or not kept["sentence_id"].isin(own["sentence_id"]).all()
    ):
        return codings.iloc[:0]
    voiced = kept.merge(voices[["sentence_id", "voice"]], on="sentence_id")
    strata = (
        STRATA if count >= len(voiced[["article_id", "voice"]].drop_duplicates()) else STRATA[:1]
    )
    drawn = draw_sentences(sentences, voices, count=count, seed=seed, strata=strata)
    known = own[own["sentence_id"].isin(drawn["sentence_id"])]
    version = str(own["codebook_version"].iloc[0])
    design = drawn.astype(str).melt(
        "sentence_id", list(DESIGN), var_name="field", value_name="label"
    )
    return pd.concat(
        [known, design.assign(coder=coder, codebook_version=version)[known.columns]],
        ignore_index=True,
    )


def correct_figures(
    labels: Mapping[str, pd.DataFrame],
    codings: pd.DataFrame,
    figures: Sequence[Figure],
    *,
    study: Study,
) -> pd.DataFrame:
    """Return the corrected estimates of the figures, as in the table `estimates`, from a coded sample."""
    parts = []
    for figure in figures:
        stance = figure.measure == "stance"
        sample = lay_out_sample(labels["raw"], codings, field=figure.field)
        if sample.empty:
            continue
        listed = [i.id for i in study.codebook.field(figure.field).labels]
        found = correct_field(
            sample,
            labels["raw"],
            measure=figure.measure,
            categories=list(STANCES) if stance else listed,
            own_voice=study.own_voice,
            target=figure.target,
            voices=[figure.voice],
            mean=stance,
        )
        parts.append(found[found["category"] == figure.category])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def pair_figures(estimates: pd.DataFrame, figures: Sequence[Figure]) -> pd.DataFrame:
    """Lay the methods side by side.

    Parameters
    ----------
    estimates : DataFrame
        The table `estimates`, of any methods.

    Returns
    -------
    DataFrame
        figure, outlet, mean (bool), raw, corrected, coded, low, high, sampled: the estimates
        by method, the interval of the corrected one, and the coded sentences behind it.
    """
    rows = []
    whole = estimates[estimates["article_id"] == ""]
    for figure in figures:
        kept = whole[
            (whole["measure"] == figure.measure) & (whole["voice"] == figure.voice)
            & (whole["target"] == figure.target) & (whole["category"] == figure.category)
        ]  # fmt: skip
        for outlet, group in kept.groupby("outlet", sort=False):
            by = group.drop_duplicates("method").set_index("method").reindex(list(METHODS))
            rows.append(
                {
                    "figure": figure.name,
                    "outlet": outlet,
                    "mean": figure.category == "mean",
                    **{m: by.loc[m, "estimate"] for m in METHODS},
                    **{c: by.loc["corrected", c] for c in ("low", "high")},
                    "sampled": by["n"].fillna(0).astype(int)["corrected"],
                }
            )
    names = ["figure", "outlet", "mean", *METHODS, "low", "high", "sampled"]
    return pd.DataFrame(rows, columns=pd.Index(names))


def tabulate_methods(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the methods side by side as people read them."""

    def say(row: pd.Series, method: str) -> str:
        if pd.isna(row[method]):
            return "–"
        return (say_signed if row["mean"] else say_percent)(float(row[method]))

    return pd.DataFrame(
        [
            {
                "Figure": row["figure"],
                "Outlet": row["outlet"],
                "Models alone": say(row, "raw"),
                "Corrected": say(row, "corrected"),
                "95% interval": ""
                if pd.isna(row["low"])
                else say_interval(row["low"], row["high"], percent=not row["mean"]),
                "Sentences coded": row["sampled"],
                "Coded in full": say(row, "coded"),
            }
            for _, row in pairs.iterrows()
        ]
    )


def note_methods(*, redrawn: bool) -> str:
    """Return the note under that table."""
    source = (
        "a demonstration on sentences drawn again from the complete coding"
        if redrawn
        else "from the sentences coded"
    )
    return f"Corrected: {source}; the interval is for the figure of a complete coding. Sentences coded: those of the sample that the figure counts."


def describe_extent(codings: pd.DataFrame, sentences: pd.DataFrame) -> str:
    """Say how much of the articles the reference coding covers, and what the report makes of it."""
    coder = pick_reference(codings)
    if not coder:
        return ""
    own = codings[codings["coder"] == coder]
    kept = sentences.loc[sentences["segment"] != "boilerplate", "sentence_id"]
    coded = kept[kept.isin(list_labels(own)["sentence_id"])]
    if len(coded) == len(kept):
        return f"The reference coding covers all {len(kept)} sentences, so the figures of the report are its own."
    text = f"The reference coding covers {len(coded)} of {len(kept)} sentences."
    if own["field"].isin(DESIGN).any():
        return (
            f"{text} They were drawn by lot, with known chances, so the figures of their articles come from the models and are corrected by them, "
            "with intervals for the figures that coding every sentence would give. Figures with too few coded sentences behind them are called *cannot tell*."
        )
    return f"{text} They were not drawn by lot, so they cannot correct the models’ figures: articles coded completely have coded figures, the others the models’ own."


def describe_methods(pairs: pd.DataFrame, *, redrawn: int) -> list[str]:
    """Say how far the models are off, and how far the correction is.

    Parameters
    ----------
    pairs : DataFrame
        As `pair_figures` gives it.
    redrawn : int
        Sentences drawn again from a complete coding to show the correction; 0 where the study's own
        coding is the sample.
    """
    known = pairs.dropna(subset=["raw", "corrected"])
    if known.empty:
        return []
    lines = []
    if redrawn:
        lines.append(
            f"What would the report have said had only {redrawn} sentences been coded? They are drawn here from the complete reference coding, as `build_report.py coding new --sample` draws them, and the rest is put aside: a demonstration, not the figures of the report."
        )
    both = known.dropna(subset=["coded"])
    if len(both):
        held = int(
            ((both["low"] <= both["coded"] + 1e-9) & (both["coded"] <= both["high"] + 1e-9)).sum()
        )
        gaps = [float((both[m] - both["coded"]).abs().mean()) for m in ("raw", "corrected")]
        lines.append(
            f"{start_sentence(say_count(held, 'interval'))} of {len(both)} {'holds' if held == 1 else 'hold'} what the complete coding says; 95% should. "
            f"The models alone are off by {gaps[0]:.2f} on average, the corrected figures by {gaps[1]:.2f} (shares on a scale from 0 to 1, means from −1 to 1)."
        )
    else:
        moved = float((known["raw"] - known["corrected"]).abs().mean())
        outside = int(((known["raw"] < known["low"]) | (known["raw"] > known["high"])).sum())
        lines.append(
            f"The correction moves these figures by {moved:.2f} on average; {outside} of {len(known)} of the models’ own lie outside the corrected interval."
        )
    return lines
