"""Titles and notes on stance: the shape of a course, and what is counted."""

from __future__ import annotations

import pandas as pd
import pytest

from encuadre import figures
from encuadre.figures.course import name_shape

NAN = float("nan")


@pytest.mark.parametrize(
    ("means", "turns", "shape"),
    [
        ([0.5, 0.0, -1.0], [(0, 2)], ("harder", -1)),
        ([-1.0, 0.0, 0.5], [(0, 2)], ("milder", -1)),
        ([-0.39, -0.13, -0.78], [(1, 2)], ("harder", 2)),
        ([-0.39, -0.13, -0.78], [(1, 2), (0, 2)], ("hardest", 2)),
        ([-0.8, 0.0, -0.7], [(0, 1), (1, 2)], ("mildest", 1)),
        ([-0.8, 0.0, -0.7], [(0, 1)], ("milder", 1)),
        ([0.0, -0.9, -0.2], [(0, 1), (1, 2)], ("hardest", 1)),
        ([0.6, -0.9, -0.8], [(0, 1), (0, 2)], ("mildest", 0)),
        ([-0.2, -0.2, -0.9], [(0, 2), (1, 2)], ("hardest", 2)),
        ([NAN, 0.0, -0.9], [(1, 2)], ("harder", 2)),
        ([-0.9, NAN, 0.0], [(0, 2)], ("milder", 2)),
    ],
)
def test_shapes_by_hand(means, turns, shape):
    assert name_shape(means, turns) == shape


@pytest.mark.parametrize(
    ("means", "counts", "says"),
    [
        ((-0.29, -0.13, -0.78), (18, 15, 18), "is hardest on the mayor at its end"),
        ((-0.39, -0.13, -0.78), (18, 15, 18), "is harder on the mayor at its end than in its middle"),
        ((-0.8, 0.5, -0.7), (18, 15, 18), "is mildest towards the mayor in its middle"),
        ((-0.8, 0.0, 0.7), (18, 15, 18), "grows milder towards the mayor from its start to its end"),
        ((-0.1, 0.7, -0.7), (9, 15, 18), "is harder on the mayor at its end than in its middle"),
    ],
)  # fmt: skip
def test_the_title_of_a_course_hides_no_third(means, counts, says: str):
    rows = [
        ("Ayr Post", third, mean, mean - 0.2, mean + 0.2, n)
        for third, mean, n in zip(("Start", "Middle", "End"), means, counts, strict=True)
    ]
    columns = pd.Index(["outlet", "third", "estimate", "low", "high", "n"])
    table = pd.DataFrame(rows, columns=columns)
    drawing = figures.draw_course(table, outlets=[("Ayr Post", "Ayr")], target=("x", "the mayor"))
    assert drawing.title == f"The Ayr Post article {says}"


def test_sentences_coded_by_meaning_need_not_name_the_target():
    rows = [
        ("stance", "", "Ayr Post", "all", "x", c, e, e - 0.1, e + 0.1, 30, "coded", "firm")
        for c, e in (("-1", 0.6), ("0", 0.3), ("1", 0.1))
    ]
    columns = ["measure", "article_id", "outlet", "voice", "target", "category", "estimate", "low",
               "high", "n", "method", "strength"]  # fmt: skip
    drawing = figures.draw_stance_shares(
        pd.DataFrame(rows, columns=pd.Index(columns)),
        outlets=[("Ayr Post", "Ayr")],
        target=("x", "the mayor"),
    )
    assert drawing.note.startswith("n: 30 sentences that concern the mayor.")
