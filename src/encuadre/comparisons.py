"""Events side by side: who tells what, in which words and order, and what is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

import pandas as pd

from encuadre.events import Event, parse_events, trace_events
from encuadre.prose import (
    escape_markdown,
    join_words,
    link_cell,
    link_evidence,
    link_source,
    name_article,
    say_count,
    say_date,
    say_number,
    say_percent,
    start_sentence,
)
from encuadre.sequence import is_before, name_order, place_events

_LATE = 0.25


def describe_events(
    compared: pd.DataFrame,
    articles: pd.DataFrame,
    names: Mapping[str, str],
    *,
    possible: Set[tuple[str, str]],
) -> list[str]:
    """Say how many events are told, which ones most outlets tell, and what is left out.

    Parameters
    ----------
    compared : DataFrame
        As `compare_events` gives it.
    possible : set of (event, article_id)
        As `list_possible` gives it; an article leaves out only what it could have told.
    """
    if not names:
        return ["The study lists no events in events.yml, so none is traced."]
    told = _count_outlets(compared, articles)
    if told.empty or not told["outlets"].max():
        return ["None of the listed events is told."]
    total = articles["outlet"].nunique()
    found = told[told["outlets"] > 0]
    most = found[found["outlets"] == found["outlets"].max()]
    listed = [
        f"“{escape_markdown(names[str(e)])}” ({link_evidence(say_count(int(r['outlets']), 'outlet'), event=e)})"
        for e, r in most.iterrows()
    ]
    share = (
        f"All {say_count(len(told), 'event')} traced are told somewhere"
        if len(found) == len(told)
        else f"Of {say_count(len(told), 'event')} traced, {say_count(len(found), 'is', 'are')} told"
    )
    first = f"{share}; the list was drawn up from these articles, so it shows who shares an event, not what all of them miss."
    if len(most) <= 3 and total > 1:
        first += f" Told by most: {join_words(listed)}."
    alone = int((found["outlets"] == 1).sum())
    if alone and total > 1:
        verb = "is told by one outlet only" if alone == 1 else "are told by one outlet only"
        first += f" {start_sentence(say_number(alone))} {verb}."
    return [first, _say_gaps(compared, articles, names, possible) if total > 1 else ""]


def _say_gaps(
    compared: pd.DataFrame,
    articles: pd.DataFrame,
    names: Mapping[str, str],
    possible: Set[tuple[str, str]],
) -> str:
    """Events that at least two other outlets tell and an outlet leaves out although it could tell them."""
    told = compared[compared["sentences"] > 0].merge(
        articles[["article_id", "outlet"]], on="article_id"
    )
    by = told.groupby("event")["outlet"].agg(set)
    parts = []
    for outlet, group in articles.groupby("outlet", sort=False):
        left = [
            f"“{link_evidence(escape_markdown(names[e]), event=e)}”"
            for e in names
            if len(by.get(e, set()) - {outlet}) > 1
            and outlet not in by[e]
            and any((e, a) in possible for a in group["article_id"])
        ]
        if left:
            parts.append(f"- {escape_markdown(str(outlet))}: {join_words(left)}")
    if not parts:
        return ""
    return "\n".join(
        ["Left out, though two or more others tell it and it had happened:", "", *parts]
    )


def tabulate_order(
    ordered: pd.DataFrame,
    compared: pd.DataFrame,
    articles: pd.DataFrame,
    names: Mapping[str, str],
) -> pd.DataFrame:
    """Return by article what it opens with, the dates in the order of telling, and what only it tells.

    Parameters
    ----------
    ordered : DataFrame
        As `order_events` gives it.
    compared : DataFrame
        As `compare_events` gives it.
    """
    told = _count_outlets(compared, articles)
    single = told[told["outlets"] == 1]
    rows = []
    for a in articles.itertuples(index=False):
        part = ordered[ordered["article_id"] == a.article_id].sort_values("told")
        first = part.head(1)
        opens = [
            link_cell(
                f"{names[e]}, {say_date(d)}{', only announced' if is_before(a.published_on or '', d) else ''}",
                ids=i,
            )
            for e, d, i in zip(first["event"], first["date"], first["sentence_id"], strict=True)
        ]
        months = [d[:7] for d in part["date"]]
        dates = [
            link_evidence(say_date(month, short=True), ids=i)
            for k, (month, i) in enumerate(zip(months, part["sentence_id"], strict=True))
            if not k or month != months[k - 1]
        ]
        alone = [
            link_cell(names[str(e)], event=e) for e in single.index[single["only"] == a.outlet]
        ]
        rows.append(
            {
                "Article": name_article(a, articles),
                "Comes first": opens[0] if opens else "none told",
                "Dates in the order of telling": " → ".join(dates),
                "Told here only": "; ".join(alone) or "none",
            }
        )
    return pd.DataFrame(rows)


def describe_order(ordered: pd.DataFrame, articles: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Say which articles tell the traced events as they happened, and which start from the latest.

    An event dated after the article is only announced there and left aside; an article whose order
    the dates leave open is not named.
    """
    if ordered.empty:
        return "No event is told, so there is no order to show."
    forward, back = [], []
    for a in articles.itertuples(index=False):
        part = ordered[ordered["article_id"] == a.article_id].sort_values("told")
        ahead = part["date"].map(lambda d, day=a.published_on or "": is_before(day, d)).astype(bool)
        aside = [f"“{escape_markdown(names[e])}”" for e in part.loc[ahead, "event"]]
        part = part[~ahead]
        order, name = name_order(part), escape_markdown(name_article(a, articles))
        without = f"; leaving aside {join_words(aside)}, only announced" if aside else ""
        if order == "forward":
            late = part["before"].iloc[0]
            wait = f", the first after {say_percent(late)} of its text" if late >= _LATE else ""
            forward.append(f"{name} ({say_count(len(part), 'event')}{wait}{without})")
        elif order == "back":
            opening = part[part["sentence_id"] == part["sentence_id"].iloc[0]]
            top = opening.sort_values("date").iloc[-1]
            event = link_evidence(escape_markdown(names[top["event"]]), ids=top["sentence_id"])
            end = say_date(min(part["date"])[:7])
            back.append(f"{name} (“{event}”, then back as far as {end}{without})")
    lines = []
    if back:
        verb = "tell" if len(back) > 1 else "tells"
        lines.append(
            f"Of the traced events, {join_words(back)} {verb} the latest first and the earlier ones after it."
        )
    if forward:
        verb = (
            "tell the traced events that they have"
            if len(forward) > 1
            else "tells the traced events that it has"
        )
        lines.append(f"{join_words(forward)} {verb} in the order in which they happened.")
    return " ".join(lines)


def _count_outlets(compared: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    table = compared.merge(articles[["article_id", "outlet"]], on="article_id")
    wide = table.groupby(["event", "outlet"], sort=False)["sentences"].sum().unstack(fill_value=0)
    return (
        pd.DataFrame(
            {
                "outlets": (wide > 0).sum(axis=1),
                "only": wide.idxmax(axis=1),
                "sentences": wide.sum(axis=1),
            }
        )
        if len(wide)
        else pd.DataFrame(columns=pd.Index(["outlets", "only", "sentences"]))
    )


def tabulate_wordings(
    traced: pd.DataFrame,
    compared: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    events: Mapping[str, Any] | Sequence[Event],
    most: int = 4,
) -> pd.DataFrame:
    """Return the first sentence in which each outlet tells an event in words of its own.

    Those are sentences that the event's names and phrases find by themselves. A sentence found only
    by a phrase that carries over from one near it ("this outcome") counts, but shows no wording.

    Parameters
    ----------
    traced, compared : DataFrame
        As `trace_events` and `compare_events` give them.
    sentences, articles : DataFrame
        The tables of those names.
    events : mapping or sequence of Event
        `Study.events`, or events already read.
    most : int
        How many events to show, those that most outlets tell.
    """
    listed = parse_events(events)
    names = {e.id: e.label for e in listed}
    plain = trace_events(sentences, events=[e.model_copy(update={"carry": ()}) for e in listed])
    worded = set(zip(plain["event"], plain["sentence_id"], strict=True))
    told = _count_outlets(compared, articles)
    shared = (
        told[told["outlets"] > 1]
        .sort_values(["outlets", "sentences"], ascending=False, kind="stable")
        .head(most)
    )
    table = traced.merge(
        sentences[["sentence_id", "position", "text", "segment"]], on="sentence_id"
    ).merge(articles[["article_id", "outlet", "integrity"]], on="article_id")
    places = place_events(traced, sentences).set_index(["event", "article_id"])["place"]
    rows = []
    for event in shared.index:
        for outlet in articles["outlet"].drop_duplicates():
            part = table[(table["event"] == event) & (table["outlet"] == outlet)].sort_values(
                ["article_id", "position"]
            )
            if part.empty:
                rows.append(
                    {
                        "Event": names[str(event)],
                        "Outlet": outlet,
                        "In its words": "not told",
                        "First told": "",
                        "Sentences": "0",
                    }
                )
                continue
            own = part[[(event, i) in worded for i in part["sentence_id"]]]
            body = own[own["segment"] == "body"]
            words = "told without a wording of its own"
            if len(own):
                first = (body if len(body) else own).iloc[0]
                words = link_source(
                    first["text"], first["integrity"], limit=260, ids=first["sentence_id"]
                )
            ids = ",".join(part["article_id"].drop_duplicates())
            rows.append(
                {
                    "Event": names[str(event)],
                    "Outlet": outlet,
                    "In its words": words,
                    "First told": places[event, part.iloc[0]["article_id"]],
                    "Sentences": link_evidence(str(len(part)), article=ids, event=event),
                }
            )
    columns = ["Event", "Outlet", "In its words", "First told", "Sentences"]
    result = pd.DataFrame(rows, columns=pd.Index(columns))
    result.loc[result.duplicated("Event"), "Event"] = ""
    return result
