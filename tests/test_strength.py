"""Strength: every written rule at its edge, and the sentence that gives the reason."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encuadre.agreement import FIRM, TENTATIVE
from encuadre.strength import FEW, HOLDS, WIDE, explain_strength, judge_contrast, judge_estimate

NAN = math.nan
ESTIMATE = {"n": 50, "low": 0.2, "high": 0.4, "alpha": 0.9}
CONTRAST = {"n": 50, "low": 0.2, "high": 0.4, "alpha": 0.9, "holds": 1.0}


@pytest.mark.parametrize(
    ("change", "strength"),
    [
        ({}, "firm"),
        ({"n": FEW}, "firm"),
        ({"n": FEW - 1}, "cannot_tell"),
        ({"n": 0, "low": NAN, "high": NAN}, "cannot_tell"),
        ({"alpha": FIRM}, "firm"),
        ({"alpha": FIRM - 0.001}, "tentative"),
        ({"alpha": TENTATIVE}, "tentative"),
        ({"alpha": TENTATIVE - 0.001}, "cannot_tell"),
        ({"alpha": NAN}, "tentative"),
        ({"low": 0.1, "high": 0.1 + WIDE - 0.001}, "firm"),
        ({"low": 0.1, "high": 0.1 + WIDE + 0.001}, "tentative"),
    ],
)
def test_rules_of_estimates(change, strength):
    assert judge_estimate(**{**ESTIMATE, **change}) == strength


@pytest.mark.parametrize(
    ("change", "strength"),
    [
        ({}, "firm"),
        ({"low": -0.4, "high": -0.2}, "firm"),
        ({"n": FEW - 1}, "cannot_tell"),
        ({"low": -0.01}, "cannot_tell"),
        ({"low": 0.0}, "cannot_tell"),
        ({"low": NAN, "high": NAN}, "cannot_tell"),
        ({"alpha": TENTATIVE - 0.001}, "cannot_tell"),
        ({"alpha": FIRM - 0.001}, "tentative"),
        ({"alpha": NAN}, "tentative"),
        ({"holds": HOLDS}, "firm"),
        ({"holds": HOLDS - 0.01}, "tentative"),
        ({"holds": NAN}, "tentative"),
    ],
)
def test_rules_of_contrasts(change, strength):
    assert judge_contrast(**{**CONTRAST, **change}) == strength


@settings(max_examples=40)
@given(
    st.integers(0, 40),
    st.floats(-1, 1),
    st.floats(0, 1),
    st.one_of(st.just(NAN), st.floats(-1, 1)),
    st.one_of(st.just(NAN), st.floats(0, 1)),
)
def test_nothing_is_firm_without_sentences_reliability_and_a_direction(n, low, width, alpha, holds):
    strength = judge_contrast(n=n, low=low, high=low + width, alpha=alpha, holds=holds)
    if strength == "firm":
        assert n >= 10 and alpha >= 0.8 and holds >= 0.9 and (low > 0 or low + width < 0)
    more = judge_contrast(n=n + 100, low=low, high=low + width, alpha=alpha, holds=holds)
    assert strength in (more, "cannot_tell")  # more sentences never weaken


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n": 4}, "Only 4 sentences stand on one side; fewer than 10 are not compared."),
        ({"alpha": 0.5}, "agree too little on stance (alpha 0.50, below 0.667)"),
        ({"low": -0.1}, "The interval of the difference, −0.10 to +0.40, spans zero."),
        ({"alpha": NAN}, "Stance was not coded by reading, so the model stands alone."),
        ({"alpha": 0.7}, "Two codings by reading agree on stance with alpha 0.70."),
        ({"holds": 0.5}, "keeps its direction in 50% of the other ways to count."),
    ],
)
def test_the_reason_says_what_decided(change, said):
    facts = {**CONTRAST, **change}
    assert said in explain_strength(judge_contrast(**facts), **facts, field="stance")


def test_ways_that_were_not_tried_are_not_mentioned():
    facts = {**CONTRAST, "holds": NAN}
    assert "ways to count" not in explain_strength("tentative", **facts, field="frame")
