"""Mentions of the targets: names, countries as governments, titles, pronouns, hostile input."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

from encuadre.articles import read_articles
from encuadre.schemas import check_table
from encuadre.sentences import split_sentences
from encuadre.study import Codebook, Speaker, Study, Target, Voice, read_study
from encuadre.targets import find_mentions

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(DATA)


@pytest.fixture(scope="module")
def found(study: Study) -> tuple[pd.DataFrame, dict[str, str], pd.DataFrame]:
    articles, texts = read_articles(study)
    sentences = split_sentences(articles, texts)
    return sentences, texts, find_mentions(sentences, study=study)


def find_in(text: str, study: Study) -> list[tuple[str, str, str]]:
    articles = pd.DataFrame({"article_id": ["a"], "integrity": ["intact"]})
    sentences = split_sentences(articles, {"a": text}).assign(segment="body")
    mentions = find_mentions(sentences, study=study)
    assert all(text[r.start : r.end] == r.surface for r in mentions.itertuples())
    return [(r.target, r.surface, r.resolved_from) for r in mentions.itertuples()]


@pytest.mark.parametrize(
    ("text", "surfaces"),
    [
        ("Mexico demanded an explanation from the US.", ["Mexico", "US"]),
        ("Mexico’s lack of cooperation is plain.", ["Mexico"]),
        ("Mexico's lack of cooperation is plain.", ["Mexico"]),
        ("The U.S cannot trust Mexico to act.", ["U.S", "Mexico"]),
        ("Nobody could push Mexico to act.", ["Mexico"]),
        ("Talks with Mexico went on.", ["Mexico"]),
        ("Cooperation between Mexico and the United States failed.", ["Mexico", "United States"]),
        ("It hurt U.S.-Mexico cooperation.", ["U.S.", "Mexico"]),
        ("It was seized at the U.S.-Mexico border.", []),
        ("Drugs are made in Mexico and smuggled into the U.S. by sea.", []),
        ("Weapons flow from the United States to Mexico.", []),
        ("Mexico’s Sinaloa cartel is rich.", []),
        ("They met in Mexico City.", []),
        ("The murder rate of New Mexico fell.", []),
        ("A former Mexican Defense Minister was arrested.", []),
        ("A vicious Mexican cartel grew.", []),
        ("U.S. citizens were killed.", []),
        ("Many previous Mexican governments fell.", []),
        ("Can the US and AMLO stop it?", ["US", "AMLO"]),
        ("Soldiers of the United Statesaccording to nobody.", []),
        ("10 Mexican soldierswere killed there.", ["Mexican soldiers"]),
        ("The mexican government fell.", []),
    ],
)
def test_country_counts_where_its_government_acts(text: str, surfaces: list[str], study: Study):
    assert [surface for _, surface, _ in find_in(text, study)] == surfaces


def test_longest_name_wins(study: Study):
    mentions = find_in("Andrés Manuel López Obrador spoke.", study)
    assert mentions == [("mexico", "Andrés Manuel López Obrador", "")]


def test_description_of_a_speaker_is_no_mention(study: Study):
    assert find_in("U.S. officials say the pills are small.", study) == []
    assert find_in("A senior DEA official told us that pills are small.", study) == []
    assert find_in("The pills are small, according to the DEA.", study) == []
    assert find_in("The DEA shut the office.", study) == [("us", "DEA", "")]


def test_title_stands_for_the_person_named_before(study: Study):
    mentions = find_in("López Obrador left. Nobody assuaged the Mexican president’s fury.", study)
    assert mentions[1] == ("mexico", "the Mexican president", "López Obrador")


def test_pronouns_stand_for_the_subject_before_them(study: Study):
    mentions = find_in("AMLO left early. He wants a deal with his neighbours.", study)
    assert mentions[1:] == [("mexico", "He", "AMLO"), ("mexico", "his", "AMLO")]
    chain = find_in("Mexico has shown us that it is weak. It has no plan.", study)
    assert [m[1] for m in chain] == ["Mexico", "it", "It"]


def test_pronoun_of_somebody_else_is_no_mention(study: Study):
    text = "“López Obrador is proud,” said the former ambassador, Arturo Sarukhán. He noted this."
    assert [m[1] for m in find_in(text, study)] == ["López Obrador"]
    assert [m[1] for m in find_in("AMLO met Xi Jinping and thanked him.", study)] == ["AMLO"]
    assert [m[1] for m in find_in("AMLO left. It is clear that rain fell.", study)] == ["AMLO"]


def test_pronouns_stop_at_the_paragraph(study: Study):
    assert [m[1] for m in find_in("AMLO left.\nHe is gone.", study)] == ["AMLO"]


def test_two_countries_are_both_targets(study: Study):
    mentions = find_in("Suspicion between the two countries grew.", study)
    assert {(m[0], m[2]) for m in mentions} == {("mexico", "Mexico"), ("us", "United States")}


def test_codebook_examples_in_the_articles(found):
    mentions = found[2]

    def targets(sentence_id: str) -> list[str]:
        return sorted(mentions.loc[mentions["sentence_id"] == sentence_id, "target"].unique())

    assert targets("tppf-003") == ["mexico"]
    assert targets("tppf-005") == ["mexico", "us"]
    assert targets("tppf-012") == []
    assert targets("usatoday-031") == ["mexico", "us"]
    assert targets("mexicotoday-013") == []
    assert targets("mexicotoday-018") == ["mexico", "us"]
    assert targets("latinnews-029") == ["mexico"]
    assert targets("npr-012") == []


def test_table_keeps_its_contract_and_offsets(found, study: Study):
    sentences, texts, mentions = found
    checked = check_table(mentions, "mentions").merge(
        sentences, on="sentence_id", suffixes=("", "_sentence"), validate="many_to_one"
    )
    assert set(checked["target"]) == {t.id for t in study.targets}
    assert (checked["segment"] != "boilerplate").all()
    assert (checked["start"] >= checked["start_sentence"]).all()
    assert (checked["end"] <= checked["end_sentence"]).all()
    assert all(
        texts[a][s:e] == surface
        for a, s, e, surface in checked[["article_id", "start", "end", "surface"]].values
    )


def test_mentions_of_a_target_do_not_overlap(found):
    for _, group in found[2].groupby(["sentence_id", "target"]):
        ordered = group.sort_values("start")
        assert (ordered["start"].iloc[1:].to_numpy() >= ordered["end"].iloc[:-1].to_numpy()).all()


def test_another_study_needs_only_its_lists():
    study = Study(
        root=Path(),
        title="",
        question="",
        targets=(
            Target(id="city", label="city", names=("City Hall", "Ada Moss"), titles=("the mayor",)),
        ),
        voices=(Voice(id="outlet", label="outlet"), Voice(id="other", label="o", cues=("*",))),
        outlets=(),
        speakers=(Speaker(name="Ada Moss", voice="other", aliases=("Moss",), pronouns="she"),),
        topic_names={},
        near_duplicates="allow",
        parameters={},
        codebook=Codebook(version="1", unit="sentence", fields=()),
        events={},
        sources=pd.DataFrame([{"article_id": "a", "outlet": "Gazette"}]),
    )
    text = "Ada Moss closed the bridge. She blamed nobody. He left. The mayor spoke for City Hall."
    assert find_in(text, study) == [
        ("city", "Ada Moss", ""),
        ("city", "She", "Ada Moss"),
        ("city", "The mayor", "Ada Moss"),
        ("city", "City Hall", ""),
    ]


def make_small(*names: str) -> Study:
    return Study(
        root=Path(),
        title="",
        question="",
        targets=(Target(id="it", label="it", names=names),),
        voices=(Voice(id="outlet", label="outlet"),),
        outlets=(),
        speakers=(),
        topic_names={},
        near_duplicates="allow",
        parameters={},
        codebook=Codebook(version="1", unit="sentence", fields=()),
        events={},
        sources=pd.DataFrame([{"article_id": "a", "outlet": "Gazette"}]),
    )


@pytest.mark.parametrize("name", ["Obama", "Labour", "Hamas"])
def test_a_single_word_that_is_no_place_counts_wherever_it_stands(name: str):
    text = f"{name} met governors. Critics of {name} spoke. It was {name}'s plan. A deal on {name}."
    assert [m[1] for m in find_in(text, make_small(name))] == [name] * 4


def test_a_place_is_known_or_named_with_its_government():
    text = "They met in Flanders. Flanders refused to act."
    assert len(find_in(text, make_small("Flanders"))) == 2
    assert len(find_in(text, make_small("Flanders", "government of Flanders"))) == 1
    assert len(find_in(text.replace("Flanders", "Texas"), make_small("Texas"))) == 1
    assert len(find_in("They like Jordan.", make_small("Jordan", "Jim Jordan"))) == 1


def test_a_name_in_a_compound_is_no_mention():
    study = make_small("Cassidy", "Obama")
    assert find_in("The Graham-Cassidy bill and the Obama-backed plan fell.", study) == []


def test_he_stands_for_a_person_known_by_the_title_alone():
    text = "Mr. Obama spoke. He left early."
    assert find_in(text, make_small("Obama"))[1] == ("it", "He", "Obama")


def test_it_stands_for_no_plural_and_for_no_attribute():
    study = make_small("Republicans", "Republican", "Obama administration")
    assert [m[1] for m in find_in("Republicans lost. It needs votes.", study)] == ["Republicans"]
    text = "Republican senators voiced doubts over the bill, narrowing its chances."
    assert [m[1] for m in find_in(text, study)] == ["Republican"]


def test_a_party_behind_a_name_and_a_government_in_a_compound_are_no_mentions():
    assert find_in("Susan Collins, Maine Republican, left.", make_small("Republican")) == []
    text = "Obama left. He bought it on the government-run exchange."
    assert [m[1] for m in find_in(text, make_small("Obama"))][-1] != "government"
    text = "Obama left the part of the government that lets us act."
    assert [m[1] for m in find_in(text, make_small("Obama"))] == ["Obama"]


def test_no_sentence_gives_an_empty_table(found, study: Study):
    assert len(check_table(find_mentions(found[0].head(0), study=study), "mentions")) == 0


@pytest.mark.parametrize(
    "text",
    ["a" * 100_000, "Mexico and the U.S. " * 5_000, "AMLO said he " * 7_000, "“" * 50_000]
    + ["قال الرئيس AMLO " * 500, "😀 it its " * 5_000, "between " * 12_000, "X, " * 33_000],
)
def test_hostile_text_is_read_in_bounded_time(text: str, study: Study):
    started = time.perf_counter()
    row = {"sentence_id": "npr-000", "article_id": "npr", "paragraph": 0, "position": 0}
    row |= {"start": 0, "end": len(text), "text": text, "segment": "body"}
    mentions = check_table(find_mentions(pd.DataFrame([row]), study=study), "mentions")
    assert all(text[r.start : r.end] == r.surface for r in mentions.itertuples())
    assert time.perf_counter() - started < 20
