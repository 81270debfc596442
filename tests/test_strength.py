"""Strength: every written rule at its edge, and the sentences that give the reason."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encuadre.agreement import FIRM, TENTATIVE
from encuadre.strength import (
    CLEAR,
    FEW,
    HOLDS,
    WIDE,
    Stability,
    describe_rules,
    explain_strength,
    judge_contrast,
    judge_estimate,
)

NAN = math.nan
ESTIMATE = {"n": 50, "low": 0.2, "high": 0.4, "alpha": 0.9}
STABLE = Stability(ways=40, uncounted=0, holds=1.0, clear=1.0, altered=False, intact=NAN)
CONTRAST = {"n": 50, "low": 0.2, "high": 0.4, "alpha": 0.9, "stability": STABLE}


def fare(**changes) -> dict[str, Stability]:
    return {"stability": replace(STABLE, **changes)}


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
        (fare(holds=HOLDS), "firm"),
        (fare(holds=HOLDS - 0.01), "tentative"),
        (fare(clear=CLEAR), "firm"),
        (fare(clear=CLEAR - 0.01), "tentative"),
        (fare(ways=0, holds=NAN, clear=NAN), "tentative"),
        (fare(uncounted=40), "firm"),
        (fare(altered=True, intact=NAN), "tentative"),
        (fare(altered=True, intact=HOLDS - 0.01), "tentative"),
        (fare(altered=True, intact=HOLDS), "firm"),
        (fare(altered=True, intact=1.0, holds=0.5), "tentative"),
        (fare(holds=0.0, clear=0.0) | {"low": -0.1}, "cannot_tell"),
    ],
)
def test_rules_of_contrasts(change, strength):
    assert judge_contrast(**{**CONTRAST, **change}) == strength


SHARES = st.one_of(st.just(NAN), st.floats(0, 1))


@settings(max_examples=80)
@given(
    st.integers(0, 40),
    st.floats(-1, 1),
    st.floats(0, 1),
    st.one_of(st.just(NAN), st.floats(-1, 1)),
    SHARES,
    SHARES,
    st.booleans(),
    SHARES,
)
def test_nothing_is_firm_without_all_that_it_takes(
    n, low, width, alpha, holds, clear, altered, intact
):
    stability = Stability(10, 0, holds, clear, altered, intact)
    facts = {"low": low, "high": low + width, "alpha": alpha, "stability": stability}
    strength = judge_contrast(n=n, **facts)
    if strength == "firm":
        assert n >= 10 and alpha >= 0.8 and holds >= 0.9 and clear >= 0.5
        assert (low > 0 or low + width < 0) and (not altered or intact >= 0.9)
    more = judge_contrast(n=n + 100, **facts)
    assert strength in (more, "cannot_tell")  # more sentences never weaken


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n": 4}, "Only 4 sentences stand on one side; fewer than 10 are not compared."),
        ({"alpha": 0.5}, "agree too little on stance (alpha 0.50, below 0.667)"),
        ({"low": -0.1}, "The interval of the difference, −0.10 to +0.40, spans zero."),
        ({"low": 0.05}, "Interval of the difference: +0.05 to +0.40."),
        ({"alpha": NAN}, "Stance was not coded by reading, so the model stands alone."),
        ({"alpha": 0.7}, "Two codings by reading agree on stance with alpha 0.70."),
        (
            {},
            "keeps its direction in all 40 other ways to count; all of their intervals exclude zero.",
        ),
        (
            fare(holds=0.75, clear=0.4),
            "in 75% of the 40 other ways to count; 40% of their intervals",
        ),
        (fare(holds=0.0, clear=0.0), "in none of the 40 other ways to count; 0% of their"),
        (fare(ways=0, holds=NAN, clear=NAN), "It was counted in no other way."),
        (
            fare(altered=True, intact=0.5),
            "Without the altered copies of A and B it keeps its direction in 50% of the ways.",
        ),
        (
            fare(altered=True),
            "The copies of A and B are altered, and there is no counting without them.",
        ),
    ],
)
def test_the_reason_says_what_decided(change, said):
    facts = {**CONTRAST, **change}
    reason = explain_strength(judge_contrast(**facts), **facts, field="stance", altered=("A", "B"))
    assert said in reason


def test_a_sound_contrast_says_nothing_of_copies():
    assert "cop" not in explain_strength("firm", **CONTRAST, field="frame")


def test_the_rules_are_stated_with_their_thresholds():
    (text,) = describe_rules()
    for said in (
        "ten sentences",
        "0.667",
        "0.80",
        "90%",
        "50%",
        "30 percentage points",
        "altered copy",
    ):
        assert said in text


def test_one_other_way_is_called_the_one_other_way():
    case = {**CONTRAST, **fare(ways=1)}
    said = explain_strength("firm", field="voice", **case)
    assert "keeps its direction in the one other way to count" in said and "%" not in said
    said = explain_strength(
        "tentative", field="voice", **{**CONTRAST, **fare(ways=1, holds=0.0, clear=0.0)}
    )
    assert "does not keep its direction in the one other way" in said
