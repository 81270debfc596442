"""Which of the events traced an outlet tells: what it comes to first, and what it dwells on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

import pandas as pd

from encuadre.prose import escape_markdown, join_words, link_evidence, say_count, say_number
from encuadre.sequence import place_events


def describe_told(
    own: pd.DataFrame,
    events: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    names: Mapping[str, str],
    *,
    possible: Set[tuple[str, str]],
) -> str:
    """Say in a sentence what an outlet tells of the events traced, alone or not, and leaves out.

    Parameters
    ----------
    own : DataFrame
        The outlet's rows of `articles`.
    events, sentences, articles : DataFrame
        The tables of those names.
    names : mapping
        Label by event id.
    possible : set of (event, article_id)
        As `list_possible` gives it.
    """
    table = events.merge(articles[["article_id", "outlet"]], on="article_id")
    mine = table[table["article_id"].isin(own["article_id"])]
    if mine.empty:
        return "It tells none of the events traced." if len(names) else ""
    counts = mine["event"].value_counts()
    text = _say_weight(own, mine, sentences, names)
    others = table[~table["article_id"].isin(own["article_id"])]
    by = others.groupby("event")["outlet"].nunique()
    rivals = articles["outlet"].nunique() - 1
    alone = [e for e in names if e in counts.index and e not in by.index]
    left = [
        e
        for e in names
        if e not in counts.index
        and by.get(e, 0) > max(1, rivals / 2)
        and any((e, a) in possible for a in own["article_id"])
    ]
    if alone and rivals > 1:
        text += f"; {say_count(len(alone), 'event')} {'is' if len(alone) == 1 else 'are'} told nowhere else"
    if left:
        most = max(left, key=lambda e: (int(by[e]), -list(names).index(e)))
        text += f"; it leaves out “{link_evidence(escape_markdown(names[most]), event=most)}”, which {say_number(int(by[most]))} others tell"
    return text + "."


def _say_weight(
    own: pd.DataFrame, mine: pd.DataFrame, sentences: pd.DataFrame, names: Mapping[str, str]
) -> str:
    """What comes first and what fills most sentences; events that tie are all named."""
    counts, ids = mine["event"].value_counts(), ",".join(own["article_id"])
    size = int(counts.max())
    longest = [e for e in names if counts.get(e, 0) == size]
    if len(longest) == 1:
        much = f"({link_evidence(say_count(size, 'sentence'), article=ids, event=longest[0])})"
    else:
        much = f"({say_count(size, 'sentence')} each)"
    if len(counts) == 1:
        return f"Of the events traced it tells only {_name_events(longest, names)} {much}"
    dwells = f"dwells longest on {_name_events(longest, names, ids if len(longest) > 1 else '')}"
    level = len(longest) == len(counts)
    if level:
        dwells = f"gives each of its {say_count(len(counts), 'event')} the same room"
        much = f"({say_count(size, 'sentence')})"
    if len(own) > 1:
        return f"Of the events traced it {dwells} {much}"
    placed = place_events(mine, sentences).sort_values(["before", "sentence_id"], kind="stable")
    opening = set(placed.loc[placed["sentence_id"] == placed["sentence_id"].iloc[0], "event"])
    first = [e for e in names if e in opening]
    text = f"Of the events traced it comes first to {_name_events(first, names, '' if first == longest else ids)}"
    if level or not opening <= set(longest):
        return f"{text} {'and' if level or opening & set(longest) else 'but'} {dwells} {much}"
    rest = [e for e in longest if e not in opening]
    also = f" and on {_name_events(rest, names, ids)}" if rest else ""
    return f"{text} and dwells longest on {'it' if len(first) == 1 else 'them'}{also} {much}"


def _name_events(events: Sequence[str], names: Mapping[str, str], ids: str = "") -> str:
    """Events in quotation marks, each as a link where the ids of articles are given."""
    return join_words(
        [
            f"“{link_evidence(escape_markdown(names[e]), article=ids, event=e) if ids else escape_markdown(names[e])}”"
            for e in events
        ]
    )
