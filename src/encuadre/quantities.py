"""Numbers in the text and what they count; families of the study say which can be compared."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import pandas as pd
from pydantic import StringConstraints

from encuadre.counted import RATE, SPAN, mask_points, read_counted
from encuadre.events import Entry, Rule, match_rule, parse_entries, select_prose
from encuadre.numerals import Numeral, find_date_spans, find_numerals

_A_YEAR = {"day": 365.0, "week": 52.0, "month": 12.0, "year": 1.0}
_NAMED_SPAN = re.compile(rf"\b{SPAN}", re.I)
_IN_YEAR = re.compile(r"\bin\s((?:1[5-9]|20)\d\d)\b", re.I)
_ANY_RATE = re.compile(rf"\b{RATE}", re.I)
_BREAK = re.compile(r"[;:]\s(?:and\s)?|,\s(?=[a-z]+ing\s)")
_CLAUSE = re.compile(r",(?!\d)|[;:()\[\]—–“”\"]")
_JOINED = re.compile(r"\s?(?:to|and|or|of|[-–])\s?")
_POINTING = re.compile(
    r"\b(?:the|this|that|its)\s(?:number|figure|total|toll|count|sum)\b|\bit\s(?:is|was|has)\b",
    re.I,
)
_BARE = ("more", "fewer", "less", "by", "to", "an", "a", "some", "other", "another", "USD")
_PRECISION = {
    "order": r"dozens|scores|tens|hundreds|thousands|millions|billions|trillions",
    "more than": r"(?:more|greater)\sthan|over|at\sleast|in\sexcess\sof",
    "less than": r"(?:less|fewer)\sthan|under|up\sto|at\smost",
    "about": r"about|around|some|nearly|almost|roughly|approximately|estimated|close\sto",
}


class Count(Rule):
    """A label for what exactly a number counts, with the phrases that say so."""

    label: Annotated[str, StringConstraints(min_length=1)]


class Family(Entry):
    """Numbers that can be compared: a unit, and phrases in the words that say what is counted."""

    unit: Annotated[str, StringConstraints(min_length=1)]
    counts: tuple[Count, ...] = ()


@dataclass(frozen=True)
class _Quantity:
    value: float
    unit: str
    what: str
    start: int
    end: int


def parse_families(data: Mapping[str, Any] | Sequence[Family]) -> tuple[Family, ...]:
    """Read the list `quantities` of an events.yml; StudyError where an entry breaks the format."""
    return parse_entries(data, key="quantities", model=Family)


def extract_quantities(sentences: pd.DataFrame) -> pd.DataFrame:
    """Find every number of headline and body, and what it counts.

    Numbers are digits, number words, magnitudes ("$15 million"), indefinite counts ("tens of
    thousands", which stand at their lowest, 10,000), spans of time ("half century" is 50 years) and
    percentages. Dates, years, ordinals, names with digits ("COVID-19"), and number words without a
    noun ("the two meet", "one of them") are no quantities. Digits without a noun ("the number was
    106,699") count what the number before them counted, in their sentence or in the one before.

    Parameters
    ----------
    sentences : DataFrame
        The table `sentences`.

    Returns
    -------
    DataFrame
        The table `quantities`, in the order of the text. `unit`: "people", the counted noun,
        "years", "USD", "%" and the like, with " per year" where the text gives a rate; `what`: the
        counted noun with the words beside it that say what befell it, or "time"; `text`: the words
        as they stand, a slice of the sentence.
    """
    rows: list[tuple[str, float, str, str, str]] = []
    before: tuple[str, int] | None = None
    recent: _Quantity | None = None
    prose = select_prose(sentences)
    places = list(zip(prose["article_id"], prose["paragraph"], strict=True))
    for place, key, text in zip(places, prose["sentence_id"], prose["text"], strict=True):
        found = _read_sentence(text, recent if place == before else None)
        before, recent = place, _pick_last(found)
        rows += [(key, q.value, q.unit, q.what, text[q.start : q.end]) for q in found]
    columns = ["sentence_id", "value", "unit", "what", "text"]
    table = pd.DataFrame(rows, columns=pd.Index(columns)).astype({"value": float})
    return table.drop_duplicates(["sentence_id", "text", "what", "value"]).reset_index(drop=True)


def _pick_last(found: Sequence[_Quantity | None]) -> _Quantity | None:
    counted = [q for q in found if q is not None and q.what not in ("", "time")]
    return counted[-1] if counted else None


def _read_sentence(text: str, recent: _Quantity | None) -> list[_Quantity]:
    numerals = find_numerals(text)
    masked = mask_points(text)
    starts = [n.start for n in numerals] + [len(text)]
    ends = [0] + [n.end for n in numerals]
    joined = [bool(_JOINED.fullmatch(text, n.end, starts[i + 1])) for i, n in enumerate(numerals)]
    read: list[_Quantity | None] = []
    for i, numeral in enumerate(numerals):
        counted = read_counted(masked, numeral, left=ends[i], right=starts[i + 1])
        quantity = None
        if counted is not None:
            place = (counted.start, counted.end)
            quantity = _Quantity(numeral.value, counted.unit, counted.what, *place)
        read.append(quantity)
    for i in reversed(range(len(numerals) - 1)):
        after = read[i + 1]
        if read[i] is None and joined[i] and after is not None and after.what != "time":
            read[i] = replace(after, value=numerals[i].value, start=numerals[i].start)
    model = recent
    for i, numeral in enumerate(numerals):
        if read[i] is None and numeral.digits:
            first = read[i - 1] if i > 0 and joined[i - 1] else None
            read[i] = found = _point_back(text, numeral, ends[i], model, linked=bool(first))
            if found and first and _name_precision(text[first.start : first.end]) == "stated":
                read[i] = replace(found, start=first.start)
        model = _pick_last([read[i]]) or model
    return [q for q in read if q is not None]


def _point_back(
    text: str, numeral: Numeral, left: int, model: _Quantity | None, *, linked: bool
) -> _Quantity | None:
    """Return a number without a noun as a count of what `model` counts, where the words say so."""
    clause = max((m.end() for m in _BREAK.finditer(text, left, numeral.start)), default=left)
    pointing = _POINTING.search(text, clause, numeral.start)
    if model is None or not (pointing or linked):
        return None
    lead = text[clause : numeral.start]
    skipped = len(lead) - len(lead.lstrip(" \t,;:.”\"'’"))
    start = clause + skipped if pointing else numeral.start
    return replace(model, value=numeral.value, start=start, end=numeral.end)


def compare_quantities(
    quantities: pd.DataFrame,
    sentences: pd.DataFrame,
    *,
    families: Mapping[str, Any] | Sequence[Family],
) -> pd.DataFrame:
    """Set side by side the numbers that the study takes to be comparable.

    The phrases of a family are looked for in the words that say what a number counts; where these
    say no more than the unit ("$215 billion"), in its whole sentence.

    Parameters
    ----------
    quantities, sentences : DataFrame
        The tables of those names.
    families : mapping or sequence of Family
        `Study.events`, of which the list `quantities` is read, or families already read.

    Returns
    -------
    DataFrame
        One row a number, by family and then in the order of the text: quantity (id of the family),
        article_id, sentence_id, value, unit, period (as the text says: "a year", "last year",
        "2021", "between May 2019 and June 2022", or ""), counts (the study's label, "not said" where none of its phrases stands in
        the sentence), precision (stated, about, more than, less than, or order: an indefinite count
        at its lowest), per_year (value a year; missing where the text gives neither a year nor a
        rate, and for an order of magnitude), text.
    """
    prose = select_prose(sentences)
    said = dict(zip(prose["sentence_id"], prose["text"], strict=True))
    home = dict(zip(prose["sentence_id"], prose["article_id"], strict=True))
    place = {key: i for i, key in enumerate(said)}
    known = [row for row in quantities.itertuples(index=False, name=None) if row[0] in said]
    known.sort(key=lambda row: place[row[0]])
    rows = []
    for family in parse_families(families):
        before: dict[tuple[str, str, str], str] = {}
        matches = match_rule([row[3] for row in known], rule=family)
        whole = match_rule([said[row[0]] for row in known], rule=family)
        bare = [_is_bare(row[2], row[3]) for row in known]
        matches = [m or (b and w) for m, b, w in zip(matches, bare, whole, strict=True)]
        for (key, value, unit, what, text), match in zip(known, matches, strict=True):
            if not match or unit.split(" per ")[0] != family.unit:
                continue
            counts = _label_counts(f"{said[key]} {what}", family.counts)
            period, precision = _name_period(text, unit), _name_precision(text)
            if not period:
                period = _find_span(said[key], text) or before.get((key, unit, what), "")
                before[key, unit, what] = period
            a_year = float("nan") if precision == "order" else _scale_to_year(value, unit, period)
            row = (family.id, home[key], key, value, unit, period, counts, precision, a_year, text)
            rows.append(row)
    columns = "quantity article_id sentence_id value unit period counts precision per_year text"
    table = pd.DataFrame(rows, columns=pd.Index(columns.split()))
    return table.astype({"value": float, "per_year": float})


def keep_shared(matched: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers of those families for which two outlets or more give one.

    Parameters
    ----------
    matched : DataFrame
        As `compare_quantities` gives it.
    articles : DataFrame
        The table `articles`.
    """
    outlets = matched["article_id"].map(articles.set_index("article_id")["outlet"].to_dict())
    shared = outlets.groupby(matched["quantity"]).nunique()
    return matched[matched["quantity"].isin(shared.index[shared > 1])].reset_index(drop=True)


def _is_bare(unit: str, what: str) -> bool:
    """Whether the words beside a number say no more than its unit: "$215 billion", "fewer people"."""
    return not {w.lower() for w in re.findall(r"\w+", what)} - {*unit.split(), *_BARE}


def _label_counts(text: str, counts: tuple[Count, ...]) -> str:
    for count in counts:
        if match_rule([text], rule=count)[0]:
            return count.label
    return "not said"


def _name_period(text: str, unit: str) -> str:
    year = _IN_YEAR.search(text)
    if year:
        return year[1]
    match = _NAMED_SPAN.search(text) or _ANY_RATE.search(text)
    if match:
        return match.group()
    return f"a {unit.split(' per ')[1]}" if " per " in unit else ""


def _find_span(sentence: str, text: str) -> str:
    """Return the span of dates that the words of a number stand beside, or that opens its sentence."""
    start = sentence.find(text)
    for first, last in find_date_spans(sentence):
        between = sentence[start + len(text) : first] if first >= start else sentence[last:start]
        opens = not re.search(r"\w", sentence[:first])
        if opens or not _CLAUSE.search(between):
            return sentence[first:last]
    return ""


def _scale_to_year(value: float, unit: str, period: str) -> float:
    if " per " in unit:
        return value * _A_YEAR[unit.split(" per ")[1]]
    return value if period.isdigit() or period.lower().endswith((" year", " yr")) else float("nan")


def _name_precision(text: str) -> str:
    for name, words in _PRECISION.items():
        if re.search(rf"\b(?:{words})\b", text, re.I):
            return name
    return "stated"
