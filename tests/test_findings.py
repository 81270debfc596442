"""Findings: planted and shuffled differences, swapped outlets, altered copies, counted facts."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest

from encuadre import findings as module
from encuadre.findings import (
    LIMITS,
    find_candidates,
    order_findings,
    state_events,
    state_facts,
    state_findings,
    state_quantities,
)
from encuadre.multiverse import Way
from encuadre.study import Study

FIRST, SECOND = "Kestrel Bay Courier", "Saltmarsh Review"
FIELDS = ("voice", "stance_mayor", "stance_port", "frame")
SURE = dict.fromkeys(FIELDS, 0.9)
ARTICLES = pd.DataFrame(
    {"article_id": ["kbc", "smr"], "outlet": [FIRST, SECOND], "integrity": "intact"}
)


@pytest.fixture(autouse=True)
def fewer_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DRAWS", 2000)


def make_labels(parts: list[tuple[int, str, str, str, int]]) -> pd.DataFrame:
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


def state(labels: pd.DataFrame, study: Study, *, articles=ARTICLES, reliability=SURE, others=()):
    ways = [
        Way("reference", "all", labels),
        *(Way("models", "all", t) for t in (others or (labels,))),
    ]
    found = find_candidates(labels, study=study)
    return state_findings(found, ways, articles, study=study, reliability=reliability, seed=4)


def strengths(findings) -> dict[str, str]:
    return {f.kind: f.strength for f in findings[::-1]}


def test_planted_differences_are_firm(harbour_study: Study):
    findings, stability = state(PLANTED, harbour_study)
    assert strengths(findings) == {
        "voice": "firm",
        "stance": "firm",
        "gap": "firm",
        "frame": "firm",
    }
    text = next(f.text for f in findings if f.kind == "stance")
    assert text.startswith(f"In its own words {FIRST} is far harder on the mayor")
    assert "[−1.00](#sentences?article=kbc&target=mayor&voice=own)" in text
    assert set(stability["finding"]) == {f.id for f in findings} and stability["holds"].all()


def test_every_number_of_a_finding_is_of_its_labels(harbour_study: Study):
    findings, _ = state(PLANTED, harbour_study)
    said = {f.kind: re.findall(r"\[([^\]]*)\]", f.text) for f in findings[::-1]}
    assert said["voice"] == ["67%", "30%"]  # 40 of 60, 30 of 100
    assert said["stance"] == ["−1.00", "+1.00"]
    assert said["gap"] == ["+1.00", "−1.00"]
    assert said["frame"] in (["67%", "none"], ["100%", "none"])  # the two frames kept
    for finding in findings:
        plain = re.sub(r"\[[^\]]*\]\([^)]*\)", "", finding.text)
        assert re.findall(r"\d+", plain.replace("on a scale from −1 to 1", "")) == []


def test_swapped_outlets_swap_the_sentences(harbour_study: Study):
    names = {FIRST: SECOND, SECOND: FIRST, "kbc": "smr", "smr": "kbc"}
    swapped = PLANTED.replace({"outlet": names, "article_id": names})
    straight, _ = state(PLANTED, harbour_study)
    turned, _ = state(swapped, harbour_study)
    pattern = re.compile("|".join(names))
    expected = {pattern.sub(lambda m: names[m[0]], f.text) for f in straight}
    assert {f.text for f in turned} == expected
    assert [f.strength for f in turned] == [f.strength for f in straight]


def test_flipped_stances_flip_the_sentence(harbour_study: Study):
    flipped = PLANTED.assign(stance_mayor=PLANTED["stance_mayor"].map({"-1": "1", "1": "-1"}))
    findings, _ = state(flipped, harbour_study)
    text = {f.kind: f.text for f in findings}
    assert text["stance"].startswith(f"In its own words {SECOND} is far harder")
    assert text["gap"].startswith(f"The voices that {FIRST} quotes are harder on the mayor")


def test_shuffled_labels_cannot_tell(harbour_study: Study):
    rng = np.random.default_rng(8)
    size = 120
    labels = pd.DataFrame(
        {
            "sentence_id": [f"s-{i:03d}" for i in range(size)],
            "voice": rng.permutation(np.repeat(["outlet", "resident"], size // 2)),
            "stance_mayor": rng.permutation(np.repeat(["-1", "0", "1"], size // 3)),
            "frame": rng.permutation(np.repeat(["trade", "fairness", "none"], size // 3)),
        }
    )
    place = rng.permutation(np.repeat([0, 1], size // 2))
    labels["article_id"] = ARTICLES["article_id"].to_numpy()[place]
    labels["outlet"] = ARTICLES["outlet"].to_numpy()[place]
    findings, _ = state(labels, harbour_study)
    assert set(strengths(findings).values()) == {"cannot_tell"}
    for finding in findings:
        assert "cannot be told from these articles" in finding.text
        assert "spans zero" in finding.reason


@pytest.mark.parametrize("integrity", ["spun", "machine_translated"])
def test_an_altered_copy_is_never_firm(harbour_study: Study, integrity: str):
    articles = ARTICLES.assign(integrity=["intact", integrity])
    findings, _ = state(PLANTED, harbour_study, articles=articles)
    touching = [f for f in findings if SECOND in f.text]
    assert touching and {f.strength for f in touching} == {"tentative"}
    assert all(f"The copy of {SECOND} is altered" in f.reason for f in touching)
    alone = [f for f in findings if SECOND not in f.text]
    assert [f.kind for f in alone] == ["gap"] and alone[0].strength == "firm"


@pytest.mark.parametrize(
    ("alpha", "strength", "said"),
    [
        (math.nan, "tentative", "not coded by reading"),
        (0.7, "tentative", "alpha 0.70"),
        (0.5, "cannot_tell", "agree too little"),
    ],
)
def test_reliability_limits_the_strength(harbour_study: Study, alpha, strength, said):
    findings, _ = state(PLANTED, harbour_study, reliability=dict.fromkeys(FIELDS, alpha))
    assert set(strengths(findings).values()) == {strength}
    assert all(said in f.reason for f in findings)


def test_a_difference_that_turns_when_counted_otherwise_is_tentative(harbour_study: Study):
    turned = PLANTED.assign(outlet=PLANTED["outlet"].map({FIRST: SECOND, SECOND: FIRST}))
    findings, stability = state(PLANTED, harbour_study, others=(turned,))
    assert strengths(findings)["stance"] == "tentative"
    assert "0% of the other ways" in next(f.reason for f in findings if f.kind == "stance")
    assert not stability.loc[stability["labels"] == "models", "holds"].all()


def test_too_few_sentences_are_not_compared(harbour_study: Study):
    few = make_labels([(0, "outlet", "-1", "trade", 9), (1, "outlet", "1", "fairness", 60)])
    assert find_candidates(few, study=harbour_study) == []
    findings, stability = state(few, harbour_study)
    assert findings == [] and stability.empty


@pytest.mark.parametrize(
    "labels",
    [
        PLANTED[PLANTED["outlet"] == FIRST],
        PLANTED.iloc[:0],
        PLANTED.drop(columns=["frame", "stance_mayor"]),
    ],
    ids=["one outlet", "no label", "voices only"],
)
def test_studies_with_less_have_fewer_findings_and_do_not_crash(harbour_study: Study, labels):
    findings, _ = state(labels, harbour_study)
    kinds = {f.kind for f in findings}
    assert kinds == (
        {"gap"} if len(set(labels["outlet"])) == 1 else {"voice"} if len(labels) else set()
    )


def test_several_articles_an_outlet(harbour_study: Study):
    labels = PLANTED.assign(
        article_id=PLANTED["article_id"] + np.where(PLANTED.index % 2, "1", "2")
    )
    articles = pd.DataFrame(
        {
            "article_id": ["kbc1", "kbc2", "smr1", "smr2"],
            "outlet": [FIRST, FIRST, SECOND, SECOND],
            "integrity": "intact",
        }
    )
    findings, _ = state(labels, harbour_study, articles=articles)
    assert strengths(findings)["stance"] == "firm"
    assert "article=kbc1,kbc2" in next(f.text for f in findings if f.kind == "stance")
    articles.loc[3, "integrity"] = "spun"
    findings, _ = state(labels, harbour_study, articles=articles)
    assert strengths(findings)["stance"] == "tentative"


def test_the_first_page_is_limited_and_ordered(harbour_study: Study):
    findings, _ = state(PLANTED, harbour_study)
    kinds = [f.kind for f in findings]
    assert all(kinds.count(k) <= LIMITS[k] for k in LIMITS)
    shown = order_findings(findings)
    assert [f["figure"] for f in shown[:2]] == ["stance-mayor", "voices"]
    assert set(shown[0]) == {"id", "strength", "text", "reason", "figure"}


def test_the_same_seed_says_the_same(harbour_study: Study):
    first, second = (state(PLANTED, harbour_study) for _ in range(2))
    assert first[0] == second[0]
    pd.testing.assert_frame_equal(first[1], second[1])


def compare_events(told: dict[str, list[int]]) -> pd.DataFrame:
    rows = [(e, f"a{i}", n, n / 10) for e, counts in told.items() for i, n in enumerate(counts)]
    return pd.DataFrame(rows, columns=pd.Index(["event", "article_id", "sentences", "share"]))


def make_articles(*integrity: str) -> pd.DataFrame:
    ids = [f"a{i}" for i in range(len(integrity))]
    outlets = [chr(ord("A") + i) for i in range(len(integrity))]
    return pd.DataFrame({"article_id": ids, "outlet": outlets, "integrity": list(integrity)})


NAMES = {"vote": "The vote", "march": "The march"}


def test_the_event_most_outlets_tell_and_one_leaves_out():
    compared = compare_events({"vote": [3, 1, 0], "march": [1, 0, 0]})
    finding = state_events(compared, make_articles("intact", "intact", "intact"), NAMES)
    assert finding is not None and finding.strength == "firm"
    assert finding.text == (
        "The vote: [2 of 3 outlets](#sentences?event=vote) tell it, A at most length (three sentences); "
        "C leaves it out."
    )


@pytest.mark.parametrize(
    ("integrity", "strength"),
    [
        (("intact", "intact", "spun"), "tentative"),
        (("intact", "machine_translated", "intact"), "tentative"),
        (("spun", "spun", "spun"), "tentative"),
    ],
)
def test_an_event_that_rests_on_altered_copies_is_not_firm(integrity, strength):
    finding = state_events(compare_events({"vote": [1, 1, 0]}), make_articles(*integrity), NAMES)
    assert finding is not None and finding.strength == strength
    assert "(one sentence)" in finding.text and "altered copies" in finding.reason


@pytest.mark.parametrize(
    "told", [{}, {"vote": [1, 1]}, {"vote": [1, 0]}, {"vote": [0, 0]}], ids=str
)
def test_no_event_is_stated_where_none_divides_the_outlets(told):
    assert state_events(compare_events(told), make_articles("intact", "intact"), NAMES) is None


def make_quantities(values: list[float], precision: str = "stated") -> pd.DataFrame:
    rows = [
        (
            "deaths",
            f"a{i}",
            f"a{i}-000",
            v,
            "deaths",
            "a year",
            "not said",
            precision,
            v,
            f"{v:g} deaths",
        )
        for i, v in enumerate(values)
    ]
    columns = "quantity article_id sentence_id value unit period counts precision per_year text"
    return pd.DataFrame(rows, columns=pd.Index(columns.split()))


def test_a_quantity_that_differs_is_counted_and_linked():
    articles = make_articles("intact", "intact", "spun")
    finding = state_quantities(make_quantities([30000, 12000, 30000]), articles, label="deaths")
    assert finding is not None and finding.strength == "firm"
    assert "[12,000 or 30,000 a year](#sentences?ids=a0-000,a1-000,a2-000)" in finding.text
    altered = state_quantities(
        make_quantities([30000, 12000]), make_articles("intact", "spun"), label="deaths"
    )
    assert altered is not None and altered.strength == "tentative"


@pytest.mark.parametrize(
    "table", [make_quantities([5, 5]), make_quantities([5]), make_quantities([5, 9], "order")]
)
def test_no_quantity_is_stated_where_nothing_differs(table):
    assert state_quantities(table, make_articles("intact", "intact"), label="deaths") is None


def test_facts_of_a_study_without_events_and_quantities():
    articles = make_articles("intact", "intact")
    assert state_facts(compare_events({}), make_quantities([]), articles, {}, {}) == []
    facts = state_facts(
        compare_events({"vote": [1, 0]}),
        make_quantities([5, 9]),
        articles,
        NAMES,
        {"deaths": "deaths"},
    )
    assert [f.kind for f in facts] == ["quantity"]
