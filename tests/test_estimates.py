"""Estimates: shares and means by hand, exact bounds, drawing again, coded before raw."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from encuadre.bootstrap import draw_counts
from encuadre.estimates import (
    COLUMNS,
    estimate_events,
    estimate_field,
    estimate_shares,
    estimate_weights,
    label_by_coding,
    label_by_model,
    lay_out_labels,
    measure_reliability,
    prefer_coded,
)
from encuadre.schemas import check_table

STANCE = {"field": "stance_us", "measure": "stance", "target": "us", "categories": ["-1", "0", "1"]}
OPTIONS = {"own_voice": "outlet", "seed": 3, "draws": 400}


def make_labels(rows: list[tuple[str, str, str, int]]) -> pd.DataFrame:
    """Rows of article, voice, stance and how many sentences; the outlet is the id's first letter."""
    flat = [(a, a[0].upper(), v, s) for a, v, s, n in rows for _ in range(n)]
    table = pd.DataFrame(flat, columns=pd.Index(["article_id", "outlet", "voice", "stance_us"]))
    return table.assign(sentence_id=[f"s-{i:03d}" for i in range(len(table))])


def make_study(counts: dict[str, int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [(f"{a}-{i:03d}", a) for a, n in counts.items() for i in range(n)]
    sentences = pd.DataFrame(rows, columns=pd.Index(["sentence_id", "article_id"]))
    sentences["segment"] = "body"
    articles = pd.DataFrame({"article_id": list(counts), "outlet": [a[0].upper() for a in counts]})
    return sentences, articles


def make_codings(sheets: dict[str, list[dict[str, str]]]) -> pd.DataFrame:
    rows = [
        (row["sentence_id"], coder, field, label, "1")
        for coder, lines in sheets.items()
        for row in lines
        for field, label in row.items()
        if field != "sentence_id"
    ]
    columns = ["sentence_id", "coder", "field", "label", "codebook_version"]
    return pd.DataFrame(rows, columns=pd.Index(columns))


def find(table: pd.DataFrame, **wanted: str) -> pd.Series:
    for column, value in wanted.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_shares_and_means_by_hand():
    labels = make_labels(
        [
            ("a", "outlet", "-1", 6),
            ("a", "outlet", "1", 2),
            ("a", "expert", "0", 4),
            ("a", "expert", "", 9),
        ]
    )
    table = estimate_shares(
        labels,
        **STANCE,
        method="raw",
        voices=("all", "own", "quoted", "expert"),
        mean=True,
        **OPTIONS,
    )
    check_table(table, "estimates")
    assert list(table.columns) == COLUMNS
    everyone = {"article_id": "", "voice": "all"}
    assert find(table, category="-1", **everyone)["estimate"] == 6 / 12
    assert find(table, category="mean", **everyone)["estimate"] == pytest.approx((2 - 6) / 12)
    assert find(table, category="mean", article_id="", voice="own")["estimate"] == -0.5
    for voice in ("quoted", "expert"):
        row = find(table, category="0", article_id="a", voice=voice)
        assert (row["estimate"], row["n"]) == (1, 4)  # the nine without a stance take no part
    shares = table[table["category"] != "mean"]
    assert shares.groupby(["article_id", "voice"])["estimate"].sum().to_numpy() == pytest.approx(1)
    assert (table["low"] <= table["estimate"]).all() and (table["estimate"] <= table["high"]).all()


def test_bounds_at_none_and_all_are_exact():
    labels = make_labels([("a", "outlet", "-1", 20)])
    table = estimate_shares(labels, **STANCE, method="raw", mean=True, **OPTIONS)
    none, every = (find(table, article_id="a", category=c) for c in ("1", "-1"))
    bound = 1 - 0.025 ** (1 / 20)  # the chance of 20 misses is 2.5% at this share
    assert (none["low"], none["high"]) == pytest.approx((0, bound))
    assert (every["low"], every["high"]) == pytest.approx((1 - bound, 1))
    mean = find(table, article_id="a", category="mean")
    assert (mean["low"], mean["high"]) == pytest.approx((-1, -1 + 2 * bound))


def test_means_at_the_middle_reach_both_ways():
    labels = make_labels([("a", "outlet", "0", 20)])
    table = estimate_shares(labels, **STANCE, method="raw", mean=True, **OPTIONS)
    bound = 1 - 0.025 ** (1 / 20)
    mean = find(table, article_id="a", category="mean")
    assert (mean["low"], mean["high"]) == pytest.approx((-bound, bound))


def test_intervals_narrow_with_sentences_and_follow_the_seed():
    few, many = (
        make_labels([("a", "outlet", "-1", n), ("a", "outlet", "1", n)]) for n in (10, 200)
    )
    one, two = (estimate_shares(t, **STANCE, method="raw", **OPTIONS) for t in (few, many))
    width = [find(t, article_id="a", category="1")[["low", "high"]] for t in (one, two)]
    assert width[1]["high"] - width[1]["low"] < (width[0]["high"] - width[0]["low"]) / 3
    again = estimate_shares(few, **STANCE, method="raw", **OPTIONS)
    pd.testing.assert_frame_equal(one, again)


def test_the_interval_is_that_of_the_binomial():
    labels = make_labels([("a", "outlet", "-1", 50), ("a", "outlet", "1", 50)])
    table = estimate_shares(labels, **STANCE, method="raw", own_voice="outlet", seed=1, draws=4000)
    row = find(table, article_id="a", category="1")
    assert (row["low"], row["high"]) == pytest.approx((0.5 - 0.098, 0.5 + 0.098), abs=0.015)


def test_a_voice_without_sentences_has_no_figure_and_cannot_tell():
    labels = make_labels([("a", "outlet", "-1", 20), ("b", "expert", "-1", 20)])
    table = estimate_shares(labels, **STANCE, method="raw", voices=("own",), mean=True, **OPTIONS)
    empty = table[table["outlet"] == "B"]
    assert len(empty) == 8 and empty["estimate"].isna().all() and (empty["n"] == 0).all()
    assert set(empty["strength"]) == {"cannot_tell"}


def test_articles_that_differ_widen_the_interval_of_their_outlet():
    apart = make_labels([("a1", "outlet", "-1", 40), ("a2", "outlet", "1", 40)])
    alike = make_labels([(a, "outlet", s, 20) for a in ("a1", "a2") for s in ("-1", "1")])
    width = []
    for labels in (apart, alike):
        row = find(
            estimate_shares(labels, **STANCE, method="raw", **OPTIONS), article_id="", category="1"
        )
        assert row["estimate"] == 0.5 and row["n"] == 80
        width.append(row["high"] - row["low"])
    assert width[0] > 3 * width[1]


def test_drawn_counts_keep_their_total():
    one = draw_counts([np.array([3, 7])], seed=1, draws=50)
    assert one.shape == (50, 2) and (one.sum(axis=1) == 10).all()
    assert one[:, 0].mean() == pytest.approx(3, abs=0.7)
    several = draw_counts([np.array([3, 7]), np.array([0, 0]), np.array([20, 0])], seed=1, draws=50)
    assert set(several.sum(axis=1)) <= {20.0, 30.0, 40.0}  # the empty article is never drawn
    assert draw_counts([np.array([0, 0])], seed=1, draws=5).sum() == 0


def test_topic_weights_become_mean_shares():
    sentences, articles = make_study({"a": 12, "b": 2})
    weights = [1.0, 0.0] * 6 + [0.5] * 2
    rows = [
        (s, t, w if t == 0 else 1 - w)
        for s, w in zip(sentences["sentence_id"], weights, strict=True)
        for t in (0, 1)
    ]
    topics = pd.DataFrame(rows, columns=pd.Index(["sentence_id", "topic", "weight"]))
    table = estimate_weights(topics, sentences, articles, seed=1, draws=300)
    check_table(table, "estimates")
    row = find(table, article_id="a", category="0")
    assert row["estimate"] == 0.5 and row["n"] == 12 and row["low"] < 0.5 < row["high"]
    assert set(table["measure"]) == {"topic"}
    assert find(table, article_id="b", category="0")["strength"] == "cannot_tell"
    assert not table["strength"].eq("firm").any()


def test_an_article_of_boilerplate_only_has_no_topic_share():
    sentences, articles = make_study({"a": 3, "b": 3})
    sentences.loc[sentences["article_id"] == "b", "segment"] = "boilerplate"
    topics = pd.DataFrame({"sentence_id": sentences["sentence_id"][:3], "topic": 0, "weight": 1.0})
    table = estimate_weights(topics, sentences, articles, seed=1, draws=20)
    assert set(table["outlet"]) == {"A"}


def test_events_become_shares_of_sentences():
    sentences, articles = make_study({"a": 20, "b": 20})
    events = pd.DataFrame({"event": "summit", "sentence_id": [f"a-{i:03d}" for i in range(5)]})
    table = estimate_events(
        events, sentences, articles, events_listed=["summit", "strike"], seed=1, draws=100
    )
    check_table(table, "estimates")
    assert find(table, article_id="a", category="summit")["estimate"] == 0.25
    assert find(table, article_id="b", category="summit")["estimate"] == 0
    assert find(table, article_id="a", category="strike")["estimate"] == 0


def test_no_events_give_an_empty_table():
    sentences, articles = make_study({"a": 2})
    none = pd.DataFrame({"event": [], "sentence_id": []})
    table = estimate_events(none, sentences, articles, events_listed=[], seed=1)
    assert table.empty and list(table.columns) == COLUMNS


def test_coded_figures_come_before_raw_ones():
    labels = make_labels([("a", "outlet", "-1", 20)])
    parts = [estimate_shares(labels, **STANCE, method=m, **OPTIONS) for m in ("raw", "coded")]
    kept = prefer_coded(pd.concat(parts, ignore_index=True))
    assert set(kept["method"]) == {"coded"} and len(kept) == len(parts[0])
    assert set(prefer_coded(parts[0])["method"]) == {"raw"}


def lay_out(codings: pd.DataFrame, **measured: pd.DataFrame) -> dict[str, pd.DataFrame]:
    sentences, articles = make_study({"a": 3, "b": 3})
    sentences.loc[5, "segment"] = "boilerplate"
    voices = pd.DataFrame({"sentence_id": sentences["sentence_id"][:5], "voice": "outlet"})
    return lay_out_labels(sentences, articles, codings, voices, **measured)


def test_labels_of_models_and_coders_are_laid_out_alike():
    stances = pd.DataFrame({"sentence_id": ["a-000"], "target": ["us"], "label": [-1]})
    sheet = [{"sentence_id": "a-001", "voice": "expert", "segment": "body", "stance_us": "1"}]
    labels = lay_out(make_codings({"ana": sheet}), stances=stances)
    assert labels["raw"]["stance_us"].tolist() == ["-1", "", "", "", ""]
    assert set(labels["coded"].columns) == set(labels["raw"].columns)
    assert labels["coded"].to_dict("records") == [
        {
            "sentence_id": "a-001",
            "article_id": "a",
            "outlet": "A",
            "voice": "expert",
            "stance_us": "1",
        }
    ]


def test_a_sheet_that_names_no_voice_leaves_the_models_in_charge():
    sheet = [{"sentence_id": "a-001", "frame": "trade"}]
    labels = lay_out(make_codings({"ana": sheet}))
    assert list(labels) == ["raw"] and len(labels["raw"]) == 5
    sentences, articles = make_study({"a": 3})
    assert label_by_coding(sentences, articles, pd.DataFrame(sheet)).empty


def test_what_no_model_found_is_none():
    sentences, articles = make_study({"a": 2})
    voices = pd.DataFrame({"sentence_id": ["a-000", "a-001"], "voice": "outlet"})
    frames = pd.DataFrame({"sentence_id": ["a-000"], "frame": ["trade"], "primary": [True]})
    functions = pd.DataFrame({"sentence_id": ["a-001"], "function": ["cause"]})
    table = label_by_model(sentences, articles, voices, frames=frames, functions=functions)
    assert table["frame"].tolist() == ["trade", "none"]
    assert table["function"].tolist() == ["none", "cause"]


def test_a_target_that_nobody_mentions_has_estimates_of_no_sentence():
    stances = pd.DataFrame({"sentence_id": [], "target": [], "label": []})
    labels = lay_out(make_codings({}), stances=stances)
    assert "stance_us" not in labels["raw"]
    table = estimate_field(labels, make_codings({}), **STANCE, mean=True, **OPTIONS)
    check_table(table, "estimates")
    assert len(table) and (table["n"] == 0).all() and set(table["strength"]) == {"cannot_tell"}


def test_reliability_is_that_of_the_first_two_coders():
    def sheet(labels: str) -> list[dict[str, str]]:
        return [
            {"sentence_id": f"a-{i:03d}", "segment": "body", "frame": v}
            for i, v in enumerate(labels)
        ]

    sheets = {"ana": sheet("0100000010"), "ben": sheet("1110010000")}
    alpha = measure_reliability(make_codings(sheets), field="frame", seed=1)
    assert alpha == pytest.approx(1 - 19 * 4 / (14 * 6))
    more = {**sheets, "adjudicated": sheet("0" * 10), "zoe": sheet("1" * 10)}
    assert measure_reliability(make_codings(more), field="frame", seed=1) == alpha
    sheets["ben"] += [{"sentence_id": "a-010", "segment": "boilerplate", "frame": "1"}]
    sheets["ana"] += [{"sentence_id": "a-010", "segment": "body", "frame": "0"}]
    assert measure_reliability(make_codings(sheets), field="frame", seed=1) == alpha


@pytest.mark.parametrize("sheets", [{}, {"ana": [{"sentence_id": "a", "frame": "x"}]}])
def test_reliability_is_unknown_without_two_coders_of_the_field(sheets):
    assert math.isnan(measure_reliability(make_codings(sheets), field="frame", seed=1))
    two = {
        **sheets,
        "ben": [{"sentence_id": "a", "voice": "x"}],
        "zoe": [{"sentence_id": "a", "frame": "x"}],
    }
    assert math.isnan(measure_reliability(make_codings(two), field="frame", seed=1))


def test_only_figures_with_known_reliability_are_firm():
    table = make_labels([("a", "outlet", "-1", 150), ("a", "outlet", "1", 150)])
    ids = table["sentence_id"].tolist()
    sheet = [
        {"sentence_id": i, "voice": "outlet", "stance_us": s}
        for i, s in zip(ids, table["stance_us"], strict=True)
    ]
    labels = {"raw": table, "coded": table}
    one, two = make_codings({"ana": sheet}), make_codings({"ana": sheet, "ben": sheet})
    strengths = [
        estimate_field(labels, codings, **STANCE, **OPTIONS).query("category == '1'")
        for codings in (one, two)
    ]
    assert set(strengths[0]["strength"]) == {"tentative"}
    assert set(strengths[1].query("method == 'coded'")["strength"]) == {"firm"}
    assert set(strengths[1].query("method == 'raw'")["strength"]) == {"tentative"}
