"""The numbers behind each figure as a table, every one a link to its sentences."""

from __future__ import annotations

from collections.abc import Mapping, Set

import pandas as pd

from encuadre.estimates import prefer_coded
from encuadre.prose import link_evidence, say_interval, say_percent, say_signed, start_sentence
from encuadre.strength import FEW


def tabulate_shares(
    estimates: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    measure: str,
    labels: Mapping[str, str],
    target: str = "",
) -> pd.DataFrame:
    """Return shares by category and outlet, over all voices.

    Parameters
    ----------
    estimates, articles : DataFrame
        The tables of those names.
    measure : str
        The measure to show.
    labels : mapping
        Name shown by category, in the order of the rows.
    target : str
        Id of the target, for stance.

    Returns
    -------
    DataFrame
        One row a category and one for n, one column an outlet. A stance of fewer than `FEW`
        sentences has no share.
    """
    rows = prefer_coded(
        estimates[(estimates["measure"] == measure) & (estimates["article_id"] == "")]
    )
    rows = rows[(rows["voice"] == "all") & (rows["target"] == target)]
    table: dict[str, list[str]] = {
        start_sentence(measure): [start_sentence(name) for name in labels.values()] + ["n"]
    }
    for outlet, ids in _list_articles(articles).items():
        own = rows[rows["outlet"] == outlet].set_index("category")
        cells = []
        if measure == "stance" and len(own) and 0 < own["n"].max() < FEW:
            n = link_evidence(str(int(own["n"].max())), article=ids, target=target)
            table[outlet] = [*["too few"] * len(labels), n]
            continue
        for category in labels:
            share = own["estimate"].get(category, float("nan"))
            filters = {"article": ids, measure: category, "target": target}
            cells.append("" if pd.isna(share) else link_evidence(say_percent(share), **filters))
        table[outlet] = [*cells, str(int(own["n"].max())) if len(own) else "0"]
    return pd.DataFrame(table)


def tabulate_means(estimates: pd.DataFrame, articles: pd.DataFrame, *, target: str) -> pd.DataFrame:
    """Return mean stance toward a target by outlet, own voice and quoted voices, with interval and n.

    Fewer than `FEW` sentences have no mean.
    """
    rows = prefer_coded(
        estimates[(estimates["measure"] == "stance") & (estimates["article_id"] == "")]
    )
    rows = rows[(rows["category"] == "mean") & (rows["target"] == target)]
    table = []
    for outlet, ids in _list_articles(articles).items():
        line = {"Outlet": outlet}
        for voice, name in (("own", "Own voice"), ("quoted", "Quoted voices")):
            found = rows[(rows["outlet"] == outlet) & (rows["voice"] == voice) & (rows["n"] > 0)]
            if len(found) and found["n"].iloc[0] < FEW:
                n = str(int(found["n"].iloc[0]))
                few = link_evidence(n, article=ids, voice=voice, target=target)
                line |= {name: "too few", f"{name}: 95% interval": "", f"{name}: n": few}
                continue
            if found.empty:
                line |= {name: "not mentioned", f"{name}: 95% interval": "", f"{name}: n": "0"}
                continue
            row = found.iloc[0]
            mean = say_signed(float(row["estimate"]))
            line[name] = link_evidence(mean, article=ids, voice=voice, target=target)
            line[f"{name}: 95% interval"] = say_interval(row["low"], row["high"])
            line[f"{name}: n"] = str(int(row["n"]))
        table.append(line)
    return pd.DataFrame(table)


def tabulate_events(
    compared: pd.DataFrame,
    articles: pd.DataFrame,
    names: Mapping[str, str],
    *,
    possible: Set[tuple[str, str]],
) -> pd.DataFrame:
    """Return the number of sentences that tell each event, by outlet.

    Parameters
    ----------
    possible : set of (event, article_id)
        As `list_possible` gives it; "later" stands where the event is younger than the articles.
    """
    placed = compared.merge(articles[["article_id", "outlet"]], on="article_id")
    counts = placed.groupby(["event", "outlet"])["sentences"].sum()
    table: dict[str, list[str]] = {"Event": list(names.values())}
    for outlet, ids in _list_articles(articles).items():
        cells = []
        for event in names:
            n = int(counts.get((event, outlet), 0))
            open_to = any((event, article) in possible for article in ids.split(","))
            none = "0" if open_to else "later"
            cells.append(link_evidence(str(n), article=ids, event=event) if n else none)
        table[outlet] = cells
    return pd.DataFrame(table)


def _list_articles(articles: pd.DataFrame) -> dict[str, str]:
    """Ids of the articles by outlet, as the filter `article` takes them."""
    return {str(o): ",".join(g["article_id"]) for o, g in articles.groupby("outlet", sort=False)}
