"""Agreement: Krippendorff's published examples, chance, fields and categories, F1 by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encuadre.agreement import (
    COLUMNS,
    MISSING,
    compare_coders,
    measure_alpha,
    score_labels,
)
from encuadre.schemas import check_table

BEN, GERRY = "aabbdcccedda", "babbbccceddd"


def make_coding(labels: str | list[str], *, field: str = "frame", start: int = 0) -> pd.DataFrame:
    ids = [f"x-{start + i:03d}" for i in range(len(labels))]
    return pd.DataFrame({"sentence_id": ids, field: list(labels)})


def test_binary_example_of_krippendorff_2011():
    # "Computing Krippendorff's alpha-reliability", example A: 14 zeros, 6 ones, 4 of 10 differ.
    result = measure_alpha("0100000010", "1110010000", seed=1)
    assert result["alpha"] == pytest.approx(1 - 19 * 4 / (14 * 6))
    assert round(result["alpha"], 3) == 0.095
    assert result["agreement"] == pytest.approx(0.6) and result["n"] == 10


def test_nominal_example_of_krippendorff_2011():
    # Example B: Ben and Gerry, twelve articles, five labels.
    assert round(measure_alpha(BEN, GERRY, seed=1)["alpha"], 3) == 0.692


def test_perfect_agreement_is_one_and_systematic_disagreement_below_zero():
    assert measure_alpha("ababab", "ababab", seed=1)["alpha"] == 1
    assert -1 <= measure_alpha("ababab", "bababa", seed=1)["alpha"] < 0


@pytest.mark.parametrize(("first", "second"), [("", ""), ("aaaa", "aaaa")])
def test_nothing_that_could_disagree_has_no_alpha(first, second):
    result = measure_alpha(first, second, seed=1)
    assert all(math.isnan(result[k]) for k in ("alpha", "low", "high"))
    assert result["n"] == len(first)


def test_chance_agreement_is_near_zero_and_inside_its_interval():
    rng = np.random.default_rng(3)
    first, second = (rng.choice(list("abc"), 600, p=[0.7, 0.2, 0.1]).tolist() for _ in range(2))
    result = measure_alpha(first, second, seed=1)
    assert result["agreement"] > 0.5  # percent agreement alone would look fair
    assert abs(result["alpha"]) < 0.1
    assert result["low"] <= 0 <= result["high"]


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=30))
def test_alpha_ignores_who_is_first_the_order_and_the_names(pairs):
    first, second = (list(side) for side in zip(*pairs, strict=True))
    alpha = measure_alpha(first, second, seed=1, draws=1)["alpha"]
    renamed = [[{"a": "z", "b": "y", "c": "x"}[v] for v in side] for side in (first, second)]
    for other in ((second, first), (first[::-1], second[::-1]), renamed):
        same = measure_alpha(*other, seed=1, draws=1)["alpha"]
        assert same == pytest.approx(alpha, nan_ok=True)
    assert math.isnan(alpha) or -1 <= alpha <= 1


def test_interval_holds_alpha_narrows_with_units_and_follows_the_seed():
    few, many = measure_alpha(BEN, GERRY, seed=1), measure_alpha(BEN * 20, GERRY * 20, seed=1)
    assert few["low"] <= few["alpha"] <= few["high"]
    assert many["high"] - many["low"] < few["high"] - few["low"]
    assert measure_alpha(BEN, GERRY, seed=1) == few
    assert measure_alpha(BEN, GERRY, seed=2)["low"] != few["low"]


def test_compare_coders_by_field_and_category():
    first, second = make_coding("aabb"), make_coding("aab" + "c")
    table = compare_coders(first, second, names=("one", "two"), fields=["frame", "none"], seed=1)
    check_table(table, "agreement")
    assert list(table.columns) == COLUMNS
    assert table["category"].tolist() == ["all", "a", "b", "c"]
    rows = table.set_index("category")
    assert rows.loc["all", "agreement"] == 0.75 and rows.loc["a", "alpha"] == 1
    # c against others: 1 of 8 values is c, 1 of 4 units differs: 1 - 7 * 1 / (7 * 1)
    assert rows.loc["c", "alpha"] == pytest.approx(0)
    assert set(table["coder_a"]) == {"one"} and set(table["n"]) == {4}


def test_only_shared_sentences_count_and_an_empty_label_is_a_label():
    first, second = make_coding(["a", "", "b"]), make_coding(["", "b", "b"], start=1)
    table = compare_coders(first, second, names=("one", "two"), fields=["frame"], seed=1)
    assert table["category"].tolist() == ["all", MISSING, "b"]
    assert table.iloc[0]["n"] == 2 and table.iloc[0]["agreement"] == 1


def test_no_shared_field_gives_an_empty_table():
    table = compare_coders(
        make_coding("ab"),
        make_coding("ab", field="voice"),
        names=("1", "2"),
        fields=["frame"],
        seed=1,
    )
    assert table.empty and list(table.columns) == COLUMNS


def test_scores_by_hand():
    table = score_labels(make_coding("aaabc"), make_coding("aabbb"), field="frame")
    rows = table.set_index("category")
    assert tuple(rows.loc["a", ["precision", "recall", "f1"]]) == pytest.approx((2 / 3, 1, 4 / 5))
    assert tuple(rows.loc["b", ["precision", "recall", "f1"]]) == pytest.approx((1, 1 / 3, 1 / 2))
    assert rows.loc["c", "n"] == 0 and math.isnan(rows.loc["c", "recall"])
    # A label that the reference never uses has no part in the mean.
    assert rows.loc["macro", "f1"] == pytest.approx((4 / 5 + 1 / 2) / 2)
    assert rows.loc["macro", "n"] == rows.loc["macro", "predicted"] == 5
