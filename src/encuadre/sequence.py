"""Where in an article each event comes up, in which order, and which events it could tell at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import pandas as pd

from encuadre.articles import count_words
from encuadre.errors import EncuadreError
from encuadre.events import Event, parse_events, select_prose


def place_events(
    traced: pd.DataFrame, sentences: pd.DataFrame, *, edge: float = 0.25
) -> pd.DataFrame:
    """Say where in each article each event first comes up.

    Parameters
    ----------
    traced, sentences : DataFrame
        The tables `events` and `sentences`.
    edge : float
        Share of an article's words (above 0, at most 0.5) that counts as its lead, and as its end.

    Returns
    -------
    DataFrame
        event, article_id, sentence_id (the first that tells of it), before (share of the article's
        words before that sentence, 0..1) and place (lead, middle or end); told pairs only.
    """
    if not 0 < edge <= 0.5:
        raise EncuadreError(
            f"`edge` is {edge}; expected a share above 0 and at most 0.5, such as 0.25."
        )
    prose = select_prose(sentences)
    spans: dict[str, tuple[int, int]] = {}
    room: Counter[str] = Counter()
    for sentence, article, text in zip(
        prose["sentence_id"], prose["article_id"], prose["text"], strict=True
    ):
        spans[sentence] = (len(spans), room[article])
        room[article] += count_words(text)
    first: dict[tuple[str, str], str] = {}
    for event, sentence, article in zip(
        traced["event"], traced["sentence_id"], traced["article_id"], strict=True
    ):
        known = first.get((event, article))
        if sentence in spans and (known is None or spans[sentence] < spans[known]):
            first[event, article] = sentence
    rows = []
    for (event, article), sentence in first.items():
        before = spans[sentence][1] / room[article] if room[article] else 0.0
        place = "lead" if before < edge else "middle" if before < 1 - edge else "end"
        rows.append((event, article, sentence, before, place))
    columns = ["event", "article_id", "sentence_id", "before", "place"]
    return pd.DataFrame(rows, columns=pd.Index(columns)).astype({"before": float})


def list_possible(
    articles: pd.DataFrame, *, events: Mapping[str, Any] | Sequence[Event]
) -> set[tuple[str, str]]:
    """Return the pairs of event and article in which the event is not younger than the article.

    Dates may be reduced: an event counts from the first day that its date allows, an article to the
    last. An article without a date can tell every event.

    Parameters
    ----------
    articles : DataFrame
        The table `articles`.
    events : mapping or sequence of Event
        `Study.events`, or events already read.
    """
    dates = dict(zip(articles["article_id"], articles["published_on"].fillna(""), strict=True))
    return {
        (event.id, article)
        for event in parse_events(events)
        for article, date in dates.items()
        if not is_before(date, event.date)
    }


def is_before(one: str, other: str) -> bool:
    """Whether the first date is surely the earlier one; of 2023-03 and 2023-03-03 neither is."""
    shared = min(len(one), len(other))
    return one[:shared] < other[:shared]


def name_order(told: pd.DataFrame) -> str:
    """Name the order in which one article tells its events, as far as their dates leave no doubt.

    Parameters
    ----------
    told : DataFrame
        Rows of one article, as `order_events` gives them. Events that first come up in the same
        sentence have no order between them.

    Returns
    -------
    str
        "forward" where each event is told after all that happened before it; "back" where the
        first sentence tells the latest event and the rest goes back from there; else empty.
    """
    told = told.sort_values("told")
    steps = [
        (a.date, b.date)
        for a, b in combinations(told.itertuples(index=False), 2)
        if a.sentence_id != b.sentence_id
    ]
    if not steps:
        return ""
    same_day = [a == b and len(a) == len("2023-03-03") for a, b in steps]
    onward = [is_before(a, b) for a, b in steps]
    if any(onward) and all(o or s for o, s in zip(onward, same_day, strict=True)):
        return "forward"
    opening = told["sentence_id"] == told["sentence_id"].iloc[0]
    rest = told.loc[~opening, "date"]
    latest = any(all(is_before(d, f) for d in rest) for f in told.loc[opening, "date"])
    return "back" if latest else ""


def order_events(
    placed: pd.DataFrame, *, events: Mapping[str, Any] | Sequence[Event]
) -> pd.DataFrame:
    """Set the order in which an article first tells its events beside the order of their dates.

    Parameters
    ----------
    placed : DataFrame
        As `place_events` gives it.
    events : mapping or sequence of Event
        `Study.events`, or events already read.

    Returns
    -------
    DataFrame
        article_id, event, date, sentence_id, told (from 1, in the order of the text), back
        (whether an event told before it in the article is younger) and before (share of the
        article's words before it); by article, then told.
    """
    dates = {event.id: event.date for event in parse_events(events)}
    rows = []
    for article, group in placed.groupby("article_id", sort=False):
        latest = ""
        ordered = group.sort_values(["before", "sentence_id"], kind="stable")
        for told, r in enumerate(ordered.itertuples(index=False), start=1):
            date = dates[str(r.event)]
            back = is_before(date, latest)
            rows.append((article, r.event, date, r.sentence_id, told, back, r.before))
            latest = max(latest, date)
    columns = ["article_id", "event", "date", "sentence_id", "told", "back", "before"]
    return pd.DataFrame(rows, columns=pd.Index(columns))
