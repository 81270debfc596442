"""The contracts of the tables: a good row of each passes, each bad row is refused and named."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from encuadre.errors import EncuadreError
from encuadre.schemas import SCHEMAS, check_table

GOOD: dict[str, dict[str, Any]] = {
    "articles": {
        "article_id": "npr",
        "outlet": "NPR",
        "title": "",
        "author": "",
        "published_on": "2021-05-03",
        "genre": "news",
        "host": "",
        "integrity": "spun",
        "language": "en",
        "file": "npr.txt",
        "sha256": "0" * 64,
        "words": 900,
        "sentences": 38,
    },
    "sentences": {
        "sentence_id": "npr-000",
        "article_id": "npr",
        "paragraph": 0,
        "position": 0,
        "start": 1,
        "end": 5,
        "text": "Yes.",
        "segment": "body",
    },
    "labels": {"sentence_id": "npr-000", "field": "frame", "label": "toll", "method": "raw"},
    "voices": {
        "sentence_id": "npr-000",
        "voice": "outlet",
        "attribution": "none",
        "speaker": "",
        "speaker_id": "",
        "cue": "",
        "confidence": 0.5,
    },
    "mentions": {
        "sentence_id": "npr-000",
        "target": "us",
        "start": 0,
        "end": 3,
        "surface": "DEA",
        "resolved_from": "",
    },
    "stances": {
        "sentence_id": "npr-000",
        "target": "us",
        "label": -1,
        "p_unfavourable": 0.7,
        "p_neutral": 0.2,
        "p_favourable": 0.1,
        "method": "raw",
    },
    "frames": {"sentence_id": "npr-000", "frame": "toll", "score": -0.2, "primary": True},
    "functions": {"sentence_id": "npr-000", "function": "cause", "score": 0.4},
    "topics": {"sentence_id": "npr-000", "topic": 0, "weight": 1.0},
    "topic_words": {"topic": 0, "rank": 1, "word": "fentanyl", "weight": 2.5},
    "topic_stability": {"topic": 0, "stability": 0.7, "stable": True},
    "events": {"event": "unit_closed", "sentence_id": "npr-000", "article_id": "npr"},
    "quantities": {
        "sentence_id": "npr-000",
        "value": 29.0,
        "unit": "people",
        "what": "killed",
        "text": "29 people",
    },
    "codings": {
        "sentence_id": "npr-000",
        "coder": "a",
        "field": "frame",
        "label": "",
        "codebook_version": "1",
    },
    "estimates": {
        "measure": "stance",
        "article_id": "npr",
        "outlet": "NPR",
        "voice": "own",
        "target": "us",
        "category": "mean",
        "estimate": -0.4,
        "low": -0.6,
        "high": float("nan"),
        "n": 12,
        "method": "raw",
        "strength": "tentative",
    },
    "agreement": {
        "field": "frame",
        "category": "all",
        "coder_a": "a",
        "coder_b": "b",
        "n": 40,
        "agreement": 0.8,
        "alpha": -0.1,
        "low": float("nan"),
        "high": 0.9,
    },
    "classified": {
        "sentence_id": "npr-000",
        "field": "frame",
        "label": "toll",
        "probability": 0.6,
        "method": "learned",
        "trained_on": 183,
        "zero_shot": "none",
    },
    "confusions": {
        "field": "frame",
        "coder_a": "coder_a",
        "coder_b": "coder_b",
        "label_a": "toll",
        "label_b": "denial",
        "n": 2,
        "example": "npr-000",
    },
    "scores": {
        "field": "frame",
        "article_id": "npr",
        "method": "model",
        "category": "toll",
        "n": 3,
        "predicted": 4,
        "precision": 0.5,
        "recall": 0.67,
        "f1": 0.57,
        "accuracy": 0.5,
    },
    "calibration": {
        "field": "frame",
        "bin": 5,
        "n": 12,
        "confidence": 0.55,
        "accuracy": 0.6,
    },
    "stability": {
        "finding": "stance_us-own",
        "labels": "reference",
        "margin": "",
        "floor": "",
        "headlines": "with",
        "copies": "",
        "unit": "sentence",
        "drawn": "paragraphs",
        "seed": "7",
        "estimate": 0.4,
        "low": -0.1,
        "high": 0.9,
        "n": 12,
        "holds": True,
        "clear": False,
    },
    "findings": {
        "id": "stance_us-own",
        "kind": "stance",
        "text": "In its own words …",
        "strength": "firm",
        "reason": "Two codings agree.",
        "figure": "stance-us",
        "size": 1.2,
        "short": "Stance toward the US",
        "rank": 1,
    },
}
BAD = [
    ("articles", {"published_on": "May 2021"}),
    ("articles", {"published_on": "2021-5"}),
    ("articles", {"integrity": "perfect"}),
    ("articles", {"outlet": ""}),
    ("articles", {"sha256": "0" * 63}),
    ("articles", {"sha256": "G" * 64}),
    ("articles", {"words": -1}),
    ("articles", {"title": None}),
    ("sentences", {"segment": "caption"}),
    ("sentences", {"end": 6}),
    ("sentences", {"start": -1, "end": 3}),
    ("sentences", {"text": "", "end": 1}),
    ("sentences", {"paragraph": "first"}),
    ("sentences", {"position": None}),
    ("labels", {"method": "guessed"}),
    ("voices", {"voice": ""}),
    ("voices", {"attribution": "reported"}),
    ("voices", {"confidence": 1.01}),
    ("voices", {"confidence": float("inf")}),
    ("voices", {"confidence": float("nan")}),
    ("voices", {"speaker": None}),
    ("mentions", {"surface": ""}),
    ("mentions", {"end": 0}),
    ("stances", {"label": 2}),
    ("stances", {"p_neutral": -0.1}),
    ("stances", {"method": ""}),
    ("frames", {"score": float("nan")}),
    ("frames", {"frame": ""}),
    ("functions", {"function": ""}),
    ("topics", {"topic": -1}),
    ("topics", {"weight": 1.5}),
    ("topic_words", {"rank": 0}),
    ("topic_words", {"weight": -1.0}),
    ("events", {"event": ""}),
    ("quantities", {"value": "many"}),
    ("quantities", {"text": ""}),
    ("codings", {"coder": ""}),
    ("codings", {"label": None}),
    ("estimates", {"estimate": 1.2}),
    ("estimates", {"low": -1.2}),
    ("estimates", {"n": -1}),
    ("estimates", {"method": "guessed"}),
    ("estimates", {"strength": "certain"}),
    ("articles", {"words": 0.5}),
    ("articles", {"words": 900.0}),
    ("articles", {"sentences": "38"}),
    ("sentences", {"position": True}),
    ("sentences", {"text": 1234}),
    ("voices", {"confidence": "0.5"}),
    ("voices", {"confidence": True}),
    ("stances", {"label": -1.0}),
    ("frames", {"primary": 1}),
    ("frames", {"primary": "True"}),
    ("frames", {"score": float("inf")}),
    ("functions", {"score": float("-inf")}),
    ("quantities", {"value": float("inf")}),
    ("codings", {"label": -1}),
    ("estimates", {"n": 12.5}),
    ("agreement", {"agreement": -0.1}),
    ("agreement", {"alpha": 1.1}),
    ("classified", {"method": "guessed"}),
    ("classified", {"probability": 1.2}),
    ("confusions", {"n": 0}),
    ("scores", {"f1": 1.1}),
    ("calibration", {"confidence": float("nan")}),
]


def build(name: str, **changes: Any) -> pd.DataFrame:
    return pd.DataFrame([GOOD[name] | changes])


def test_every_table_has_a_good_row_here() -> None:
    assert set(GOOD) == set(SCHEMAS)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_row_passes_unchanged(name: str) -> None:
    table = build(name)
    checked = check_table(table, name)
    pd.testing.assert_frame_equal(checked, table, check_dtype=False)
    assert list(checked.columns) == list(SCHEMAS[name].columns)


@pytest.mark.parametrize(("name", "changes"), BAD)
def test_each_bad_row_is_refused_and_named(name: str, changes: dict[str, Any]) -> None:
    with pytest.raises(EncuadreError, match=f"^Table '{name}' breaks its contract: ") as caught:
        check_table(build(name, **changes), name)
    said = str(caught.value)
    assert "row 0, column " in said
    assert any(column in said for column in changes)


def test_a_mistyped_cell_is_named_with_what_was_expected() -> None:
    with pytest.raises(EncuadreError) as caught:
        check_table(pd.concat([build("stances"), build("stances", label="1")]), "stances")
    assert "row 1, column label: '1' arrived; expected a whole number" in str(caught.value)


def test_a_whole_number_is_a_number() -> None:
    assert check_table(build("functions", score=1), "functions")["score"].tolist() == [1.0]


@pytest.mark.parametrize("name", GOOD)
def test_a_key_stands_once(name: str) -> None:
    with pytest.raises(EncuadreError, match="breaks its contract: row 0"):
        check_table(pd.concat([build(name), build(name)]), name)


@pytest.mark.parametrize("name", GOOD)
def test_an_empty_table_keeps_its_types(name: str) -> None:
    empty = check_table(pd.DataFrame(columns=pd.Index(list(SCHEMAS[name].columns))), name)
    assert empty.empty
    pd.testing.assert_series_equal(empty.dtypes, check_table(build(name), name).dtypes)


@pytest.mark.parametrize("name", GOOD)
def test_columns_come_back_in_order_with_a_fresh_index(name: str) -> None:
    table = build(name)[list(GOOD[name])[::-1]].set_axis([7])
    checked = check_table(table, name)
    assert list(checked.columns) == list(SCHEMAS[name].columns)
    assert list(checked.index) == [0]
    assert list(table.index) == [7]


def test_missing_and_unknown_columns_are_named() -> None:
    table = build("events").rename(columns={"event": "evnet"})
    with pytest.raises(EncuadreError) as caught:
        check_table(table, "events")
    assert "missing: ['event'], unexpected: ['evnet']" in str(caught.value)


def test_an_unknown_table_is_named_with_those_that_exist() -> None:
    with pytest.raises(
        EncuadreError, match="No table is called 'voice'; the tables are articles, "
    ):
        check_table(build("voices"), "voice")


def test_a_message_names_ten_rows_at_most() -> None:
    bad = [GOOD["events"] | {"sentence_id": f"npr-{i:03d}", "event": ""} for i in range(50)]
    with pytest.raises(EncuadreError) as caught:
        check_table(pd.DataFrame(bad), "events")
    assert str(caught.value).count("column event") == 10
