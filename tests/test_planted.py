"""Planted truth: a strong difference is found firm, shuffled labels cannot tell, swaps swap."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from encuadre import findings as module
from encuadre.findings import (
    Finding,
    find_candidates,
    list_findings,
    measure_candidates,
    read_findings,
    state_findings,
)
from encuadre.schemas import check_table
from encuadre.stability import (
    describe_grid,
    describe_stability,
    lay_out_spread,
    say_difference,
    tabulate_stability,
)
from encuadre.study import Study
from encuadre.ways import Reading

FIRST, SECOND = "Kestrel Bay Courier", "Saltmarsh Review"
FIELDS = ("voice", "stance_mayor", "stance_port", "frame")
SURE = dict.fromkeys(FIELDS, 0.9)
ARTICLES = pd.DataFrame(
    {"article_id": ["kbc", "smr"], "outlet": [FIRST, SECOND], "integrity": "intact"}
)


@pytest.fixture(autouse=True)
def fewer_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DRAWS", 2000)


def make_labels(parts: Sequence[tuple[int, str, str, str, int]]) -> pd.DataFrame:
    """Parts of which article, voice, stance toward the mayor, frame, and how many sentences."""
    rows = [
        (ARTICLES["article_id"][k], ARTICLES["outlet"][k], v, s, f)
        for k, v, s, f, n in parts
        for _ in range(n)
    ]
    columns = ["article_id", "outlet", "voice", "stance_mayor", "frame"]
    table = pd.DataFrame(rows, columns=pd.Index(columns))
    return table.assign(sentence_id=[f"s-{i:03d}" for i in range(len(table))])


PLANTED = make_labels(
    [(0, "outlet", "-1", "trade", 40), (0, "resident", "1", "none", 20),
     (1, "outlet", "1", "fairness", 30), (1, "resident", "1", "fairness", 70)]
)  # fmt: skip


def state(
    labels: pd.DataFrame,
    study: Study,
    *,
    others: Sequence[pd.DataFrame] = (),
    articles: pd.DataFrame = ARTICLES,
    reliability: Mapping[str, float] = SURE,
) -> tuple[list[Finding], pd.DataFrame]:
    """State the findings of some labels, counted again with those of others."""
    tables = {"reference": labels} | {f"coder_{i}": t for i, t in enumerate(others or [labels])}
    readings = [Reading(t.assign(segment="body"), {"labels": k}) for k, t in tables.items()]
    found = find_candidates(labels, study=study)
    counted = measure_candidates(found, readings, articles, study=study, seed=4)
    findings = state_findings(
        found, labels, counted, articles, study=study, reliability=reliability, seed=4
    )
    return findings, counted[counted["finding"].isin([f.id for f in findings])]


def shuffle(seed: int, size: int = 120) -> pd.DataFrame:
    """Labels that know nothing of the outlet."""
    rng = np.random.default_rng(seed)
    place = rng.permutation(np.repeat([0, 1], size // 2))
    return pd.DataFrame(
        {
            "sentence_id": [f"s-{i:03d}" for i in range(size)],
            "article_id": ARTICLES["article_id"].to_numpy()[place],
            "outlet": ARTICLES["outlet"].to_numpy()[place],
            "voice": rng.permutation(np.repeat(["outlet", "resident"], size // 2)),
            "stance_mayor": rng.permutation(np.repeat(["-1", "0", "1"], size // 3)),
            "frame": rng.permutation(np.repeat(["trade", "fairness", "none"], size // 3)),
        }
    )


def list_told(findings: Sequence[Finding]) -> list[Finding]:
    return [f for f in findings if f.strength != "cannot_tell"]


def test_a_strong_difference_is_firm(harbour_study: Study):
    findings, counted = state(PLANTED, harbour_study)
    told = list_told(findings)
    assert {f.kind for f in told} >= {"stance", "frame"}
    assert {f.strength for f in told} == {"firm"}
    assert counted.loc[counted["finding"].isin([f.id for f in told]), "holds"].all()
    for finding in told:
        assert "keeps its direction in both other ways to count" in finding.reason


def test_shuffled_labels_cannot_tell(harbour_study: Study):
    """Each question errs in one of twenty, so a page may tell something; it is never firm."""
    told = []
    for seed in range(4):
        findings, _ = state(shuffle(seed), harbour_study, others=[shuffle(seed + 100)])
        told += list_told(findings)
        for finding in findings:
            if finding.strength == "cannot_tell":
                assert "spans zero" in finding.reason
                assert "cannot be told" in finding.text
    assert len(told) <= 2 and {f.strength for f in told} <= {"tentative"}


def test_swapped_outlets_swap_the_sentences(harbour_study: Study):
    names = {FIRST: SECOND, SECOND: FIRST, "kbc": "smr", "smr": "kbc"}
    swapped = PLANTED.replace({"outlet": names, "article_id": names})
    straight, counted = state(PLANTED, harbour_study)
    turned, counted_again = state(swapped, harbour_study)
    pattern = re.compile("|".join(names))
    expected = {pattern.sub(lambda m: names[m[0]], f.text) for f in straight}
    assert {f.text for f in turned} == expected
    assert [f.strength for f in turned] == [f.strength for f in straight]
    fares = [
        tabulate_stability(c, f).drop(columns="Finding").to_dict("records")
        for c, f in ((counted, straight), (counted_again, turned))
    ]
    assert fares[0] == fares[1]


def test_what_turns_when_counted_otherwise_is_tentative(harbour_study: Study):
    turned = PLANTED.assign(outlet=PLANTED["outlet"].map({FIRST: SECOND, SECOND: FIRST}))
    findings, _ = state(PLANTED, harbour_study, others=[turned])
    stance = next(f for f in findings if f.kind == "stance")
    assert stance.strength == "tentative"
    # Two labellings by three units: the two other units hold, the three ways of the other turn.
    assert "in 40% of the five other ways to count" in stance.reason


def test_what_is_clear_in_the_report_only_is_tentative(harbour_study: Study):
    faint = PLANTED.assign(
        stance_mayor=np.where(np.arange(len(PLANTED)) % 30, "0", PLANTED["stance_mayor"])
    )
    findings, _ = state(PLANTED, harbour_study, others=[faint, faint])
    stance = next(f for f in findings if f.kind == "stance")
    assert stance.strength == "tentative" and "in all five other ways" in stance.reason


@pytest.mark.parametrize("integrity", ["spun", "machine_translated"])
def test_what_rests_on_an_altered_copy_is_never_firm(harbour_study: Study, integrity: str):
    articles = ARTICLES.assign(integrity=["intact", integrity])
    findings, counted = state(PLANTED, harbour_study, articles=articles)
    touching = [f for f in list_told(findings) if SECOND in f.text]
    assert touching and {f.strength for f in touching} == {"tentative"}
    assert all("there is no counting without it" in f.reason for f in touching)
    alone = counted[counted["copies"] == "without"]
    assert alone["estimate"].isna().all()
    (lost,) = describe_stability(counted, touching)
    assert "Without altered copies there is no counting of " in lost


def test_findings_survive_being_saved(harbour_study: Study):
    findings, _ = state(PLANTED, harbour_study)
    table = check_table(list_findings(findings), "findings")
    assert read_findings(table) == findings
    assert read_findings(check_table(list_findings([]), "findings")) == []


def test_the_grid_and_the_summary_in_words(harbour_study: Study):
    findings, counted = state(PLANTED, harbour_study, others=[shuffle(1)])
    check_table(counted, "stability")
    grid = describe_grid(counted)
    assert "- **Whose labels**: " in grid and "(reference coding and coder 0)" in grid
    assert "Headlines" not in grid and "Altered copies" not in grid
    (said,) = describe_stability(counted, findings)
    assert f"was counted in other ways, {5 * len(findings)} together" in said
    assert "What moves the estimate most is “whose labels” in all" in said
    assert describe_stability(counted.iloc[:0], []) == [
        "No finding that can be told compares two groups, so there is nothing to count in another way."
    ]
    table = tabulate_stability(counted, findings)
    assert table["Finding"].tolist() == [f.short for f in findings]
    assert table["Keeps its direction"].str.endswith(" of 5").all()
    assert table["Moved most by"].str.startswith("Whose labels: mean ").all()


def test_the_spread_has_a_row_a_way(harbour_study: Study):
    findings, counted = state(PLANTED, harbour_study, others=[shuffle(1)])
    spread = lay_out_spread(counted, findings)
    assert spread.groupby("finding").size().eq(6).all()
    assert spread.groupby("finding")["report"].sum().eq(1).all()
    assert set(spread["choice"]) == {"Whose labels"}
    assert set(spread["option"]) == {"Reference coding", "Coder 0"}
    assert lay_out_spread(counted.iloc[:0], []).empty


@pytest.mark.parametrize(
    ("value", "points", "said"),
    [(0.276, True, "+28 points"), (-0.004, True, "0 points"), (-0.61, False, "−0.61"),
     (-0.07, True, "−7 points"), (0.0, False, "0.00")],
)  # fmt: skip
def test_differences_in_words(value, points, said):
    assert say_difference(value, points) == said


def test_names_of_a_study_stay_text(harbour_study: Study):
    findings, counted = state(PLANTED, harbour_study, others=[shuffle(1)])
    hostile = counted.assign(labels=counted["labels"].str.replace("coder_0", "[x](http://y) **z**"))
    assert "](http" not in describe_grid(hostile) and "**z**" not in describe_grid(hostile)
    named = [replace(f, short="[a](http://b)") for f in findings]
    assert "](http" not in " ".join(describe_stability(counted, named))
