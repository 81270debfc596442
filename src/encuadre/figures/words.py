"""Words from tables: outlets by name, numbers as English, contrasts that the data bear out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import pandas as pd

from encuadre.errors import EncuadreError
from encuadre.figures.style import OUTLET_COLOURS, OUTLET_MARKERS
from encuadre.prose import say_percent

NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
WHOLE = ("", "all")
Labels = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Outlet:
    """An outlet as it is drawn: its name as given, words for it, colour and marker."""

    name: str
    label: str
    short: str
    colour: str
    marker: str
    single: bool

    @property
    def phrase(self) -> str:
        """ "the NPR article" where there is one article, else "NPR"."""
        bare = re.sub(r"(?i)^the\s+", "", self.label)
        return f"the {bare} article" if self.single else self.label

    @property
    def whole(self) -> str:
        """ "the NPR article" where there is one article, else "NPR’s coverage"."""
        return self.phrase if self.single else f"{self.label}’s coverage"


def clean_text(text: object) -> str:
    """Text on one line, without control characters."""
    line = "".join(c if c.isprintable() else " " for c in str(text))
    return " ".join(line.split())


def name_labels(labels: Labels) -> dict[str, str]:
    """Pairs or a mapping of id and label, in order, with ids as text."""
    pairs = labels.items() if isinstance(labels, Mapping) else labels
    return {str(key): clean_text(label) for key, label in pairs}


def list_outlets(
    outlets: Sequence[tuple[str, str]], table: pd.DataFrame, *, all_of_them: bool = False
) -> list[Outlet]:
    """The outlets of a study that a table names, each with the colour of its place in the study.

    Parameters
    ----------
    outlets : sequence of (name, short)
        All outlets of the study, in the study's order.
    table : DataFrame
        Has the column outlet; article_id, where there is one, tells whether each outlet
        stands for a single article.
    all_of_them : bool
        Also those that the table does not name.

    Raises
    ------
    EncuadreError
        If the table names an outlet that the study does not have.
    """
    known = [name for name, _ in outlets]
    unknown = sorted(set(table["outlet"].dropna()) - set(known))
    if unknown:
        raise EncuadreError(
            f"The table names outlets that the study does not have: {', '.join(unknown)}. "
            f"The study has: {', '.join(known)}. Add them to the study's sources."
        )
    single = False
    if "article_id" in table:
        articles = table[~table["article_id"].fillna("").isin(WHOLE)]
        counts = articles.groupby("outlet")["article_id"].nunique()
        single = bool(len(counts)) and bool((counts <= 1).all())
    present = set(table["outlet"])
    found = []
    for k, (name, short) in enumerate(outlets):
        if name in present or all_of_them:
            colour = OUTLET_COLOURS[k % len(OUTLET_COLOURS)]
            step = k + k // len(OUTLET_COLOURS)
            marker = OUTLET_MARKERS[step % len(OUTLET_MARKERS)]
            label, brief = clip_text(clean_text(name), 34), clip_text(clean_text(short or name), 10)
            found.append(Outlet(name, label, brief, colour, marker, single))
    return found


def clip_text(text: str, limit: int) -> str:
    """The text, or its first letters and an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def name_group(outlets: Sequence[Outlet]) -> str:
    """What the outlets are compared as: "articles" where each has one, else "outlets"."""
    return "articles" if all(outlet.single for outlet in outlets) else "outlets"


def count_words(count: int) -> str:
    """A number as a word up to twelve, then in digits."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else f"{count:,}"


def start_sentence(text: str) -> str:
    """The text with a capital first letter, unless it begins with a quoted or mixed-case name."""
    return text[:1].upper() + text[1:] if re.match(r"[a-zà-ÿ]+\b", text) else text


def say_number(value: float, digits: int = 2) -> str:
    """A number with a true minus, and none before zero."""
    text = f"{value:.{digits}f}"
    return text.replace("-", "") if float(text) == 0 else text.replace("-", "−")


def weakest(strengths: Iterable[str]) -> str:
    """The weakest of some strengths; "" for none at all."""
    found = set(strengths)
    for strength in ("cannot_tell", "tentative", "firm"):
        if strength in found:
            return strength
    return ""


def is_known(row: pd.Series) -> bool:
    """Whether a row has an estimate and an interval, and may enter a comparison."""
    told = row.get("strength", "firm") != "cannot_tell"
    return bool(
        told and pd.notna(row["estimate"]) and pd.notna(row["low"]) and pd.notna(row["high"])
    )


def find_contrast(rows: pd.DataFrame, *, first: str = "") -> tuple[pd.Series, pd.Series] | None:
    """The two outlets furthest apart on one category, if the interval of their gap excludes zero.

    The two intervals make that of the gap by squaring and adding (Newcombe 1998), as on the first
    page; it is widened by Bonferroni's rule for the pairs tried.

    Parameters
    ----------
    rows : DataFrame
        outlet, category, estimate, low, high, strength; one row per outlet and category.
    first : str
        A category to try by itself; the others are tried together where it shows nothing.

    Returns
    -------
    pair of Series or None
        The rows of the higher and of the lower; None where no pair can be told apart.
    """
    if first:
        lead = rows["category"] == first
        return find_contrast(rows[lead]) or find_contrast(rows[~lead])
    best, gap = None, 0.0
    told = [is_known(row) for _, row in rows.iterrows()]
    known = rows[pd.Series(told, index=rows.index, dtype=bool)]
    sizes = known.groupby("category").size()
    pairs = max(int((sizes * (sizes - 1) // 2).sum()), 1)
    normal = NormalDist()
    wider = normal.inv_cdf(1 - 0.025 / pairs) / normal.inv_cdf(0.975)
    for _, group in known.groupby("category", sort=False):
        members = [row for _, row in group.iterrows()]
        for high in members:
            for low in members:
                distance = high["estimate"] - low["estimate"]
                reach = wider * math.hypot(
                    high["estimate"] - high["low"], low["high"] - low["estimate"]
                )
                if distance > reach and distance > gap + 1e-12:
                    best, gap = (high, low), distance
    return best


def say_contrast(pair: tuple[pd.Series, pd.Series], label: str, outlets: Sequence[Outlet]) -> str:
    """ "“Toll” takes up 31% of the NPR article and 2% of the TPPF article"."""
    by_name = {outlet.name: outlet for outlet in outlets}
    high, low = pair
    less = by_name[low["outlet"]].whole
    first = f"{say_percent(high['estimate'])} of {by_name[high['outlet']].whole}"
    if round(low["estimate"] * 100) <= 0 and low["estimate"] <= 0:
        return f"{label} takes up {first} and none of {less}"
    return f"{label} takes up {first} and {say_percent(low['estimate'])} of {less}"


def list_contrast(pair: tuple[pd.Series, pd.Series], label: str, outlets: Sequence[Outlet]) -> str:
    """A contrast as a list, for labels that no verb suits: "Experts: 31% of NPR’s coverage, …"."""
    by_name = {outlet.name: outlet for outlet in outlets}
    parts = [f"{say_percent(row['estimate'])} of {by_name[row['outlet']].whole}" for row in pair]
    return f"{label}: {', '.join(parts)}"


def quote(label: str, limit: int = 48) -> str:
    """A label in quotation marks, cut to a limit of letters."""
    return f"“{clip_text(label, limit)}”"
