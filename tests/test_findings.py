"""Findings: planted and shuffled differences, swapped outlets, altered copies, the written rule."""

from __future__ import annotations

import math
import re
from functools import partial

import numpy as np
import pandas as pd
import pytest

from encuadre import findings as module
from encuadre.findings import (
    KINDS,
    TOLD,
    add_critics,
    find_candidates,
    list_findings,
    measure_candidates,
    order_findings,
    read_findings,
    state_findings,
)
from encuadre.multiverse import measure_stability
from encuadre.study import Study
from encuadre.ways import Reading

FIRST, SECOND = "Kestrel Bay Courier", "Saltmarsh Review"
FIELDS = ("voice", "stance_mayor", "stance_port", "frame")
SURE = dict.fromkeys(FIELDS, 0.9)
ARTICLES = pd.DataFrame(
    {"article_id": ["kbc", "smr"], "outlet": [FIRST, SECOND], "integrity": "intact"}
)


@pytest.fixture(autouse=True)
def fewer_draws_and_all_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DRAWS", 2000)
    monkeypatch.setattr(module, "TOLD", len(KINDS))
    monkeypatch.setattr(module, "measure_stability", partial(measure_stability, draws=50))


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
    readings = [
        Reading(t.assign(segment="body", paragraph=range(len(t)), words=10), {"labels": name})
        for name, t in (("reference", labels), *(("models", t) for t in (others or (labels,))))
    ]
    found = find_candidates(labels, study=study)
    counted = measure_candidates(found, readings, articles, study=study, seed=4)
    return state_findings(
        found, labels, counted, articles, study=study, reliability=reliability, seed=4
    )


def strengths(findings) -> dict[str, str]:
    return {f.kind: f.strength for f in findings[::-1]}


def test_planted_differences_are_firm(harbour_study: Study):
    findings = state(PLANTED, harbour_study)
    assert strengths(findings) == {
        "voice": "firm",
        "stance": "firm",
        "gap": "firm",
        "frame": "firm",
    }
    text = next(f.text for f in findings if f.kind == "stance")
    assert text.startswith(f"In its own words {FIRST} criticises the mayor")
    assert "[−1.00](#sentences?article=kbc&target=mayor&voice=own)" in text
    assert text.endswith(
        f"; {SECOND} in none of 30 ([+1.00](#sentences?article=smr&target=mayor&voice=own))."
    )


def test_every_number_of_a_finding_is_of_its_labels(harbour_study: Study):
    findings = state(PLANTED, harbour_study)
    said = {f.kind: re.findall(r"\[([^\]]*)\]", f.text) for f in findings[::-1]}
    assert said["voice"] == ["67%", "30%"]  # 40 of 60, 30 of 100
    assert said["stance"] == ["40", "−1.00", "+1.00"]
    assert said["gap"] == ["+1.00", "−1.00"]
    assert said["frame"] in (["67%"], ["100%"])  # 40 of 60 and none of 100, or the other way
    for finding in findings:
        plain = re.sub(r"\[[^\]]*\]\([^)]*\)", "", finding.text)
        left = re.findall(r"\d+", plain.replace("on a scale from −1 to 1", ""))
        assert left == (["40", "30"] if finding.kind == "stance" else [])


def test_swapped_outlets_swap_the_sentences(harbour_study: Study):
    names = {FIRST: SECOND, SECOND: FIRST, "kbc": "smr", "smr": "kbc"}
    swapped = PLANTED.replace({"outlet": names, "article_id": names})
    straight = state(PLANTED, harbour_study)
    turned = state(swapped, harbour_study)
    pattern = re.compile("|".join(names))
    expected = {pattern.sub(lambda m: names[m[0]], f.text) for f in straight}
    assert {f.text for f in turned} == expected
    assert [f.strength for f in turned] == [f.strength for f in straight]


def test_flipped_stances_flip_the_sentence(harbour_study: Study):
    flipped = PLANTED.assign(stance_mayor=PLANTED["stance_mayor"].map({"-1": "1", "1": "-1"}))
    findings = state(flipped, harbour_study)
    text = {f.kind: f.text for f in findings}
    assert text["stance"].startswith(f"In its own words {SECOND} criticises the mayor")
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
    findings = state(labels, harbour_study)
    assert set(strengths(findings).values()) == {"cannot_tell"}
    for finding in findings:
        assert "cannot be told" in finding.text
        assert "spans zero" in finding.reason


@pytest.mark.parametrize("integrity", ["spun", "machine_translated"])
def test_an_altered_copy_is_never_firm(harbour_study: Study, integrity: str):
    articles = ARTICLES.assign(integrity=["intact", integrity])
    findings = state(PLANTED, harbour_study, articles=articles)
    touching = [f for f in findings if SECOND in f.text]
    assert touching and {f.strength for f in touching} == {"tentative"}
    assert all(SECOND in f.reason and "altered" in f.reason for f in touching)
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
    findings = state(PLANTED, harbour_study, reliability=dict.fromkeys(FIELDS, alpha))
    assert set(strengths(findings).values()) == {strength}
    assert all(said in f.reason for f in findings)


def test_a_difference_that_turns_when_counted_otherwise_is_tentative(harbour_study: Study):
    turned = PLANTED.assign(outlet=PLANTED["outlet"].map({FIRST: SECOND, SECOND: FIRST}))
    findings = state(PLANTED, harbour_study, others=(turned,))
    assert strengths(findings)["stance"] == "tentative"
    assert "0%" in next(f.reason for f in findings if f.kind == "stance")


def test_too_few_sentences_are_not_compared(harbour_study: Study):
    few = make_labels([(0, "outlet", "-1", "trade", 9), (1, "outlet", "1", "fairness", 60)])
    assert find_candidates(few, study=harbour_study) == []
    assert state(few, harbour_study) == []


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
    findings = state(labels, harbour_study)
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
    findings = state(labels, harbour_study, articles=articles)
    assert strengths(findings)["stance"] == "firm"
    assert "article=kbc1,kbc2" in next(f.text for f in findings if f.kind == "stance")
    articles.loc[3, "integrity"] = "spun"
    findings = state(labels, harbour_study, articles=articles)
    stance = next(f for f in findings if f.kind == "stance")
    assert stance.strength == "firm" and "Without the altered copy" in stance.reason


def test_who_voices_the_criticism_is_told_by_the_voice_of_critical_sentences(harbour_study: Study):
    labels = make_labels(
        [(0, "outlet", "-1", "none", 30), (0, "resident", "0", "none", 40),
         (1, "outlet", "-1", "none", 5), (1, "resident", "-1", "none", 45)]
    )  # fmt: skip
    critics = add_critics(labels, study=harbour_study)["critics_mayor"]
    assert critics.value_counts().to_dict() == {"resident": 45, "": 40, "outlet": 35}
    found = next(f for f in state(labels, harbour_study) if f.kind == "critics")
    assert re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", found.text) == (
        f"{SECOND} lets others criticise the mayor and her city: of 50 critical sentences 45 are "
        f"theirs and five its own. {FIRST} does it itself, in 30 of 30."
    )
    for voice in ("own", "quoted"):
        assert f"#sentences?article=smr&stance=-1&target=mayor&voice={voice}" in found.text
    assert found.strength == "firm"
    unsure = state(labels, harbour_study, reliability=SURE | {"voice": 0.7})
    assert next(f for f in unsure if f.kind == "critics").strength == "tentative"


def test_a_pair_of_intact_copies_goes_before_a_wider_one_that_is_altered(harbour_study: Study):
    third = "Tidewater Weekly"
    sources = harbour_study.sources
    extra = sources.iloc[:1].assign(article_id="tw", outlet=third, integrity="spun")
    study = harbour_study.model_copy(update={"sources": pd.concat([sources, extra])})
    articles = pd.concat(
        [ARTICLES, pd.DataFrame({"article_id": ["tw"], "outlet": [third], "integrity": ["spun"]})]
    )
    parts = [(0, "outlet", "-1", "none", 40), (1, "outlet", "0", "none", 40)]
    wide = make_labels([(0, "outlet", "1", "none", 40)]).assign(article_id="tw", outlet=third)
    labels = pd.concat([make_labels(parts), wide], ignore_index=True)
    labels["sentence_id"] = [f"s-{i:03d}" for i in range(len(labels))]
    found = [c for c in find_candidates(labels, study=study) if c.kind == "stance"]
    assert [c.contrast.second.outlets[0] for c in found] == [third, SECOND]
    assert {c.pairs for c in found} == {3}
    stated = [f for f in state(labels, study, articles=articles) if f.kind == "stance"]
    assert len(stated) == 1 and stated[0].strength == "firm" and third not in stated[0].text


def test_the_first_page_follows_the_rule(harbour_study: Study, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "TOLD", TOLD)
    findings = state(PLANTED, harbour_study)
    assert [f.kind for f in findings] == ["stance", "frame", "voice"]
    same = PLANTED.assign(stance_port=(["0", "1", "1"] * 54)[: len(PLANTED)])
    more = state(same, harbour_study)
    assert [f.kind for f in more[:-1]] == ["stance", "frame", "voice"]
    assert (more[-1].kind, more[-1].strength) == ("stance", "cannot_tell")
    assert "kindest to the port" in more[-1].text
    shown = order_findings(more[::-1])
    assert [f["figure"] for f in shown] == ["stance-mayor", "frames", "voices", "stance-port"]
    assert set(shown[0]) == {"id", "strength", "text", "reason", "figure"}


def test_findings_survive_their_table(harbour_study: Study):
    findings = state(PLANTED, harbour_study)
    assert read_findings(list_findings(findings)) == findings


def test_the_same_seed_says_the_same(harbour_study: Study):
    assert state(PLANTED, harbour_study) == state(PLANTED, harbour_study)


def test_names_of_outlets_are_escaped(harbour_study: Study):
    evil = "[x](https://evil.example)"
    labels = PLANTED.replace({"outlet": {SECOND: evil}})
    articles = ARTICLES.replace({"outlet": {SECOND: evil}})
    findings = state(labels, harbour_study, articles=articles)
    assert findings and not any("](https" in f.text for f in findings)
