"""Chapter 8: who coded what, how far coders and models agree, the limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from encuadre.agreement import COLUMNS, CONFUSIONS, compare_coders, count_confusions
from encuadre.coding import list_coders, list_labels, pick_reference, pivot_codings
from encuadre.estimates import STANCES
from encuadre.prose import (
    escape_markdown,
    join_words,
    say_count,
    say_date,
    warn_copies,
    warn_single,
)
from encuadre.study import Study

MODEL = "models"
_MANY = 10
_MONTH = len("2017-01")


@dataclass(frozen=True)
class Pair:
    """Two labellings of the same sentences, what they are called, and the fields to compare."""

    names: tuple[str, str]
    first: pd.DataFrame
    second: pd.DataFrame
    fields: list[str]


def list_fields(labels: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the fields that the models label: voice, stance by target, frame, function."""
    return [c for c in labels["raw"].columns if c not in ("sentence_id", "article_id", "outlet")]


def pair_codings(
    codings: pd.DataFrame, labels: Mapping[str, pd.DataFrame], *, fields: Sequence[str]
) -> list[Pair]:
    """Return what is compared: each two coders, and the models with the reference."""
    coders = list_coders(codings)
    coded = {c: pivot_codings(codings, coder=c) for c in coders}
    coded = {c: t[t["voice"] != ""] if "voice" in t else t for c, t in coded.items()}
    pairs = []
    for i, first in enumerate(coders):
        asked = [f for f in coded[first].columns if f not in ("sentence_id", "segment", "speaker")]
        pairs += [
            Pair((first, second), coded[first], coded[second], asked) for second in coders[i + 1 :]
        ]
    if "coded" in labels:
        names = (MODEL, pick_reference(codings))
        pairs.append(Pair(names, labels["raw"], labels["coded"], list(fields)))
    return pairs


def measure_agreement(pairs: Sequence[Pair], *, seed: int) -> pd.DataFrame:
    """Compare each pair field by field; the table `agreement`."""
    parts = [
        compare_coders(p.first, p.second, names=p.names, fields=p.fields, seed=seed) for p in pairs
    ]
    kept = [p for p in parts if len(p)] or [pd.DataFrame(columns=pd.Index(COLUMNS))]
    return pd.concat(kept, ignore_index=True)


def list_confusions(pairs: Sequence[Pair], sentences: pd.DataFrame) -> pd.DataFrame:
    """Count for each pair which label meets which; the table `confusions`."""
    parts = [
        count_confusions(p.first, p.second, sentences, names=p.names, fields=p.fields)
        for p in pairs
    ]
    kept = [p for p in parts if len(p)] or [pd.DataFrame(columns=pd.Index(CONFUSIONS))]
    return pd.concat(kept, ignore_index=True)


def choose_labels(labels: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the labels that the report shows, one row a sentence and field: coded, else the models'."""
    parts = []
    for method in ("coded", "raw"):
        if method in labels:
            table = labels[method].drop(columns=["article_id", "outlet"])
            long = table.melt("sentence_id", var_name="field", value_name="label").assign(
                method=method
            )
            parts.append(long)
    return (
        pd.concat(parts, ignore_index=True)
        .drop_duplicates(["sentence_id", "field"])
        .sort_values(["sentence_id", "field"])
    )


def pick_coders(agreement: pd.DataFrame) -> pd.DataFrame:
    """Return the rows on whole fields between coders (not the models)."""
    return agreement[
        (agreement["category"] == "all") & (agreement["coder_a"] != MODEL)
    ].reset_index(drop=True)


def name_fields(study: Study) -> dict[str, str]:
    """Return a short name for each field, for figures and tables."""
    targets = {f"stance_{t.id}": f"Stance toward {t.label}" for t in study.targets}
    fixed = {"outlet_tone": "Tone around quotations", "frame2": "Second frame"}
    return {
        f.name: targets.get(f.name) or fixed.get(f.name) or f.name.replace("_", " ").capitalize()
        for f in study.codebook.fields
    }


def name_categories(study: Study) -> dict[str, str]:
    """Return the name shown for each label of each field."""
    return {label.id: label.label for f in study.codebook.fields for label in f.labels} | STANCES


def describe_coding(
    codings: pd.DataFrame, agreement: pd.DataFrame, names: Mapping[str, str], *, note: str = ""
) -> list[str]:
    """Say who coded what, and how far the agreement can be trusted.

    `note` is the study's own remark on its coding.
    """
    coders = list_coders(codings)
    if not coders:
        return [
            "Nothing in this study has been coded by reading. Its figures are the models’ own, no estimated finding is called firm, and their error on these articles is not known. A sheet of codings in `coding/` changes that."
        ]
    n = list_labels(codings)["sentence_id"].nunique()
    if len(coders) == 1:
        return [
            f"{n} sentences were coded by reading, in one pass; `coding/README.md` says how. With no second pass nothing shows how far another reader would agree, and no estimated finding is called firm."
        ]
    text = (
        f"{n} sentences were coded by reading, in {say_count(len(coders), 'pass', 'passes')} that did not see each other’s labels; `coding/README.md` says how. "
        f"{escape_markdown(note)}{' ' if note else ''}Two passes of the same kind of reader share habits, so their agreement is likely to be higher than that of two people: "
        "take it as the consistency with which the codebook can be applied, not as proof that the labels are right."
    )
    rows = pick_coders(agreement).dropna(subset=["alpha"])
    if rows.empty:
        return [text]
    low = rows.sort_values("alpha").iloc[0]
    return [
        text,
        f"The field on which the passes agree least is “{escape_markdown(names.get(low['field'], low['field']))}” (alpha {low['alpha']:.2f}, 95% interval {low['low']:.2f} to {low['high']:.2f}).",
    ]


def describe_limits(articles: pd.DataFrame, codings: pd.DataFrame, *, note: str = "") -> list[str]:
    """Say what the study cannot show, from its own tables; `note` is its own remark on its coding."""
    lines = [warn_single(articles), warn_copies(articles)]
    lines += [_warn_few(articles), _warn_spans(articles)]
    genres = sorted({g for g in articles["genre"] if g})
    if articles["outlet"].value_counts().max() == 1 and len(genres) > 1:
        lines.append(
            f"Outlet, genre ({join_words([escape_markdown(g) for g in genres])}) and date vary together, so a difference between two articles cannot be put down to the outlet alone."
        )
    if not pick_reference(codings):
        lines.append("No sentence was coded by reading.")
    elif note:
        lines.append(escape_markdown(note))
    return [" ".join(line for line in lines if line)]


def _warn_few(articles: pd.DataFrame) -> str:
    """Say that a few articles an outlet are few draws of what it writes."""
    counts = articles["outlet"].value_counts()
    if counts.max() == 1 or counts.min() >= _MANY:
        return ""
    few = f"{counts.min()} to {counts.max()}" if counts.min() < counts.max() else f"{counts.max()}"
    return f"There are {few} articles per outlet. Sentences of one article hang together, so intervals drawn from fewer than {_MANY} articles can be too narrow."


def _warn_spans(articles: pd.DataFrame) -> str:
    """Say that the outlets' articles come from different months, where they do."""
    dated = articles[articles["published_on"].fillna("").str.len() >= _MONTH]
    months = dated.groupby("outlet", sort=False)["published_on"].agg(["min", "max"])
    months = months.apply(lambda dates: dates.str[:_MONTH])
    if articles["outlet"].value_counts().max() == 1 or len(months.drop_duplicates()) < 2:
        return ""
    spans = [
        f"{escape_markdown(str(o))} {say_span(str(r['min']), str(r['max']))}"
        for o, r in months.iterrows()
    ]
    return f"The articles of the outlets are not from the same time ({'; '.join(spans)}), so a difference may come from what happened between."


def say_span(first: str, last: str) -> str:
    """Return two dates in words, or one where they are the same."""
    return say_date(first) if first == last else f"{say_date(first)} to {say_date(last)}"
