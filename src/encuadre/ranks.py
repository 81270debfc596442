"""Who leads, and how many to name: a rank is claimed only where the figures lie clearly apart."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

APART = 0.1
_EXACT = 1e-9


def lie_apart(a: pd.Series, b: pd.Series) -> bool:
    """Whether two shares differ by `APART` (ten percentage points), or their intervals do not meet.

    Parameters
    ----------
    a, b : Series
        estimate, low and high.
    """
    wide = abs(a["estimate"] - b["estimate"]) >= APART - _EXACT
    return bool(wide or a["low"] > b["high"] or b["low"] > a["high"])


def find_leaders(rows: pd.DataFrame, *, lowest: bool = False) -> list[str]:
    """Return the fewest outlets at the top, at most half of all, that lie apart from all the rest.

    Parameters
    ----------
    rows : DataFrame
        estimate, low and high, indexed by outlet.
    lowest : bool
        Whether to look at the bottom instead.

    Returns
    -------
    list of str
        In order; empty where nobody can be told apart.
    """
    order = rows.sort_values("estimate", ascending=lowest, kind="stable")
    parts = [row for _, row in order.iterrows()]
    for k in range(1, len(parts) // 2 + 1):
        if all(lie_apart(a, b) for a in parts[:k] for b in parts[k:]):
            return [str(outlet) for outlet in order.index[:k]]
    return []


def count_leading(values: Sequence[float], *, most: int) -> int:
    """Return how many of falling values to name without parting equal ones.

    That is `most`, or one more where the next is equal; where more are equal, only those above
    them, and none where all are.
    """
    if len(values) <= most:
        return len(values)
    edge = values[most - 1]
    equal = sum(v >= edge - _EXACT for v in values)
    return equal if equal <= most + 1 else sum(v > edge + _EXACT for v in values)
