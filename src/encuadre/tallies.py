"""Figures that differ, in words and tables: what each counts, for when, and in which article."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from encuadre.prose import (
    escape_markdown,
    join_words,
    link_evidence,
    round_brackets,
    say_amount,
    start_sentence,
)

_LAST = re.compile(r"^(?:last|past|previous|final) (?:year|yr)$", re.I)
_THIS = re.compile(r"^this (?:year|yr)$", re.I)
_SMALL = 12
_ALIKE = 0.5


def date_quantities(matched: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the matched quantities with outlet, integrity and the year that each speaks of.

    "last year" is the year before the article's publication, as far as that is known; `year` is
    empty where the text names none.
    """
    table = matched.merge(
        articles[["article_id", "outlet", "integrity", "published_on"]], on="article_id"
    )
    years = []
    for period, published in zip(table["period"], table["published_on"].fillna(""), strict=True):
        known = int(published[:4]) if published[:4].isdigit() else 0
        year = period if str(period).isdigit() else ""
        if known and _LAST.match(str(period)):
            year = str(known - 1)
        if known and _THIS.match(str(period)):
            year = str(known)
        years.append(year)
    return table.assign(year=years)


def prepare_quantities(
    matched: pd.DataFrame, articles: pd.DataFrame, names: Mapping[str, str]
) -> pd.DataFrame:
    """Return the matched quantities as the figure takes them: what, unit, outlet, value, label, altered.

    A rate is placed by its value a year, and labelled as the text gives it.
    """
    table = matched[matched["precision"] != "order"].merge(
        articles[["article_id", "outlet", "integrity"]], on="article_id"
    )
    value = (
        table["per_year"].where(table["per_year"].notna(), table["value"])
        if len(table)
        else table["value"]
    )
    return pd.DataFrame(
        {
            "what": table["quantity"].map(dict(names)),
            "unit": table["unit"].str.split(" per ").str[0],
            "article_id": table["article_id"],
            "outlet": table["outlet"],
            "value": value.astype(float),
            "label": [
                f"{say_amount(v, unit)} {period}" if pd.notna(y) and y != v else say_amount(v, unit)
                for v, y, period, unit in zip(
                    table["value"], table["per_year"], table["period"], table["unit"], strict=True
                )
            ],
            "altered": table["integrity"] != "intact",
        }
    )


def _say_value(row) -> str:
    """A value as the text gives it: an indefinite count in its own words, others in figures with their hedge."""
    if row.precision == "order":
        words = re.match(
            r"\W*((?:tens|hundreds|thousands|millions|dozens|scores)(?: of (?:thousands|millions))?)",
            row.text,
            re.I,
        )
        if words:
            return words[1].lower()
        inner = re.search(
            r"\b(?:tens of thousands|hundreds of thousands|hundreds|thousands|dozens|millions)\b",
            row.text,
            re.I,
        )
        return inner[0].lower() if inner else "an indefinite number"
    hedge = {"about": "about ", "more than": "more than ", "less than": "less than "}.get(
        row.precision, ""
    )
    return f"{hedge}{say_amount(row.value, row.unit)}"


def describe_quantities(
    matched: pd.DataFrame, articles: pd.DataFrame, names: Mapping[str, str]
) -> list[str]:
    """Say for each quantity that two outlets give what each figure counts, and whether they clash."""
    table = date_quantities(matched, articles)
    lines = []
    for quantity, group in table.groupby("quantity", sort=False):
        definite = group[group["precision"] != "order"]
        if definite["outlet"].nunique() < 2 or definite["value"].nunique() < 2:
            continue
        parts = []
        for counts, part in sorted(
            definite.groupby("counts", sort=False), key=lambda item: item[0] == "not said"
        ):
            shown = part.sort_values("year", kind="stable").drop_duplicates(["outlet", "value"])
            listed = [_say_figure(r) for r in shown.itertuples(index=False)]
            what = "what exactly is counted is not said" if counts == "not said" else counts
            parts.append(f"{escape_markdown(str(what))}: {join_words(listed)}")
        said = f"**{escape_markdown(start_sentence(names[str(quantity)]))}**, by what is counted. "
        lines.append(said + "; ".join(start_sentence(p) for p in parts) + ".")
        lines.append(_explain_quantity(definite))
    return lines or ["No two outlets give different figures under one heading."]


def _say_figure(row) -> str:
    """A figure with its time and outlet: about 70,000 in 2022 (USA TODAY)."""
    said = link_evidence(_say_value(row), ids=row.sentence_id)
    time = f" in {row.year}" if row.year else f" {row.period}" if row.period else ""
    rate = ""
    if not row.year and pd.notna(row.per_year) and row.per_year != row.value:
        rate = f", {say_amount(row.per_year, row.unit)} a year at that rate"
    return f"{said}{time}{rate} ({escape_markdown(row.outlet)})"


def _explain_quantity(definite: pd.DataFrame) -> str:
    """Whether figures for the same count and year clash, or the differences have their reasons."""
    counts = sorted(set(definite["counts"]) - {"not said"})
    years = sorted(set(definite["year"]) - {""})
    reasons = []
    if len(counts) > 1:
        reasons.append(f"they count different things ({escape_markdown(join_words(counts, 'or'))})")
    if len(years) > 1:
        reasons.append(
            f"{'' if reasons else 'they '}speak of different years ({join_words(years)})"
        )
    alike = definite[(definite["counts"] != "not said") & (definite["year"] != "")]
    clash = [
        f"{join_words([link_evidence(say_amount(v, u), ids=i) for v, u, i in zip(g['value'], g['unit'], g['sentence_id'], strict=True)], 'or')} ({escape_markdown(str(counts))}, {year})"
        for (counts, year), g in alike.drop_duplicates(["counts", "year", "value"]).groupby(
            ["counts", "year"], sort=False
        )
        if len(g) > 1
    ]
    said = "For the same count and the same year no two of them contradict each other."
    outlets = alike.groupby(["counts", "year"])["outlet"].nunique()
    if outlets.max() == 1:
        said = "As far as they say, no two outlets count the same thing for the same time, so none of these figures can be held against another."
    if alike.empty:
        said = "They cannot be checked against each other: for none of them are both the count and the year known."
    if clash:
        said = f"For the same count and year they contradict each other: {join_words(clash)}."
    why = start_sentence(join_words(reasons)) + ". " if reasons else ""
    return why + said


def tabulate_quantities(
    matched: pd.DataFrame, articles: pd.DataFrame, names: Mapping[str, str]
) -> pd.DataFrame:
    """Return every matched number: what, what it counts, year or period, value, outlet, the words."""
    table = date_quantities(matched, articles)
    order = {q: k for k, q in enumerate(dict.fromkeys(table["quantity"]))}
    table = table.assign(
        place=table["quantity"].map(order), vague=table["counts"] == "not said"
    ).sort_values(["place", "vague", "counts", "year"], kind="stable")
    rows = [
        {
            "Quantity": names[r.quantity],
            "Counts": r.counts,
            "Year or period": _say_period(r),
            "Value": link_evidence(_say_value(r), ids=r.sentence_id),
            "Outlet": r.outlet,
            "In words": _mark(r.text, r.integrity),
        }
        for r in table.itertuples(index=False)
    ]
    columns = ["Quantity", "Counts", "Year or period", "Value", "Outlet", "In words"]
    result = pd.DataFrame(rows, columns=pd.Index(columns))
    result.loc[result.duplicated("Quantity"), "Quantity"] = ""
    return result


def _say_period(row) -> str:
    if row.year and row.year != row.period:
        return f"{row.year} (“{row.period}”)"
    return row.period or "not said"


def _mark(text: str, integrity: str) -> str:
    return round_brackets(text) + ("" if integrity == "intact" else " (altered copy)")


def tabulate_single_figures(
    quantities: pd.DataFrame,
    matched: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
) -> pd.DataFrame:
    """Return the other figures of size that one article gives and no other: outlet, words.

    Left out are spans of time, numbers up to twelve, the families that the study lists, words that
    stand in those of another figure of the sentence ("from 232" in "from 232 to 873"), and figures
    that another article gives too: the same unit, and half of the words for what is counted.
    """
    table = quantities.merge(sentences[["sentence_id", "article_id"]], on="sentence_id").merge(
        articles[["article_id", "outlet", "integrity"]], on="article_id"
    )
    keys = set(zip(matched["sentence_id"], matched["text"], strict=True))
    base = table["unit"].str.split(" per ").str[0]
    words = [
        {w.rstrip("s") for w in re.findall(r"[a-z]+", what.lower())} - ENGLISH_STOP_WORDS
        for what in table["what"]
    ]
    kept = []
    for k, r in enumerate(table.itertuples(index=False)):
        known = (r.sentence_id, r.text) in keys or "year" in base[k] or r.what == "time"
        elsewhere = any(
            table["outlet"][m] != r.outlet
            and base[m] == base[k]
            and len(words[m] & words[k]) >= _ALIKE * max(len(words[m] | words[k]), 1)
            for m in range(len(table))
        )
        longer = table.loc[table["sentence_id"] == r.sentence_id, "text"]
        part = any(r.text != text and r.text in text for text in longer)
        kept.append(not known and not elsewhere and not part and abs(r.value) > _SMALL)
    rows = [
        {"Outlet": r.outlet, "Figure": link_evidence(_mark(r.text, r.integrity), ids=r.sentence_id)}
        for r in table[kept].itertuples(index=False)
    ]
    result = pd.DataFrame(rows, columns=pd.Index(["Outlet", "Figure"]))
    result = result.drop_duplicates().reset_index(drop=True)
    result.loc[result.duplicated("Outlet"), "Outlet"] = ""
    return result
