"""Ranks: who lies clearly apart, worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from encuadre.ranks import count_leading, find_leaders


def make_rows(reach: float, **shares: float) -> pd.DataFrame:
    table = pd.DataFrame({"estimate": pd.Series(shares)})
    return table.assign(low=table["estimate"] - reach, high=table["estimate"] + reach)


def test_leaders_lie_apart_from_all_the_rest():
    shares = {"a": 0.95, "b": 0.84, "c": 0.72, "d": 0.38, "e": 0.36}
    assert find_leaders(make_rows(0.2, **shares)) == ["a"]
    assert find_leaders(make_rows(0.2, **shares), lowest=True) == ["e", "d"]
    assert find_leaders(make_rows(0.005, **shares), lowest=True) == ["e"]  # intervals apart
    assert find_leaders(make_rows(0.2, a=0.5, b=0.4)) == ["a"]  # ten points just suffice
    assert find_leaders(make_rows(0.2, a=0.5, b=0.41)) == []
    assert find_leaders(make_rows(0.2, a=0.5, b=0.45, c=0.1)) == []  # two of three are no top
    assert find_leaders(make_rows(0.2, a=0.5)) == []


@pytest.mark.parametrize(
    ("values", "count"),
    [([3, 2], 2), ([3, 2, 1], 2), ([3, 2, 2], 3), ([3, 2, 2, 2], 1), ([2, 2, 2, 2], 0), ([], 0)],
)
def test_equal_values_are_not_parted(values: list[float], count: int):
    assert count_leading(values, most=2) == count
