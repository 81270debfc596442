"""Events: the phrases of events.yml against hand-read sentences."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encuadre.articles import read_articles
from encuadre.errors import EncuadreError, StudyError
from encuadre.events import (
    Event,
    Rule,
    compare_events,
    compile_phrases,
    find_scattered,
    fold_text,
    match_rule,
    parse_events,
    trace_events,
)
from encuadre.schemas import check_table
from encuadre.sentences import split_sentences
from encuadre.sequence import list_possible, order_events, place_events
from encuadre.study import read_study

DATA = Path(__file__).parents[1] / "data"

TOLD_BY_READING = {  # event: article, opening words of each sentence that tells of it
    "merida_exit": {
        "mexicotoday": ["From early on, he sought", "With the threat of Mexico’s unilateral"],
    },
    "ovidio_freed": {"tppf": ["In October 2019, when Mexican soldiers"]},
    "china_difficulties": {"latinnews": ["As we have seen, however, US-China cooperation"]},
    "china_withdrawal": {"mexicotoday": ["The cartels sometimes import it to Mexico"]},
    "cienfuegos_arrest": {
        "tppf": ["In October 2020, Former Mexican"],
        "usatoday": [
            "The security relationship between",
            "That almost dismantled",
            "He said the Cienf",
        ],
        "mexicotoday": ["After the United States arrested"],
        "latinnews": [
            "With hindsight another key",
            "On that day former Mexican",
            "Even though Cienfuegos had served",
            "The Cienfuegos affair",
        ],
        "npr": [
            "The disaster started in October",
            "The U.S. accused Cienfuegos",
            "There was already a excessive",
            "In response to the Cienfuegos",
        ],
    },
    "expulsion_threat": {
        "mexicotoday": ["After the United States arrested"],
        "latinnews": [
            "Media reports said that",
            "In the event, and to avoid",
            "Despite promising to take",
        ],
    },
    "cienfuegos_return": {
        "tppf": ["After labeling the huge", "Upon his return", "After Cienfuegos’ release"],
        "mexicotoday": ["The U.S. government bent backwards"],
        "latinnews": [
            "In the event, and to avoid",
            "Despite promising to take",
            "The US dropped the charges",
            "While the Mexican attorney general",
            "By January 2021 all charges",
            "The Cienfuegos affair",
        ],
        "npr": ["Underneath stress from Mexico"],
    },
    "security_law": {
        "tppf": ["After Cienfuegos’ release"],
        "mexicotoday": ["But cooperation remained hollowed"],
        "latinnews": ["In December 2020, Mexico", "The law also removed", "Given fears that some"],
        "npr": [
            "In response to the Cienfuegos",
            "The regulation additionally",
            "Because of this, joint",
        ],
    },
    "unit_closed": {"tppf": ["In another move to reduce"]},
    "caro_quintero": {"usatoday": ["But some current and former U.S."]},
    "ovidio_captured": {
        "usatoday": [
            "The timing of the alleged",
            "Four days before President",
            "At least 29 people",
            "In public, Mexican officials denied",
            "“It certainly seems political",
            "There’s a lot of speculation",
            "“Biden announces that he will",
            "On Friday, White House spokesman",
            "“That is not an insignificant",
        ],
    },
    "matamoros": {
        "mexicotoday": [
            "The early March murder",
            "The March murders and kidnappings",
            "In reaction to the recent",
        ],
    },
    "letter_to_xi": {
        "latinnews": [
            "In what seems to have been",
            "In the letter AMLO said",
            "AMLO went on to claim",
            "It was only further down",
            "There was no immediate direct",
            "But a Chinse foreign",
            "Mexico in turn, has",
        ],
    },
    "zambada_arrest": {
        "tppf": [
            "Recently, Ismael",
            "Zambada’s arrest, alongside",
            "However, this triumph",
            "Instead of celebrating",
            "And Mexico demanded an",
            "That’s right—rather than",
            "He later boasted that",
        ],
    },
    "propublica_report": {"tppf": ["If that evidence is not"]},
}


def make_sentences(*rows: tuple[str, int, str, str]) -> pd.DataFrame:
    """Sentences from (article_id, paragraph, segment, text)."""
    table = pd.DataFrame(rows, columns=pd.Index(["article_id", "paragraph", "segment", "text"]))
    position = table.groupby("article_id").cumcount()
    ids = [f"{a}-{p:03d}" for a, p in zip(table["article_id"], position, strict=True)]
    lengths = table["text"].str.len()
    return table.assign(sentence_id=ids, position=position, start=0, end=lengths)


@pytest.fixture(scope="module")
def default_sentences() -> pd.DataFrame:
    return split_sentences(*read_articles(read_study(DATA)))


@pytest.fixture(scope="module")
def default_events() -> dict:
    return read_study(DATA).events


@pytest.mark.parametrize("event", TOLD_BY_READING)
def test_default_events_are_those_that_a_reader_marked(event, default_sentences, default_events):
    traced = trace_events(default_sentences, events=default_events)
    marked = {
        (article, row.sentence_id)
        for article, openings in TOLD_BY_READING[event].items()
        for opening in openings
        for row in default_sentences.itertuples()
        if row.article_id == article
        and row.text.startswith(opening)
        and row.segment != "boilerplate"
    }
    assert len(marked) == sum(len(o) for o in TOLD_BY_READING[event].values())
    found = traced[traced["event"] == event]
    assert set(zip(found["article_id"], found["sentence_id"], strict=True)) == marked


def test_every_default_event_is_told_and_the_table_keeps_its_contract(
    default_sentences, default_events
):
    traced = trace_events(default_sentences, events=default_events)
    assert set(traced["event"]) == {e.id for e in parse_events(default_events)}
    assert len(check_table(traced, "events")) == len(traced)
    segments = default_sentences.set_index("sentence_id")["segment"]
    assert (segments[traced["sentence_id"]] != "boilerplate").all()


def test_default_dates_are_in_order(default_events):
    dates = [e.date for e in parse_events(default_events)]
    assert [d[:4] for d in dates] == sorted(d[:4] for d in dates)
    assert all(re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", d) for d in dates)


ARREST = Event(
    id="arrest",
    label="Arrest",
    date="2020-10",
    together=(("Núñez",), ("arrest*", "seized")),
    unless=("rehearsal",),
    carry=("the charges",),
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("General Nunez was arrested.", True),
        ("GENERAL NÚÑEZ WAS SEIZED.", True),
        ("Police seized a boat.", False),
        ("General Núñez travelled.", False),
        ("General Núñez was arrested in a rehearsal.", False),
        ("General Núñezarrested", False),
        ("", False),
    ],
)
def test_rule_needs_a_phrase_of_each_group(text, told):
    assert match_rule([text], rule=ARREST) == [told]


def test_names_suffice_and_stars_stand_for_any_ending():
    rule = Rule(names=("El Chapo's son", "extradit*"))
    texts = ["EL CHAPO’S SON", "el chapo sons", "extradition", "nonextradited", "they extradit him"]
    assert match_rule(texts, rule=rule) == [True, False, True, False, True]


def test_punctuation_in_phrases_is_literal():
    assert match_rule(["U.S. troops", "UxSx troops"], rule=Rule(names=("U.S. troops",))) == [
        True,
        False,
    ]


def test_carry_counts_in_reach_of_a_told_sentence_only():
    sentences = make_sentences(
        ("a", 0, "body", "The charges were read."),
        ("a", 1, "body", "The charges came first."),
        ("a", 1, "body", "Núñez was arrested."),
        ("a", 1, "body", "He denied the charges."),
        ("a", 1, "body", "It rained."),
        ("a", 2, "body", "The charges fell."),
        ("b", 1, "body", "The charges in another article."),
    )
    near = trace_events(sentences, events=[ARREST])
    assert near["sentence_id"].tolist() == ["a-001", "a-002", "a-003"]
    wide = trace_events(sentences, events=[ARREST.model_copy(update={"reach": 1})])
    assert wide["sentence_id"].tolist() == ["a-000", "a-001", "a-002", "a-003", "a-005"]


def test_phrases_scattered_over_a_passage_are_found_only_where_no_sentence_tells():
    event = Event(id="levy", label="Levy", date="2024", together=(("steel",), ("tin",)))
    texts = ["Steel pays more.", "Nothing here.", "Tin pays less.", "Nothing.", "Tin again."]
    rows = [("a", 0, "body", text) for text in texts]
    assert list(find_scattered(make_sentences(*rows), events=[event])["sentence_id"]) == [
        "a-000",
        "a-002",
    ]
    assert list(find_scattered(make_sentences(rows[0], rows[2]), events=[event])["article_id"]) == [
        "a",
        "a",
    ]
    told = ("a", 1, "body", "Steel and tin pay.")
    assert find_scattered(make_sentences(*rows, told), events=[event]).empty
    named = Event(id="levy", label="Levy", date="2024", names=("steel",))
    assert find_scattered(make_sentences(rows[4]), events=[named]).empty


def test_reach_steps_over_paragraphs_of_boilerplate():
    sentences = make_sentences(
        ("a", 0, "body", "Núñez was arrested."),
        ("a", 1, "boilerplate", "More: the charges against Núñez, arrested today"),
        ("a", 2, "body", "The charges fell."),
    )
    traced = trace_events(sentences, events=[ARREST.model_copy(update={"reach": 1})])
    assert traced["sentence_id"].tolist() == ["a-000", "a-002"]


def test_swapping_the_articles_swaps_the_events():
    rows = [("a", 0, "body", "Núñez was arrested."), ("b", 0, "body", "It rained.")]
    swapped = [("b", 0, "body", "Núñez was arrested."), ("a", 0, "body", "It rained.")]
    assert trace_events(make_sentences(*rows), events=[ARREST])["article_id"].tolist() == ["a"]
    assert trace_events(make_sentences(*swapped), events=[ARREST])["article_id"].tolist() == ["b"]


def test_room_by_hand():
    sentences = make_sentences(
        ("a", 0, "headline", "Núñez arrested"),
        ("a", 1, "body", "One two three four five six."),
        ("a", 2, "boilerplate", "Núñez arrested, photo by a photographer of ours"),
        ("b", 0, "body", "Nothing to see."),
    )
    other = ARREST.model_copy(update={"id": "flood", "together": (("flood",),)})
    traced = trace_events(sentences, events=[ARREST, other])
    room = compare_events(traced, sentences, events=[ARREST, other])
    assert list(room.columns) == ["event", "article_id", "sentences", "words", "share"]
    assert room.to_numpy().tolist() == [
        ["arrest", "a", 1, 2, 0.25],
        ["arrest", "b", 0, 0, 0.0],
        ["flood", "a", 0, 0, 0.0],
        ["flood", "b", 0, 0, 0.0],
    ]
    assert compare_events(traced, sentences)["event"].unique().tolist() == ["arrest"]


def test_place_by_hand():
    filler = "One two three four."
    sentences = make_sentences(
        ("a", 0, "body", filler),
        ("a", 1, "body", filler),
        ("a", 2, "body", "Núñez was arrested yesterday."),
        ("a", 3, "body", "Núñez was arrested again."),
        ("b", 0, "body", "Núñez was arrested yesterday."),
        ("b", 1, "body", filler),
        ("c", 0, "body", f"{filler[:-1]}, {filler.lower()}"),
        ("c", 1, "body", "Núñez arrested."),
    )
    places = place_events(trace_events(sentences, events=[ARREST]), sentences)
    assert places.to_numpy().tolist() == [
        ["arrest", "a", "a-002", 0.5, "middle"],
        ["arrest", "b", "b-000", 0.0, "lead"],
        ["arrest", "c", "c-001", 0.8, "end"],
    ]
    with pytest.raises(EncuadreError, match="edge"):
        place_events(places, sentences, edge=0.7)


@pytest.mark.parametrize(
    ("date", "published_on", "possible"),
    [
        ("2023-04", "2023-04-01", True),
        ("2023-04-02", "2023-04-01", False),
        ("2023-04", "2023", True),
        ("2024", "2023", False),
        ("2023", "2023-01-08", True),
        ("2023-03", "2023-02", False),
        ("2030", "", True),
    ],
)
def test_an_article_can_tell_what_had_happened_by_then(date, published_on, possible):
    event = ARREST.model_copy(update={"date": date})
    articles = pd.DataFrame({"article_id": ["a"], "published_on": [published_on]})
    pairs = list_possible(articles, events=[event])
    assert pairs == ({("arrest", "a")} if possible else set())


def test_events_are_ordered_as_told_and_steps_back_in_time_are_marked():
    dates = {"late": "2023-05-01", "month": "2023-05", "early": "2020", "next": "2021-01"}
    events = [ARREST.model_copy(update={"id": i, "date": d}) for i, d in dates.items()]
    rows = [("early", 0.5), ("late", 0.0), ("next", 0.9), ("month", 0.2)]
    placed = pd.DataFrame(
        [(e, "a", f"a-{b}", b, "middle") for e, b in rows],
        columns=pd.Index(["event", "article_id", "sentence_id", "before", "place"]),
    )
    ordered = order_events(placed, events=events)
    assert ordered["event"].tolist() == ["late", "month", "early", "next"]
    assert ordered["told"].tolist() == [1, 2, 3, 4]
    assert ordered["back"].tolist() == [False, False, True, True]
    assert order_events(placed.head(0), events=events).empty


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"id": "x", "label": "X", "date": 2020}, "no phrases"),
        ({"id": "Not An Id", "label": "X", "date": 2020, "names": ["a"]}, "id"),
        ({"id": "x", "label": "X", "date": "October 2020", "names": ["a"]}, "date"),
        ({"id": "x", "label": "X", "date": "2020-13", "names": ["a"]}, "date"),
        ({"id": "x", "label": "X", "date": 2020, "names": ["  *"]}, "neither letter"),
        ({"id": "x", "label": "X", "date": 2020, "names": "arrest"}, "names"),
        ({"id": "x", "label": "X", "date": 2020, "together": [[]]}, "empty"),
        ({"id": "x", "label": "X", "date": 2020, "names": ["a"], "reach": -1}, "reach"),
        ({"id": "x", "label": "X", "date": 2020, "names": ["a"], "any": ["b"]}, "any"),
        ("arrest", "write `- id"),
    ],
)
def test_faulty_entries_are_named(entry, says):
    with pytest.raises(StudyError, match=says):
        parse_events({"events": [entry]})


def test_all_faults_are_reported_together_and_ids_must_differ():
    good = {"id": "x", "label": "X", "date": 2020, "names": ["a"]}
    with pytest.raises(StudyError, match="stands twice"):
        parse_events({"events": [good, good]})
    with pytest.raises(StudyError) as error:
        parse_events({"events": [{"id": "y"}, "z"]})
    assert len(error.value.faults) >= 3
    with pytest.raises(StudyError, match="write a list"):
        parse_events({"events": "x"})


def test_dates_may_be_reduced_or_read_by_yaml_as_dates():
    entries = [
        {"id": f"e{i}", "label": "E", "date": date, "names": ["a"]}
        for i, date in enumerate([2020, "2020-10", pd.Timestamp("2020-10-15").date()])
    ]
    assert [e.date for e in parse_events({"events": entries})] == ["2020", "2020-10", "2020-10-15"]


def test_no_events_and_no_sentences_give_an_empty_table():
    sentences = make_sentences(("a", 0, "body", "Núñez was arrested."))
    for table in (
        trace_events(sentences, events={}),
        trace_events(sentences.iloc[:0], events=[ARREST]),
    ):
        assert table.empty and list(table.columns) == ["event", "sentence_id", "article_id"]
    with pytest.raises(EncuadreError, match="split_sentences"):
        trace_events(sentences.drop(columns="segment"), events=[ARREST])


def test_inputs_stay_as_they_were(default_sentences, default_events):
    before = default_sentences.copy(deep=True)
    trace_events(default_sentences, events=default_events)
    pd.testing.assert_frame_equal(default_sentences, before)


@given(st.text())
def test_folding_keeps_the_length(text):
    assert len(fold_text(text)) == len(text)


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1).filter(str.strip), st.text())
def test_any_phrase_compiles_and_is_found_where_it_stands_alone(phrase, text):
    pattern = compile_phrases([phrase])
    pattern.search(fold_text(text))
    if "*" not in phrase:
        assert pattern.search(fold_text(f" {phrase.strip()} "))
