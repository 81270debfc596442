"""The evidence of each finding: which sentences a link leads to, and which of them are shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encuadre.build.appendix import collect_sides, find_links, say_measures, share_room
from encuadre.build.filters import find_sentences, list_sentences, parse_filters

COLUMNS = ("id", "article", "paragraph", "segment", "text", "voice", "speaker", "speaker_id",
           "stance", "frame", "function", "topic", "events")  # fmt: skip


def make_evidence(*rows: dict[str, Any]) -> dict[str, Any]:
    """Evidence of two articles; what a row does not say is as in a plain own sentence."""
    plain = dict.fromkeys(COLUMNS, "") | {
        "article": 0, "paragraph": 0, "segment": "body", "voice": "outlet", "stance": {},
        "events": [], "text": "A sentence that is long enough to tell something.",
    }  # fmt: skip
    articles = [
        {"id": a, "outlet": o, "hue": k, "copy": c}
        for k, (a, o, c) in enumerate([("one", "Courier", ""), ("two", "Review", "spun copy")])
    ]
    listed = [{**plain, "id": f"s{k}", **row} for k, row in enumerate(rows)]
    return {
        "articles": articles, "own": "outlet", "targets": ["mayor"], "columns": list(COLUMNS),
        "rows": [[row[c] for c in COLUMNS] for row in listed],
        "names": {"voice": {"outlet": "the outlet", "city": "city government"},
                  "target": {"mayor": "the mayor"}, "frame": {"cost": "cost"}},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ("voice=own", [0, 3]),
        ("voice=quoted", [1]),
        ("voice=city,outlet", [0, 1, 3]),
        ("article=two", [2, 3]),
        ("target=mayor", [1, 3]),
        ("target=mayor&stance=-1", [1]),
        ("stance=0,1", [3]),
        ("speaker=ines", [1]),
        ("event=vote&article=one", [0]),
        ("ids=s2,s0", [0, 2]),
        ("q=LONG%20enough", [0, 1, 3]),
        ("segment=boilerplate", [2]),
        ("frame=nosuch", []),
    ],
)
def test_filters_choose_the_sentences_that_they_name(link, wanted):
    evidence = make_evidence(
        {"events": ["vote", "storm"]},
        {"voice": "city", "speaker_id": "ines", "stance": {"mayor": -1}},
        {"article": 1, "voice": "", "segment": "boilerplate", "text": "Share"},
        {"article": 1, "stance": {"mayor": 0}},
    )
    sentences = list_sentences(evidence)
    filters = parse_filters(f"#sentences?{link}")
    found = find_sentences(sentences, filters, own="outlet", targets=["mayor"])
    assert [s["id"] for s in found] == [f"s{k}" for k in wanted]


def test_places_count_within_the_article():
    sentences = list_sentences(make_evidence({}, {"article": 1}, {}, {"article": 1}, {}))
    assert [(s["place"], s["places"]) for s in sentences] == [
        (1, 3),
        (1, 2),
        (2, 3),
        (2, 2),
        (3, 3),
    ]


def test_links_are_found_in_order():
    text = "A [28%](#sentences?a=1), [x](#fig-y) and [none](#sentences?b=2)."
    assert find_links(text) == [("28%", "#sentences?a=1"), ("none", "#sentences?b=2")]


def test_a_mean_is_shown_in_its_proportion_and_the_surest_first():
    rows = [{"stance": {"mayor": v}} for v in (-1, -1, -1, -1, 0, 0, 1)]
    text = (
        "[−0.43](#sentences?article=one&target=mayor) [0.00](#sentences?article=two&target=mayor)"
    )
    sureness = {(f"s{k}", "stance_mayor"): k / 10 for k in range(7)}
    first, second = collect_sides(text, make_evidence(*rows), sureness)
    assert (first.number, first.count, first.total, first.outlets) == ("−0.43", 7, 0, ("Courier",))
    # the other side is empty, so all six go to this one: 4, 2 and 1 of seven
    assert [s["id"] for s in first.sentences] == ["s1", "s2", "s3", "s4", "s5", "s6"]
    assert second.sentences == () and second.count == 0 and second.target == "mayor"


def test_a_share_of_voices_is_told_by_both():
    rows = [{"voice": "city"}] * 4 + [{}] * 2
    side = collect_sides("[33%](#sentences?article=one&voice=outlet)", make_evidence(*rows), {})[0]
    assert (side.count, side.total) == (2, 6)
    assert sorted(s["voice"] for s in side.sentences) == ["city"] * 4 + ["outlet"] * 2


def test_a_share_of_frames_counts_the_sentences_that_have_one():
    rows = [{"frame": "cost"}, {"frame": "none"}, {"frame": "none"}, {"frame": ""}]
    side = collect_sides("[33%](#sentences?article=one&frame=cost)", make_evidence(*rows), {})[0]
    assert (side.count, side.total, [s["id"] for s in side.sentences]) == (1, 3, ["s0"])


def test_outlets_take_turns_where_all_were_asked_and_the_silent_are_named():
    told = [{"events": ["vote"]}] * 9
    side = collect_sides("[one](#sentences?event=vote)", make_evidence(*told), {})[0]
    assert side.silent == ("Review",) and len(side.sentences) == 6
    both = make_evidence(*told, {"article": 1, "events": ["vote"]})
    side = collect_sides("[two](#sentences?event=vote)", both, {})[0]
    assert side.silent == () and side.sentences[-1]["article"]["outlet"] == "Review"
    assert len(side.sentences) == 6


def test_headlines_and_scraps_are_shown_only_where_nothing_else_is_left():
    rows = [{"segment": "headline", "frame": "cost"}, {"text": "Short.", "frame": "cost"}]
    rows += [{"frame": "cost"}] * 6
    text = "[100%](#sentences?article=one&frame=cost)"
    side = collect_sides(text, make_evidence(*rows), {("s0", "frame=cost"): 1.0})[0]
    assert [s["id"] for s in side.sentences] == [f"s{k}" for k in range(2, 8)]


def test_what_was_measured_is_said_in_words():
    rows = [
        {"voice": "city", "speaker": "Ines", "stance": {"mayor": 0}, "frame": "cost"},
        {"stance": {"mayor": -1}, "frame": "none"},
    ]
    evidence = make_evidence(*rows)
    first, second = list_sentences(evidence)
    assert say_measures(first, evidence) == "Ines (city government) · cost"
    assert say_measures(first, evidence, target="mayor") == (
        "Ines (city government) · neutral toward the mayor · cost"
    )
    assert say_measures(second, evidence) == "own voice · unfavourable toward the mayor"


@given(st.lists(st.integers(0, 50), max_size=6), st.integers(0, 12))
def test_room_is_divided_without_rest(sizes, room):
    shared = share_room(sizes, room)
    assert sum(shared) == min(room, sum(sizes))
    assert all(0 <= part <= size for part, size in zip(shared, sizes, strict=True))
    if room >= len(sizes):
        assert all(shared[k] for k, size in enumerate(sizes) if size)
