"""Contrasts: gaps by hand, units, intervals against known ones, swapped groups, missing groups."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from encuadre.contrasts import (
    Contrast,
    Group,
    list_scale,
    measure_contrast,
    measure_gap,
    pick_samples,
)

STANCE = {"-1": -1.0, "0": 0.0, "1": 1.0}
OPTIONS = {"own_voice": "outlet", "seed": 1, "draws": 2000}


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


def make_shares(first: tuple[int, int], second: tuple[int, int]) -> pd.DataFrame:
    """Two articles: so many sentences of so many have the label."""
    return make_labels(
        [(a, "outlet", s, n) for a, (hit, n_all) in zip("ab", (first, second), strict=True)
         for s, n in (("1", hit), ("0", n_all - hit))]
    )  # fmt: skip


SHARE = Contrast("x", "stance_us", {"1": 1.0}, Group(("A",)), Group(("B",)))


def test_the_gap_by_hand():
    result = measure_contrast(CONTRAST, LABELS, **OPTIONS)
    assert (result["first"], result["second"]) == pytest.approx((-0.5, 2 / 3))
    assert result["estimate"] == pytest.approx(7 / 6) and result["n"] == 20
    assert 0 < result["low"] < result["estimate"] < result["high"]


def test_swapped_groups_mirror_the_interval():
    turned = Contrast("x", "stance_us", STANCE, CONTRAST.second, CONTRAST.first)
    straight, back = (measure_contrast(c, LABELS, **OPTIONS) for c in (CONTRAST, turned))
    mirrored = [-back[k] for k in ("estimate", "high", "low")]
    assert mirrored == pytest.approx([straight[k] for k in ("estimate", "low", "high")])


@pytest.mark.parametrize(
    ("voice", "mean", "n"), [("all", 2 / 32, 32), ("own", -0.5, 20), ("quoted", 1, 12)]
)
def test_voices_of_a_group(voice, mean, n):
    contrast = Contrast("x", "stance_us", STANCE, Group(("A",), voice), Group(("A", "B")))
    result = measure_contrast(contrast, LABELS, **OPTIONS)
    assert result["first"] == pytest.approx(mean) and result["n"] == n


def test_a_share_counts_all_other_labels_as_nought():
    result = measure_contrast(SHARE, LABELS, **OPTIONS)
    assert (result["first"], result["second"]) == pytest.approx((17 / 32, 2 / 3))


def test_numbers_need_no_values():
    table = LABELS.assign(weight=np.where(LABELS["outlet"] == "A", 0.25, 0.75))
    contrast = Contrast("x", "weight", {}, Group(("A",)), Group(("B",)))
    result = measure_contrast(contrast, table, **OPTIONS)
    assert result["estimate"] == pytest.approx(0.5) and result["n"] == 30
    assert list_scale(contrast) == (0.0, 1.0)


@pytest.mark.parametrize("hits", [(0, 22), (16, 58), (58, 58), (1, 43)])
def test_the_interval_of_a_share_is_that_of_jeffreys(hits):
    """Against a group of a million there is only the doubt of the one share."""
    table = make_shares(hits, hits)
    sample, _ = pick_samples(SHARE, table, own_voice="outlet")  # pyright: ignore
    gap = measure_gap((sample, sample), scale=(0.0, 1.0), seed=3, draws=60_000)
    share, n = hits[0] / hits[1], hits[1]
    low, high = beta.ppf([0.025, 0.975], hits[0] + 0.5, n - hits[0] + 0.5)
    # Squaring and adding: with the same share on both sides, low and high mirror each other.
    reach = math.hypot(share - min(low, share), max(high, share) - share)
    assert [-gap["low"], gap["high"]] == pytest.approx([reach, reach], abs=0.004)


def test_what_never_occurs_keeps_its_doubt():
    """None of 22 against 9 of 43: Fisher's exact test gives p = .023, a hundred tests would not."""
    table = make_shares((0, 22), (9, 43))
    once = measure_contrast(SHARE, table, **OPTIONS | {"draws": 20_000})
    often = measure_contrast(SHARE, table, **OPTIONS | {"draws": 20_000}, level=1 - 0.05 / 110)
    assert 0 < once["low"] < 0.1 and often["low"] < 0 < often["high"]


def test_the_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(5)
    covered = 0
    for seed in range(300):
        hits = rng.binomial([25, 40], [0.1, 0.35])
        table = make_shares((hits[0], 25), (hits[1], 40))
        found = measure_contrast(SHARE, table, own_voice="outlet", seed=seed, draws=400)
        covered += found["low"] <= 0.25 <= found["high"]
    assert 0.915 <= covered / 300 <= 0.985


def make_paragraphs() -> pd.DataFrame:
    """A: one paragraph of eight, unfavourable, and two of one, favourable; B: four of one, neutral."""
    table = make_labels(
        [("a", "outlet", "-1", 8), ("a", "outlet", "1", 2), ("b", "outlet", "0", 4)]
    )
    words = [5] * 8 + [30] * 2 + [10] * 4
    return table.assign(paragraph=[0] * 8 + [1, 2] + [0, 1, 2, 3], words=words)


@pytest.mark.parametrize(
    ("unit", "mean"), [("sentence", -0.6), ("paragraph", 1 / 3), ("word", 20 / 100)]
)
def test_units_by_hand(unit, mean):
    samples = pick_samples(CONTRAST, make_paragraphs(), own_voice="outlet")
    assert samples
    gap = measure_gap(samples, scale=(-1.0, 0.0, 1.0), seed=1, draws=0, unit=unit)
    assert gap["first"] == pytest.approx(mean) and gap["estimate"] == pytest.approx(-mean)
    assert math.isnan(gap["low"]) and math.isnan(gap["high"])


def test_sentences_that_hang_together_widen_the_interval_of_paragraphs():
    rows = [("a", "outlet", str(s), 6) for s in (-1, 1, -1, -1, 1, -1)] + [("b", "outlet", "0", 36)]
    table = make_labels(rows)
    table["paragraph"] = np.arange(72) // 6
    samples = pick_samples(CONTRAST, table, own_voice="outlet")
    assert samples
    widths = {}
    for drawn in ("sentences", "paragraphs"):
        gap = measure_gap(samples, scale=(-1.0, 0.0, 1.0), seed=1, draws=4000, drawn=drawn)
        widths[drawn] = gap["high"] - gap["low"]
    assert widths["paragraphs"] > 1.5 * widths["sentences"]


def test_articles_of_an_outlet_are_weighed_before_their_sentences():
    rows = [("a1", "outlet", "-1", 20), ("a2", "outlet", "1", 20), ("b", "outlet", "0", 40)]
    several = measure_contrast(CONTRAST, make_labels(rows), **OPTIONS)
    one = measure_contrast(
        CONTRAST, make_labels([(a[0], v, s, n) for a, v, s, n in rows]), **OPTIONS
    )
    assert several["estimate"] == pytest.approx(one["estimate"])
    assert several["high"] - several["low"] > 2 * (one["high"] - one["low"])


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from(["-1", "0", "1", ""]), min_size=1, max_size=30),
    st.integers(1, 6),
    st.sampled_from(["sentence", "paragraph", "word"]),
    st.sampled_from(["sentences", "paragraphs"]),
)
def test_intervals_hold_their_estimate_and_stay_on_the_scale(labels, long, unit, drawn):
    table = make_labels([("a", "outlet", s, 1) for s in labels] + [("b", "outlet", "0", 3)])
    table["paragraph"] = np.arange(len(table)) // long
    table["words"] = np.arange(len(table)) % 7
    samples = pick_samples(CONTRAST, table, own_voice="outlet")
    if samples is None:
        assert set(labels) == {""}
        return
    gap = measure_gap(samples, scale=(-1.0, 0.0, 1.0), seed=1, draws=50, unit=unit, drawn=drawn)
    assert -2 <= gap["low"] <= gap["estimate"] <= gap["high"] <= 2


def test_the_same_seed_draws_the_same_and_another_does_not():
    first, again, other = (
        measure_contrast(CONTRAST, LABELS, own_voice="outlet", seed=s, draws=100) for s in (1, 1, 2)
    )
    assert first == again and first["low"] != other["low"]


def test_rows_in_another_order_give_the_same():
    shuffled = LABELS.sample(frac=1, random_state=1)
    table = shuffled.sort_values("sentence_id")
    assert measure_contrast(CONTRAST, table, **OPTIONS) == measure_contrast(
        CONTRAST, LABELS, **OPTIONS
    )


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
