"""Events and quantities side by side: who tells what, in which words, with which figures."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from encuadre.events import place_events
from encuadre.prose import join_words, link_evidence, say_count, start_sentence


def describe_events(
    compared: pd.DataFrame, articles: pd.DataFrame, names: Mapping[str, str]
) -> list[str]:
    """Say how many events are told, which ones most outlets tell, and what only one tells."""
    told = _count_outlets(compared, articles)
    if told.empty or not told["outlets"].max():
        return ["None of the listed events is told."]
    total = articles["outlet"].nunique()
    found = told[told["outlets"] > 0]
    most = found[found["outlets"] == found["outlets"].max()]
    listed = [
        f"{names[str(e)]} ({link_evidence(say_count(int(r['outlets']), 'outlet'), event=e)})"
        for e, r in most.iterrows()
    ]
    share = (
        f"All {len(told)} events traced are"
        if len(found) == len(told)
        else f"Of {say_count(len(told), 'event')} traced, {say_count(len(found), 'is', 'are')}"
    )
    first = (
        f"{share} told by at least one of the {total} outlets. Told by most: {join_words(listed)}."
    )
    alone = found[found["outlets"] == 1]
    parts = []
    for outlet, group in alone.groupby("only", sort=False):
        parts.append(
            f"{outlet}: {join_words([link_evidence(names[str(e)], event=e) for e in group.index])}"
        )
    return [first, f"Told by one outlet only: {'; '.join(parts)}." if parts and total > 1 else ""]


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
    events: pd.DataFrame,
    compared: pd.DataFrame,
    sentences: pd.DataFrame,
    articles: pd.DataFrame,
    names: Mapping[str, str],
    *,
    most: int = 4,
) -> pd.DataFrame:
    """Return, for the events that most outlets tell, the first sentence of each outlet on it."""
    told = _count_outlets(compared, articles)
    shared = (
        told[told["outlets"] > 1]
        .sort_values(["outlets", "sentences"], ascending=False, kind="stable")
        .head(most)
    )
    table = events.merge(
        sentences[["sentence_id", "position", "text", "segment"]], on="sentence_id"
    ).merge(articles[["article_id", "outlet", "integrity"]], on="article_id")
    places = place_events(events, sentences).set_index(["event", "article_id"])["place"]
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
            body = part[part["segment"] == "body"]
            first = (body if len(body) else part).iloc[0]
            text = first["text"].replace("[", "(").replace("]", ")")
            text = text if len(text) <= 260 else text[:260].rsplit(" ", 1)[0] + " …"
            mark = "" if first["integrity"] == "intact" else " (altered copy)"
            ids = ",".join(part["article_id"].drop_duplicates())
            rows.append(
                {
                    "Event": names[str(event)],
                    "Outlet": outlet,
                    "In its words": link_evidence(text, ids=first["sentence_id"]) + mark,
                    "First told": places[event, part.iloc[0]["article_id"]],
                    "Sentences": link_evidence(str(len(part)), article=ids, event=event),
                }
            )
    columns = ["Event", "Outlet", "In its words", "First told", "Sentences"]
    result = pd.DataFrame(rows, columns=pd.Index(columns))
    result.loc[result.duplicated("Event"), "Event"] = ""
    return result


def prepare_quantities(
    matched: pd.DataFrame, articles: pd.DataFrame, names: Mapping[str, str]
) -> pd.DataFrame:
    """Return the matched quantities as the figure takes them: what, unit, outlet, value, label, altered."""
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
            "label": [f"{v:,.0f}" for v in value],
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
    return f"{hedge}{row.value:,.0f}"


def describe_quantities(
    matched: pd.DataFrame, articles: pd.DataFrame, names: Mapping[str, str]
) -> list[str]:
    """Say for each quantity that two outlets give how far its values lie apart, and why if the text says so."""
    table = matched.merge(articles[["article_id", "outlet"]], on="article_id")
    lines = []
    for quantity, group in table.groupby("quantity", sort=False):
        definite = group[group["precision"] != "order"]
        if definite["outlet"].nunique() < 2 or group["value"].nunique() < 2:
            continue
        listed = []
        for r in group.drop_duplicates(["outlet", "value", "counts"]).itertuples(index=False):
            what = f", {r.counts}" if r.counts not in ("", "not said") else ""
            period = (
                f" {r.period}"
                if r.period and not str(r.unit).endswith(r.period.removeprefix("a "))
                else ""
            )
            per = f" {r.unit.split(' per ')[1]}" if " per " in r.unit and not period else ""
            per = f" a{per}" if per else ""
            listed.append(
                f"{link_evidence(_say_value(r), ids=r.sentence_id)} in {r.outlet} ({(period or per).strip() or 'no period given'}{what})"
            )
        lines.append(f"**{start_sentence(names[str(quantity)])}**: {join_words(listed)}.")
    return lines or ["No figure is given by two outlets for the same thing."]


def tabulate_quantities(
    matched: pd.DataFrame, articles: pd.DataFrame, names: Mapping[str, str]
) -> pd.DataFrame:
    """Return every matched number: what, outlet, value, period, what it counts, the words."""
    table = matched.merge(articles[["article_id", "outlet", "integrity"]], on="article_id")
    rows = [
        {
            "Quantity": names[r.quantity],
            "Outlet": r.outlet,
            "Value": link_evidence(_say_value(r), ids=r.sentence_id),
            "Period": r.period,
            "Counts": r.counts,
            "In words": r.text + ("" if r.integrity == "intact" else " (altered copy)"),
        }
        for r in table.itertuples(index=False)
    ]
    result = pd.DataFrame(
        rows, columns=pd.Index(["Quantity", "Outlet", "Value", "Period", "Counts", "In words"])
    )
    result.loc[result.duplicated("Quantity"), "Quantity"] = ""
    return result
