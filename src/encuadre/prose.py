"""Sentences of the report: numbers, links to evidence, and plain English around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

import pandas as pd

_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+.!|~$@^:=&\"'-])")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def escape_markdown(text: str) -> str:
    """Return source text so that Markdown shows it as it is."""
    return _MARKDOWN.sub(r"\\\1", re.sub(r"\s+", " ", text))


def link_filters(**filters: object) -> str:
    """Return the link to the sentences that fit the filters: `#sentences?article=npr&voice=own`."""
    parts = [f"{k}={quote(str(v), safe=',-')}" for k, v in sorted(filters.items()) if str(v) != ""]
    return "#sentences?" + "&".join(parts)


def link_evidence(text: str, **filters: object) -> str:
    """Return Markdown that leads from a text to the sentences that fit the filters."""
    return f"[{text}]({link_filters(**filters)})"


def say_percent(share: float) -> str:
    """Return a share as whole per cent; under 1% and over 99% are said so."""
    if 0 < share <= 0.005:
        return "under 1%"
    if 0.995 <= share < 1:
        return "over 99%"
    return f"{share:.0%}".replace("-", "−")


def say_signed(value: float) -> str:
    """Return a number with two decimals and its sign, with a true minus."""
    text = f"{value:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text.replace("-", "−")


def say_interval(low: float, high: float, *, percent: bool = False) -> str:
    """Return an interval in words: 12% to 34%, or −0.20 to +0.10."""
    say = say_percent if percent else say_signed
    return f"{say(low)} to {say(high)}"


def say_count(n: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun; numbers up to twelve in words."""
    word = _NUMBERS[n] if 0 <= n < len(_NUMBERS) else f"{n:,}"
    return f"{word} {noun if n == 1 else plural or noun + 's'}"


def say_number(n: int) -> str:
    """Return a whole number, up to twelve in words."""
    return _NUMBERS[n] if 0 < n < len(_NUMBERS) else f"{n:,}"


def say_amount(value: float, unit: str = "") -> str:
    """Return a figure as a text would write it: 30,000, 17%, $215 billion, $1.2 million."""
    if unit.split(" per ")[0] == "%":
        return f"{value:g}%"
    money = "$" if unit.split(" per ")[0] == "USD" else ""
    for size, name in ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")):
        if money and abs(value) >= size and round(value / size, 2) * size == value:
            return f"{money}{value / size:g}{name}"
    return f"{money}{value:,.0f}"


def join_words(words: Sequence[str], last: str = "and") -> str:
    """Return words as a list in a sentence: a, b and c."""
    words = list(words)
    return (
        words[0]
        if len(words) == 1
        else f"{', '.join(words[:-1])} {last} {words[-1]}"
        if words
        else ""
    )


def say_date(date: str, *, short: bool = False) -> str:
    """Return a date of full or reduced precision in words; empty stays empty.

    Parameters
    ----------
    date : str
        ISO 8601.
    short : bool
        Whether to cut the month to three letters.
    """
    parts = date.split("-") if date else []
    if len(parts) < 2:
        return date
    month = _MONTHS[int(parts[1]) - 1]
    day = f"{int(parts[2])} " if len(parts) == 3 else ""
    return f"{day}{month[:3] if short else month} {parts[0]}"


def name_article(article, articles: pd.DataFrame) -> str:
    """Return a row's outlet, with the date or else the id of the article where it has several."""
    if (articles["outlet"] == article.outlet).sum() == 1:
        return str(article.outlet)
    return f"{article.outlet} ({say_date(article.published_on) or article.article_id})"


def start_sentence(text: str) -> str:
    """Return the text with a capital at its start, also inside a Markdown link."""
    return re.sub(r"^(\[?)(\w)", lambda m: m[1] + m[2].upper(), text)


def cut_text(text: str, limit: int) -> str:
    """Return the text, or as many of its words as fit into so many characters, with an ellipsis."""
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0].rstrip(" ,;:—–-") + " …"


def round_brackets(text: str) -> str:
    """Return the text for a table cell: without square brackets it neither makes nor ends a link."""
    return text.replace("[", "(").replace("]", ")")


def link_source(text: str, integrity: str, *, limit: int, **filters: object) -> str:
    """Return a sentence of a source as a link in a table cell; one of an altered copy is marked.

    Brackets are rounded (`round_brackets`).
    """
    safe = round_brackets(cut_text(text.strip(), limit))
    mark = "" if integrity == "intact" else " (altered copy)"
    return link_evidence(safe, **filters) + mark


def link_cell(text: str, **filters: object) -> str:
    """Return a name of the study or of a source as a link in a table cell, brackets rounded."""
    return link_evidence(round_brackets(text), **filters)


def list_articles(articles: pd.DataFrame, outlet: str) -> str:
    """Return the ids of an outlet's articles as the filter `article` takes them."""
    return ",".join(articles.loc[articles["outlet"] == outlet, "article_id"])


def quote_source(text: str, integrity: str, *, limit: int = 0) -> str:
    """Return a sentence of a source as Markdown; that of an altered copy is not put in quotation marks.

    Parameters
    ----------
    text : str
        The sentence.
    integrity : str
        Of its article: `intact`, or the kind of damage.
    limit : int
        Cut after so many characters, at a word; 0 keeps all.
    """
    text = cut_text(text, limit) if limit else text
    if integrity == "intact":
        return (
            "‘" + escape_markdown(text.strip()) + "’"
            if "“" in text or '"' in text
            else "“" + escape_markdown(text.strip()) + "”"
        )
    return escape_markdown(text.strip()) + " (altered copy)"


def say_outlets(outlets: Sequence[str], total: int) -> str:
    """Return outlets in words: all five, or their names."""
    if len(outlets) == total and total > 2:
        return f"all {_NUMBERS[total] if total < len(_NUMBERS) else total}"
    return join_words([escape_markdown(o) for o in outlets])


def warn_copies(articles: pd.DataFrame) -> str:
    """Return a sentence naming the altered copies, or nothing."""
    altered = articles.loc[articles["integrity"] != "intact", "outlet"].tolist()
    if not altered:
        return ""
    verb = "is an altered copy" if len(altered) == 1 else "are altered copies"
    return f"{join_words([escape_markdown(o) for o in dict.fromkeys(altered)])} {verb}: sentences from there are not verbatim."


def warn_single(articles: pd.DataFrame) -> str:
    """Return the caution that one article an outlet supports statements about articles only."""
    if articles["outlet"].value_counts().max() > 1:
        return ""
    return "There is one article per outlet, so every figure speaks of that article, not of the outlet as a whole."
