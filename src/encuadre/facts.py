"""Facts of the first page: counted, not estimated, and readable in the text one by one."""

from __future__ import annotations

from collections.abc import Mapping, Set

import pandas as pd

from encuadre.findings import Finding
from encuadre.prose import (
    escape_markdown,
    join_words,
    link_evidence,
    say_amount,
    say_count,
    say_number,
    start_sentence,
)

_BOUNDS = ("more than", "less than")
_MOST_FIGURES = 6
"""More figures than these are told by the lowest and the highest."""
_RATES = ("year", "month", "week", "day", "")


def state_facts(
    compared: pd.DataFrame,
    matched: pd.DataFrame,
    articles: pd.DataFrame,
    event_labels: Mapping[str, str],
    quantity_labels: Mapping[str, str],
    *,
    possible: Set[tuple[str, str]],
    scattered: pd.DataFrame,
) -> list[Finding]:
    """State one event, and the quantity with most different values.

    Parameters
    ----------
    compared : DataFrame
        As `compare_events` gives it.
    matched : DataFrame
        As `compare_quantities` gives it.
    possible : set of (event, article_id)
        As `list_possible` gives it.
    scattered : DataFrame
        As `find_scattered` gives it.
    """
    facts = [state_event(compared, articles, event_labels, possible=possible, scattered=scattered)]
    values = matched.groupby("quantity").agg(n=("value", "nunique"), a=("article_id", "nunique"))
    shared = values[values["a"] > 1]
    if len(shared):
        widest = sorted(shared.index, key=lambda q: (-int(shared.loc[q, "n"]), str(q)))[0]
        rows = matched[matched["quantity"] == widest]
        facts.append(state_quantity(rows, articles, label=quantity_labels[widest]))
    return [f for f in facts if f is not None]


def state_event(
    compared: pd.DataFrame,
    articles: pd.DataFrame,
    labels: Mapping[str, str],
    *,
    possible: Set[tuple[str, str]],
    scattered: pd.DataFrame,
) -> Finding | None:
    """State the event that most outlets tell while another, which could have told it, leaves it out.

    Parameters
    ----------
    compared : DataFrame
        event, article_id, sentences (0 where the article does not tell it), share.
    labels : mapping
        Label by event id.
    possible, scattered
        As `state_facts` takes them.
    """
    table = compared.merge(articles[["article_id", "outlet"]], on="article_id")
    pairs = zip(table["event"], table["article_id"], strict=True)
    table["open"] = [pair in possible for pair in pairs]
    told = table.groupby(["event", "outlet"], sort=False)["sentences"].sum().unstack()
    open_to = table.groupby(["event", "outlet"], sort=False)["open"].any().unstack()
    counts = (told > 0).sum(axis=1)
    silent = ((told == 0) & open_to).sum(axis=1) if len(told) else counts
    usable = counts[(counts >= 2) & (silent >= 1)]
    if usable.empty:
        return None
    room = told.sum(axis=1)
    event = max(usable.index, key=lambda e: (int(counts[e]), int(room[e]), e))
    by = told.loc[event].sort_values(ascending=False, kind="stable")
    without = [str(o) for o in told.columns if told.loc[event, o] == 0 and open_to.loc[event, o]]
    lengths: dict[int, list[str]] = {}
    for outlet, n in by[by > 0].items():
        lengths.setdefault(int(n), []).append(escape_markdown(str(outlet)))
    link = link_evidence(f"“{escape_markdown(labels[event])}”", event=event)
    verb = "leaves" if len(without) == 1 else "leave"
    left = join_words([escape_markdown(o) for o in without])
    intact = set(articles["outlet"]) - set(
        articles.loc[articles["integrity"] != "intact", "outlet"]
    )
    sound = set(without) <= intact and len(intact & {str(o) for o in by[by > 0].index}) >= 2
    dated = articles[articles["published_on"].fillna("") != ""]
    later = set(dated.loc[[(event, a) in possible for a in dated["article_id"]], "outlet"])
    silent_ids = set(articles.loc[articles["outlet"].isin(without), "article_id"])
    apart = scattered[(scattered["event"] == event) & scattered["article_id"].isin(silent_ids)]
    firm = sound and set(without) <= later and apart.empty
    reason = "Counted, not estimated: found by the names and phrases of events.yml, and every sentence can be read."
    reason += "" if sound else " It rests on altered copies, so it is not called firm."
    if not set(without) <= later:
        reason += " Not every date is known, so it may have happened after the article."
    if len(apart):
        holders = articles.loc[articles["article_id"].isin(apart["article_id"]), "outlet"]
        named = join_words([str(o) for o in dict.fromkeys(holders)])
        reason += f" Its words stand near one another in {named}, so it may be told there."
        near = link_evidence(say_count(len(apart), "sentence"), ids=",".join(apart["sentence_id"]))
        link += f", though {near} of {escape_markdown(named)} {'comes' if len(apart) == 1 else 'come'} near it"
    text = f"{left} {verb} out {link}; {_give(lengths)}."
    return Finding(
        f"event-{event}", "event", text, "firm" if firm else "tentative", reason, "events"
    )


def _give(lengths: Mapping[int, list[str]]) -> str:
    """Who gives an event how many sentences: A gives it six sentences, B three, C and D one each."""
    parts = []
    for k, (n, outlets) in enumerate(lengths.items()):
        several = len(outlets) > 1
        number = say_number(n) if k else say_count(n, "sentence")
        verb = "" if k else (" give it" if several else " gives it")
        parts.append(f"{join_words(outlets)}{verb} {number}{' each' if several else ''}")
    return join_words(parts)


def state_quantity(compared: pd.DataFrame, articles: pd.DataFrame, *, label: str) -> Finding | None:
    """State how far the values of one quantity lie apart; what only altered copies give comes last.

    Parameters
    ----------
    compared : DataFrame
        As `compare_quantities` gives it; the rows of one quantity.
    label : str
        Its name.
    """
    compared = compared[compared["precision"] != "order"]
    if compared["value"].nunique() < 2 or compared["article_id"].nunique() < 2:
        return None
    intact = set(articles.loc[articles["integrity"] == "intact", "article_id"])
    published = compared["article_id"].isin(intact)
    figures = compared.assign(
        yearly=compared["per_year"].fillna(compared["value"]),
        bound=compared["precision"].where(compared["precision"].isin(_BOUNDS), ""),
        rate=[
            unit.split(" per ")[1] if " per " in unit else "year" if pd.notna(y) else ""
            for unit, y in zip(compared["unit"], compared["per_year"], strict=True)
        ],
    )
    keys = list(zip(figures["value"], figures["bound"], figures["rate"], strict=True))
    known = {key for key, sound in zip(keys, published, strict=True) if sound}
    first = pd.Series([key in known for key in keys], index=figures.index)
    main, others = _link_figures(figures[first]), _link_figures(figures[~first])
    given = f"are given as {main}" if main else f"are given, in altered copies only, as {others}"
    if main and others:
        given += f", and in altered copies also as {others}"
    counted = sorted(set(compared["counts"]) - {"", "not said"})
    why = (
        f": some count {', others '.join(escape_markdown(c) for c in counted)}, and not for the same time"
        if len(counted) == 2
        else ", depending on the article, on what it counts and for when"
    )
    sound = compared.loc[published, "value"].nunique() >= 2
    firm = sound and bool(counted)
    if not counted:
        why = (
            "; what each of them counts is not said, so they may not be figures for the same thing"
        )
    text = f"{escape_markdown(start_sentence(label))} {given}{why}."
    reason = "Counted, not estimated: each figure is read in its sentence. "
    reason += (
        "At least two of them stand in copies as published."
        if sound
        else "Fewer than two of them stand in copies as published."
    )
    if not counted:
        reason += " They stand under one heading of events.yml, which does not tell apart what they count."
    return Finding(
        "quantity", "quantity", text, "firm" if firm else "tentative", reason, "quantities"
    )


def _link_figures(figures: pd.DataFrame) -> str:
    """Return the figures with their bound and rate as one link: 5 or more than 7 a year, or 2 a month."""
    if figures.empty:
        return ""
    shown = figures.drop_duplicates(["value", "bound", "rate"]).sort_values(["yearly", "value"])
    ids = ",".join(dict.fromkeys(figures["sentence_id"]))
    if len(shown) > _MOST_FIGURES:
        ends = [_say_figure(row) for row in (shown.iloc[0], shown.iloc[-1])]
        return link_evidence(
            f"{say_count(len(shown), 'figure')} from {ends[0]} to {ends[1]}", ids=ids
        )
    groups = []
    for rate in _RATES:
        listed = [
            _say_figure(row, rated=False) for _, row in shown[shown["rate"] == rate].iterrows()
        ]
        if listed:
            groups.append((len(listed), join_words(listed, "or") + (f" a {rate}" if rate else "")))
    joint = " or " if all(n == 1 for n, _ in groups) else ", or "
    return link_evidence(joint.join(text for _, text in groups), ids=ids)


def _say_figure(row: pd.Series, *, rated: bool = True) -> str:
    """Return one figure in words: more than $5 billion a year."""
    rate = f" a {row['rate']}" if rated and row["rate"] else ""
    return f"{row['bound']} {say_amount(float(row['value']), str(row['unit']))}".strip() + rate
