"""Contrasts in every way to count: gaps by hand, signs, missing groups and fields."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from encuadre.multiverse import (
    Contrast,
    Group,
    Way,
    list_ways,
    measure_contrast,
    measure_stability,
    share_holding,
)

STANCE = {"-1": -1.0, "0": 0.0, "1": 1.0}
OPTIONS = {"own_voice": "outlet", "seed": 1, "draws": 300}


def make_labels(rows: list[tuple[str, str, str, int]]) -> pd.DataFrame:
    """Rows of article, voice, stance and how many sentences; the outlet is the id's first letter."""
    flat = [(a, a[0].upper(), v, s) for a, v, s, n in rows for _ in range(n)]
    table = pd.DataFrame(flat, columns=pd.Index(["article_id", "outlet", "voice", "stance_us"]))
    return table.assign(sentence_id=[f"s-{i:03d}" for i in range(len(table))])


LABELS = make_labels(
    [("a", "outlet", "-1", 15), ("a", "outlet", "1", 5), ("a", "expert", "1", 12), ("a", "expert", "", 9),
     ("b", "outlet", "0", 10), ("b", "outlet", "1", 20)]
)  # fmt: skip
CONTRAST = Contrast("x", "stance_us", STANCE, Group(("A",), "own"), Group(("B",), "own"))


def test_the_gap_by_hand():
    result = measure_contrast(CONTRAST, LABELS, **OPTIONS)
    assert (result["first"], result["second"]) == pytest.approx((-0.5, 2 / 3))
    assert result["estimate"] == pytest.approx(7 / 6) and result["n"] == 20
    assert 0 < result["low"] < result["estimate"] < result["high"]


def test_swapped_groups_flip_the_sign():
    turned = Contrast("x", "stance_us", STANCE, CONTRAST.second, CONTRAST.first)
    straight, back = (measure_contrast(c, LABELS, **OPTIONS) for c in (CONTRAST, turned))
    assert back["estimate"] == pytest.approx(-straight["estimate"])
    assert (back["first"], back["second"]) == (straight["second"], straight["first"])
    assert back["low"] < back["high"] < 0


@pytest.mark.parametrize(
    ("voice", "mean", "n"), [("all", 2 / 32, 32), ("own", -0.5, 20), ("quoted", 1, 12)]
)
def test_voices_of_a_group(voice, mean, n):
    contrast = Contrast("x", "stance_us", STANCE, Group(("A",), voice), Group(("A", "B")))
    result = measure_contrast(contrast, LABELS, **OPTIONS)
    assert result["first"] == pytest.approx(mean) and result["n"] == n


def test_a_share_counts_all_other_labels_as_nought():
    contrast = Contrast("x", "stance_us", {"1": 1.0}, Group(("A",)), Group(("B",)))
    result = measure_contrast(contrast, LABELS, **OPTIONS)
    assert (result["first"], result["second"]) == pytest.approx((17 / 32, 2 / 3))


@pytest.mark.parametrize(
    "contrast",
    [
        Contrast("x", "stance_us", STANCE, Group(("A",)), Group(("C",))),
        Contrast("x", "stance_us", STANCE, Group(("B",), "quoted"), Group(("A",))),
        Contrast("x", "stance_mars", STANCE, Group(("A",)), Group(("B",))),
    ],
    ids=["no such outlet", "no quoted voice", "no such field"],
)
def test_an_empty_group_has_no_gap(contrast):
    result = measure_contrast(contrast, LABELS, **OPTIONS)
    assert result["n"] == 0 and math.isnan(result["estimate"]) and math.isnan(result["low"])


def test_stability_counts_the_ways_that_keep_the_sign():
    flipped = LABELS.assign(outlet=LABELS["outlet"].map({"A": "B", "B": "A"}))
    tables = {
        "reference": LABELS,
        "models": LABELS,
        "ben": flipped,
        "zoe": LABELS.drop(columns="stance_us"),
    }
    ways = [Way(name, "all", table) for name, table in tables.items()]
    stability = measure_stability([CONTRAST], ways, own_voice="outlet", seed=1, draws=50)
    assert stability["holds"].tolist() == [True, True, False, False]
    assert stability["estimate"].isna().tolist() == [False, False, False, True]
    # The way that lacks the field is not counted: one of two others holds.
    assert share_holding(stability, "x") == 0.5
    assert math.isnan(share_holding(stability, "y"))
    assert math.isnan(share_holding(stability.head(1), "x"))


def test_no_contrast_gives_an_empty_table():
    table = measure_stability([], [Way("models", "all", LABELS)], own_voice="outlet", seed=1)
    assert table.empty and "holds" in table


def test_ways_are_sources_of_labels_with_and_without_headlines():
    sentences = pd.DataFrame(
        {"sentence_id": ["a-0", "a-1"], "article_id": "a", "segment": ["headline", "body"]}
    )
    articles = pd.DataFrame({"article_id": ["a"], "outlet": ["A"]})
    rows = [(s, c, "voice", "outlet", "1") for c in ("ana", "adjudicated") for s in ("a-0", "a-1")]
    columns = ["sentence_id", "coder", "field", "label", "codebook_version"]
    codings = pd.DataFrame(rows, columns=pd.Index(columns))
    raw = sentences[["sentence_id", "article_id"]].assign(outlet="A", voice="outlet")
    ways = list_ways({"raw": raw, "coded": raw}, sentences, articles, codings)
    assert [(w.labels, w.segments, len(w.table)) for w in ways] == [
        ("reference", "all", 2), ("reference", "body only", 1), ("ana", "all", 2),
        ("ana", "body only", 1), ("models", "all", 2), ("models", "body only", 1),
    ]  # fmt: skip
    alone = list_ways({"raw": raw}, sentences, articles, codings.iloc[:0])
    assert [(w.labels, w.segments) for w in alone] == [("models", "all"), ("models", "body only")]
