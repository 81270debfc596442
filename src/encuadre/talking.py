"""What the outlets talk about, in words and tables."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from encuadre.estimates import prefer_coded
from encuadre.prose import (
    escape_markdown,
    join_words,
    link_evidence,
    link_source,
    list_articles,
    say_count,
    say_interval,
    say_number,
    say_percent,
)
from encuadre.topic_choice import SAME, STABLE

UNSTABLE = "not stable: read with care"


def describe_topics(
    topic_words: pd.DataFrame,
    estimates: pd.DataFrame,
    names: Sequence[str],
    *,
    stability: pd.DataFrame,
    articles: pd.DataFrame,
) -> list[str]:
    """Say what the topics are, which outlet gives each most room, and which do not hold."""
    table = prefer_coded(
        estimates[(estimates["measure"] == "topic") & (estimates["article_id"] == "")]
    )
    steady = stability.set_index("topic")["stable"]
    lines = []
    for topic, name in enumerate(names):
        rows = table[table["category"] == str(topic)].sort_values("estimate", ascending=False)
        if len(rows) < 2:
            continue
        mark = "" if steady[topic] else f" ({UNSTABLE})"
        lines.append(
            f"**{escape_markdown(name)}**{mark} takes {_link_share(rows.iloc[0], articles)} of "
            f"{escape_markdown(rows['outlet'].iloc[0])} and {_link_share(rows.iloc[-1], articles)} "
            f"of {escape_markdown(rows['outlet'].iloc[-1])}"
        )
    count = say_count(topic_words["topic"].nunique(), "topic")
    first = f"The words of the articles fall into {count}, each with a name from the study, or else a number and the three words that weigh most in it."
    if lines:
        first += " With 95% intervals: " + "; ".join(lines) + "."
    return [first, describe_topic_stability(stability, names)]


def mark_names(names: Sequence[str], stability: pd.DataFrame) -> dict[str, str]:
    """Return the names by topic, those that are not stable marked so."""
    steady = stability.set_index("topic")["stable"]
    return {str(i): n if steady[i] else f"{n} ({UNSTABLE})" for i, n in enumerate(names)}


def _link_share(row: pd.Series, articles: pd.DataFrame) -> str:
    share = link_evidence(
        say_percent(row["estimate"]),
        article=list_articles(articles, row["outlet"]),
        topic=row["category"],
    )
    return f"{share} ({say_interval(row['low'], row['high'], percent=True)})"


def describe_topic_stability(stability: pd.DataFrame, names: Sequence[str]) -> str:
    """Say which topics come back when a fifth of the paragraphs is left out."""
    shaky = stability[~stability["stable"]]
    rule = f"average Jaccard similarity of the top words, {STABLE:g} or more"
    if shaky.empty:
        low = stability["stability"].min()
        every = "Both topics come" if len(stability) == 2 else "Every topic comes"
        return (
            f"{every} back when a fifth of the paragraphs is left out ({rule}): "
            f"the least stable reaches {low:.2f}."
        )
    listed = [
        f"**{escape_markdown(names[t])}** ({s:.2f})"
        for t, s in zip(shaky["topic"], shaky["stability"], strict=True)
    ]
    verb = "does" if len(listed) == 1 else "do"
    return (
        f"{join_words(listed)} {verb} not come back reliably when a fifth of the paragraphs is left "
        f"out ({rule}, would be stable): read {'it' if len(listed) == 1 else 'them'} with care."
    )


def describe_choice(scores: pd.DataFrame, *, by_hand: bool) -> str:
    """Say how clearly the number of topics follows from the scores."""
    used = scores[scores["chosen"]].iloc[0]
    others = scores[~scores["chosen"]]
    count = say_count(int(used["k"]), "topic")
    if others.empty:
        return f"These texts allow {count} and no other number."
    hand = " The number was set by hand." if by_hand else ""
    near = others[(others["stability"] - used["stability"]).abs() <= SAME]
    start = f"With {count} stability is {used['stability']:.2f}"
    if len(near):
        counts = join_words([say_number(int(k)) for k in near["k"]])
        verb = "is" if len(near) == 1 else "are"
        return (
            f"{start}; {counts} {verb} as stable, within {SAME:g}. The texts do not fix the number: "
            f"take these topics as one of several fair divisions.{hand}"
        )
    best = others.loc[others["stability"].idxmax()]
    next_best = (
        f"with {say_number(int(best['k']))}, the best of the others, {best['stability']:.2f}"
    )
    larger = scores[scores["k"] > used["k"]]
    spoilt = len(larger) and (larger["unstable"] > 0).all() and not used["unstable"]
    more = " Every larger number that was tried brings in a topic that is not stable."
    return f"{start}; {next_best}.{more if spoilt else ''}{hand}"


def tabulate_topics(
    words: pd.DataFrame,
    picked: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    names: Sequence[str],
    *,
    stability: pd.DataFrame,
) -> pd.DataFrame:
    """Return each topic with its words, its stability and its telling sentences."""
    table = picked.merge(sentences[["sentence_id", "article_id", "text"]], on="sentence_id")
    table = table.merge(articles[["article_id", "outlet", "integrity"]], on="article_id")
    held = stability.set_index("topic")
    rows = []
    for topic, name in enumerate(names):
        top = words[words["topic"] == topic].sort_values("rank")["word"].tolist()
        found = held.loc[topic]
        said = f"{found['stability']:.2f}" + ("" if found["stable"] else f", {UNSTABLE}")
        for r in table[table["topic"] == topic].itertuples(index=False):
            rows.append(
                {"Topic": name, "Words": f"{', '.join(top)} (stability {said})", "Outlet": r.outlet,
                 "Sentence": link_source(r.text, r.integrity, limit=200, ids=r.sentence_id)}
            )  # fmt: skip
    head = ["Topic", "Words", "Outlet", "Sentence"]
    result = pd.DataFrame(rows, columns=pd.Index(head))
    result.loc[result.duplicated("Topic"), head[:2]] = ""
    return result
