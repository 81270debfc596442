"""The rows of the estimates table that a figure shows: one a cell, over articles and methods."""

from __future__ import annotations

import math

import pandas as pd

from encuadre.errors import EncuadreError
from encuadre.figures.words import WHOLE, weakest
from encuadre.strength import FEW

COLUMNS = [
    "measure",
    "article_id",
    "outlet",
    "voice",
    "target",
    "category",
    "estimate",
    "low",
    "high",
    "n",
    "method",
    "strength",
]
METHODS = {
    "coded": "from the coding by reading",
    "corrected": "corrected for the model’s errors by a coded sample (n: sentences coded)",
    "raw": "the model’s own, not corrected",
}


def check_columns(table: pd.DataFrame, columns: list[str], name: str) -> None:
    """Raise EncuadreError unless the table has all columns."""
    missing = [column for column in columns if column not in table]
    if missing:
        raise EncuadreError(
            f"The {name} table lacks {', '.join(missing)}. Expected the columns "
            f"{', '.join(columns)}; it has {', '.join(map(str, table.columns))}."
        )


def pool_articles(rows: pd.DataFrame) -> pd.Series:
    """One estimate from the articles of an outlet.

    A row for the whole outlet (article_id "all" or "") is taken as it is. Else article estimates
    are averaged with weights n and their intervals combined as those of independent estimates.
    """
    whole = rows[rows["article_id"].fillna("").isin(WHOLE)]
    if len(whole):
        return whole.iloc[0]
    if len(rows) == 1:
        return rows.iloc[0]
    known = rows[rows["estimate"].notna()]
    pooled = rows.iloc[0].copy()
    pooled["article_id"] = "all"
    pooled["n"] = rows["n"].sum()
    pooled["strength"] = weakest(known["strength"]) or "cannot_tell"
    if not len(known):
        return pooled
    weights = known["n"].clip(lower=0).astype(float)
    weights = weights / weights.sum() if weights.sum() else weights * 0 + 1 / len(known)
    mean = float((weights * known["estimate"]).sum())
    below = math.sqrt(
        float(((weights * (known["estimate"] - known["low"])) ** 2).sum(skipna=False))
    )
    above = math.sqrt(
        float(((weights * (known["high"] - known["estimate"])) ** 2).sum(skipna=False))
    )
    pooled["estimate"], pooled["low"], pooled["high"] = mean, mean - below, mean + above
    return pooled


def pick_estimates(
    estimates: pd.DataFrame,
    *,
    measure: str,
    target: str | None = None,
    voices: tuple[str, ...] | None = None,
    method: str | None = None,
) -> pd.DataFrame:
    """The rows of one measure: one for each outlet, voice and category.

    Parameters
    ----------
    estimates : DataFrame
        The estimates table, with any number of articles an outlet.
    method : {"raw", "corrected", "coded"}, optional
        By default the best that there is for each row: coded, else corrected, else raw.

    Raises
    ------
    EncuadreError
        If a column is missing.
    """
    check_columns(estimates, COLUMNS, "estimates")
    rows = estimates[estimates["measure"] == measure]
    if target is not None:
        rows = rows[rows["target"].fillna("") == target]
    if voices is not None:
        rows = rows[rows["voice"].isin(voices)]
    rows = rows.assign(category=rows["category"].astype(str)).reset_index(drop=True)
    if method:
        rows = rows[rows["method"] == method]
    else:
        ranked = rows.sort_values("method", key=lambda m: m.map(list(METHODS).index), kind="stable")
        rows = ranked.drop_duplicates(COLUMNS[:6]).sort_index()
    keys = ["outlet", "voice", "category"]
    if not rows.duplicated(keys).any():
        return rows[COLUMNS].reset_index(drop=True)
    groups = [pool_articles(group) for _, group in rows.groupby(keys, sort=False)]
    return pd.DataFrame(groups, columns=COLUMNS).reset_index(drop=True)


def drop_few(rows: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Rows without the estimates that rest on fewer than `FEW` sentences, and a note where there are."""
    few = (rows["n"] < FEW) & rows["estimate"].notna()
    kept = rows.copy()
    kept.loc[few, ["estimate", "low", "high"]] = math.nan
    return kept, f" Fewer than {FEW} sentences are not drawn." if few.any() else ""


def say_method(rows: pd.DataFrame) -> str:
    """A sentence for the note on how the estimates were made, by outlet where they differ."""
    found = [m for m in METHODS if (rows["method"] == m).any()]
    if len(found) < 2:
        return "".join(f"Estimates are {METHODS[m]}." for m in found)
    parts = []
    for method in found:
        outlets = rows.loc[rows["method"] == method, "outlet"].drop_duplicates()
        parts.append(f"{METHODS[method]}: {', '.join(outlets)}")
    return f"Estimates are {'; '.join(parts)}."
