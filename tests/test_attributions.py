"""Rules and a model of who says what, together: hand-made attributions beside hand-made texts."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from encuadre.attributions import Attribution, is_speech, weigh_support
from encuadre.claims import CONFIDENCE, read_sentences
from encuadre.schemas import check_table
from encuadre.sentences import split_sentences
from encuadre.study import Codebook, Study, Target, Voice
from encuadre.voices import measure_voices

STUDY = Study(
    root=Path(),
    title="",
    question="",
    targets=(Target(id="city", label="the city", names=("City Hall",)),),
    voices=(Voice(id="outlet", label="outlet"), Voice(id="others", label="others", cues=("*",))),
    outlets=(),
    speakers=(),
    topic_names={},
    near_duplicates="allow",
    parameters={},
    codebook=Codebook(version="1", unit="sentence", fields=()),
    events={},
    sources=pd.DataFrame([{"article_id": "a", "outlet": "Gazette"}]),
)


def split(text: str) -> pd.DataFrame:
    articles = pd.DataFrame({"article_id": ["a"], "integrity": ["intact"]})
    return split_sentences(articles, {"a": text}).assign(segment="body")


def attribute(text: str, source: str, cue: str, content: str, *, score: float = 0.95):
    places = {
        role: [(text.index(part), text.index(part) + len(part))] if part else []
        for role, part in (("source", source), ("cue", cue), ("content", content))
    }
    return Attribution(places, is_speech(cue, content), score)


def measure(text: str, *found: Attribution) -> pd.DataFrame:
    voices = measure_voices(split(text), study=STUDY, attributions={"a": found})
    return check_table(voices, "voices")


MISSED = "At a rally in Tampa, Ana Ruiz also questioned what kind of man sends such letters."
PARTS = ("Ana Ruiz", "questioned", "what kind of man sends such letters")


def test_a_sentence_that_only_the_model_finds_gets_its_speaker():
    alone = measure_voices(split(MISSED), study=STUDY)
    assert alone["voice"].item() == "outlet"
    voices = measure(MISSED, attribute(MISSED, *PARTS))
    columns = ["voice", "speaker", "cue", "attribution"]
    assert voices[columns].values.tolist() == [["others", "Ana Ruiz", "questioned", "indirect"]]
    assert 0 < voices["confidence"].item() <= CONFIDENCE["tagged"]


@pytest.mark.parametrize(
    ("source", "cue", "score"),
    [
        ("Ana Ruiz", "questioned", 0.5),  # not sure
        ("", "questioned", 0.95),  # nobody
        ("Ana Ruiz", "also", 0.95),  # no verb of saying
    ],
)
def test_what_is_not_sure_is_not_added(source: str, cue: str, score: float):
    found = attribute(MISSED, source, cue, PARTS[2], score=score)
    support = weigh_support(read_sentences(split(MISSED)), [found])[0]
    assert support.cue is None


def test_a_denial_is_the_outlets_own_word():
    text = "Mayor Ana Ruiz has not said when the old bridge in the port will open."
    found = attribute(
        text, "Mayor Ana Ruiz", "has not said", "when the old bridge in the port will open"
    )
    assert weigh_support(read_sentences(split(text)), [found])[0].cue is None


@pytest.mark.parametrize(
    ("text", "source", "cue", "content"),
    [
        (
            "As the mayor is denying that rents have ever risen, they rose again.",
            "the mayor",
            "is denying",
            "that rents have ever risen",
        ),
        (
            "The mayor went to great lengths to emphasize the low rents of the port.",
            "The mayor",
            "went to great lengths to emphasize",
            "the low rents of the port",
        ),
        (
            "On paper the framework reiterates all the promises of the port and its mayor.",
            "the framework",
            "reiterates",
            "all the promises of the port and its mayor",
        ),
    ],
)
def test_clauses_conduct_and_things_are_no_claims(text: str, source: str, cue: str, content: str):
    support = weigh_support(read_sentences(split(text)), [attribute(text, source, cue, content)])[0]
    assert support.said > 0.5
    assert support.cue is None


def test_shares_are_counted_in_words():
    text = "One two three. Four five, said Ana."
    found = Attribution(
        {"source": [(31, 34)], "cue": [(26, 30)], "content": [(4, 13), (15, 24)]}, True, 0.95
    )
    one, two = weigh_support(read_sentences(split(text)), [found])
    assert (one.share, two.share) == (pytest.approx(2 / 3), 1)
    assert (one.cue, two.cue, two.source) == (None, (11, 15), (16, 19))
    attitude = Attribution(found.spans, False, 0.95)
    one, _ = weigh_support(read_sentences(split(text)), [attitude])
    assert (one.share > 0.5, one.said) == (True, 0)


def test_rules_without_support_are_less_sure():
    text = "The clerk said that the bridge had been closed for years."
    parts = ("The clerk", "said", "that the bridge had been closed for years")
    alone = measure_voices(split(text), study=STUDY)
    with_model = measure(text, attribute(text, *parts))
    without = measure(text)
    columns = ["voice", "speaker", "attribution"]
    assert with_model[columns].equals(alone[columns])
    assert without[columns].equals(alone[columns])
    assert with_model["confidence"].item() == alone["confidence"].item()
    assert without["confidence"].item() < alone["confidence"].item()


def test_own_voice_is_less_sure_where_the_model_hears_another():
    text = "The bridge had been closed for years. The clerk said so."
    found = attribute(text, "The clerk", "said", "The bridge had been closed for years")
    alone, both = measure_voices(split(text), study=STUDY), measure(text, found)
    assert both["voice"].iloc[0] == "outlet"
    assert both["confidence"].iloc[0] < alone["confidence"].iloc[0]


@pytest.mark.parametrize(
    ("cue", "content", "said"),
    [
        ("said", "prices fell", True),
        ("According to", "prices fell", True),
        ("wants", "lower prices", False),
        ("wants", "“lower prices”", True),
        (":", "Prices fall", True),
        ("", "", False),
    ],
)
def test_speech_is_told_from_attitude(cue: str, content: str, said: bool):
    assert is_speech(cue, content) is said
