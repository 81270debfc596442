"""Chapters and portraits in words: numbers of the tables, other studies, hostile names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
import pytest

from encuadre import (
    borrowing,
    comparisons,
    framing,
    portraits,
    speaking,
    standing,
    summaries,
    talking,
    tallies,
)
from encuadre.estimates import (
    STANCES,
    estimate_events,
    estimate_field,
    estimate_weights,
    lay_out_labels,
)
from encuadre.events import compare_events, parse_events, trace_events
from encuadre.numbers import tabulate_events
from encuadre.quantities import compare_quantities, extract_quantities, parse_families
from encuadre.sequence import list_possible, order_events, place_events
from encuadre.strength import FEW
from encuadre.study import Outlet, Study, Target
from encuadre.targets import find_mentions
from encuadre.voices import measure_voices

LINK = re.compile(r"\[((?:\\.|[^\]\\])*)\]\((#sentences\?[^)]*)\)")
KEYS = {"article", "segment", "voice", "speaker", "target", "stance", "frame", "function", "topic", "event", "ids", "q"}  # fmt: skip
CODING = ["sentence_id", "coder", "field", "label", "codebook_version"]


@dataclass
class Run:
    """The tables of a run whose models guess by lot."""

    study: Study
    articles: pd.DataFrame
    sentences: pd.DataFrame
    voices: pd.DataFrame
    stances: pd.DataFrame
    codings: pd.DataFrame
    labels: dict[str, pd.DataFrame]
    estimates: pd.DataFrame
    events: pd.DataFrame
    quantities: pd.DataFrame
    topic_words: pd.DataFrame

    @property
    def preferred(self) -> pd.DataFrame:
        return self.labels.get("coded", self.labels["raw"])


def run_study(
    study: Study, articles: pd.DataFrame, sentences: pd.DataFrame, coders: int = 0
) -> Run:
    rng = np.random.default_rng(6)
    kept = sentences.loc[sentences["segment"] != "boilerplate", "sentence_id"]
    voices = measure_voices(sentences, study=study)
    pairs = find_mentions(sentences, study=study)[["sentence_id", "target"]].drop_duplicates()
    chance = rng.dirichlet([1, 1, 1], len(pairs))
    stances = pairs.assign(label=chance.argmax(axis=1) - 1 if len(pairs) else [], method="lot")
    stances[["p_unfavourable", "p_neutral", "p_favourable"]] = chance
    ids = {n: [i.id for i in study.codebook.field(n).labels] for n in ("frame", "function")}
    frames = pd.DataFrame(
        {"sentence_id": kept, "frame": rng.choice(ids["frame"], len(kept)), "primary": True}
    )
    functions = pd.DataFrame(
        {"sentence_id": kept, "function": rng.choice(ids["function"], len(kept))}
    )
    measured = {"stances": stances, "frames": frames, "functions": functions}
    raw = lay_out_labels(
        sentences, articles, pd.DataFrame(columns=pd.Index(CODING)), voices, **measured
    )
    rows = [
        (
            r["sentence_id"],
            f"coder_{c}",
            field,
            r[field] if rng.random() < 0.9 else ids.get(field, [""])[0],
            "1",
        )
        for c in range(coders)
        for r in raw["raw"].to_dict("records")
        for field in r
        if field not in ("sentence_id", "article_id", "outlet")
    ]
    codings = pd.DataFrame(rows, columns=pd.Index(CODING))
    labels = lay_out_labels(sentences, articles, codings, voices, **measured)
    common: dict[str, Any] = {"own_voice": study.own_voice, "seed": 1, "draws": 20}
    fields = [("voice", "", [v.id for v in study.voices])] + [(n, "", ids[n]) for n in ids]
    parts = [
        estimate_field(labels, codings, field=n, measure=n, categories=c, voices=["all"], **common)
        for n, _, c in fields
    ]
    parts += [
        estimate_field(
            labels, codings, field=f"stance_{t.id}", measure="stance", target=t.id, mean=True,
            categories=list(STANCES), voices=["all", "own", "quoted"], **common,
        )
        for t in study.targets
    ]  # fmt: skip
    weight = rng.random(len(kept))
    topics = pd.concat(
        [
            pd.DataFrame({"sentence_id": kept, "topic": t, "weight": w})
            for t, w in ((0, weight), (1, 1 - weight))
        ]
    )
    words = pd.DataFrame(
        {"topic": [0, 0, 1], "rank": [1, 2, 1], "word": ["toll", "quay", "air"], "weight": 1.0}
    )
    events = trace_events(sentences, events=parse_events(study.events))
    listed = [e.id for e in parse_events(study.events)]
    parts += [estimate_weights(topics, sentences, articles, seed=1, draws=20)]
    parts += [estimate_events(events, sentences, articles, events_listed=listed, seed=1, draws=20)]
    estimates = pd.concat([p for p in parts if len(p)], ignore_index=True)
    quantities = extract_quantities(sentences)
    return Run(
        study,
        articles,
        sentences,
        voices,
        stances,
        codings,
        labels,
        estimates,
        events,
        quantities,
        words,
    )


def write_portrait(run: Run, outlet: str) -> list[str]:
    return portraits.write_portrait(outlet, list_tables(run))


def list_tables(run: Run) -> portraits.Portrayed:
    listed = parse_events(run.study.events)
    return portraits.Portrayed(
        study=run.study,
        articles=run.articles,
        sentences=run.sentences,
        speakers=speaking.name_speakers(run.preferred, run.voices, study=run.study),
        stances=run.stances,
        estimates=run.estimates,
        events=run.events,
        event_labels={e.id: e.label for e in listed},
        possible=list_possible(run.articles, events=listed),
    )


def write_chapters(run: Run) -> list[str]:
    """Everything that the chapters and the portraits say."""
    study, articles, sentences = run.study, run.articles, run.sentences
    names = {e.id: e.label for e in parse_events(study.events)}
    families = parse_families(study.events)
    things = {f.id: f.label for f in families}
    compared = compare_events(run.events, sentences, events=parse_events(study.events))
    matched = compare_quantities(run.quantities, sentences, families=families)
    listed = parse_events(study.events)
    possible = list_possible(articles, events=listed)
    ordered = order_events(place_events(run.events, sentences), events=listed)
    frames = {i.id: i.label for i in study.codebook.field("frame").labels}
    speakers = speaking.name_speakers(run.preferred, run.voices, study=study)
    counts = framing.count_frames(run.preferred, own_voice=study.own_voice)
    citations = borrowing.find_citations(sentences, articles, study=study)
    shared = borrowing.find_shared_speakers(speakers)
    quoted = borrowing.find_shared_quotations(sentences, articles, citations=citations)
    passages = borrowing.find_shared_passages(sentences, articles)
    lines = [
        *summaries.describe_sources(articles, sentences),
        *speaking.describe_voices(run.estimates, study=study, articles=articles),
        *speaking.describe_directness(speakers, sentences, articles, study=study),
        *borrowing.describe_borrowing(citations, shared, quoted, passages),
        *talking.describe_topics(
            run.topic_words,
            run.estimates,
            ["toll, quay", "air"],
            articles=articles,
            stability=pd.DataFrame(
                {"topic": [0, 1], "stability": [0.7, 0.3], "stable": [True, False]}
            ),
        ),
        *framing.describe_frames(run.estimates, labels=frames, articles=articles),
        framing.describe_voiced_frames(counts, articles, labels=frames),
        framing.describe_blame(run.preferred, articles, study=study),
        *summaries.introduce_report(articles, run.codings),
        *summaries.describe_method(study, run.estimates, run.stances),
        *comparisons.describe_events(compared, articles, names, possible=possible),
        comparisons.describe_order(ordered, articles, names),
        *tallies.describe_quantities(matched, articles, things),
    ]
    tables = [
        summaries.tabulate_sources(articles),
        summaries.tabulate_left_out(articles, sentences),
        speaking.tabulate_speakers(speakers, study=study),
        speaking.tabulate_directness(speakers, articles, study=study),
        borrowing.tabulate_borrowing(quoted, passages, shared, sentences, articles, study=study),
        framing.tabulate_voiced_frames(counts, articles, labels=frames),
        framing.tabulate_functions(run.preferred, sentences, articles, study=study),
        comparisons.tabulate_wordings(
            run.events, compared, sentences, articles, events=study.events
        ),
        comparisons.tabulate_order(ordered, compared, articles, names),
        tabulate_events(compared, articles, names, possible=possible),
        tallies.tabulate_quantities(matched, articles, things),
        tallies.tabulate_single_figures(run.quantities, matched, sentences, articles),
        tallies.prepare_quantities(matched, articles, things),
    ]
    for target in study.targets:
        sides = standing.find_sides(speakers, target=target.id, study=study)
        lines += standing.describe_stance(
            run.estimates, target_id=target.id, target=target.label, articles=articles
        )
        lines += standing.describe_sides(sides, articles, target=target)
        lines.append(standing.describe_course(run.preferred, sentences, target=target, seed=1))
        tables += [
            standing.tabulate_sides(sides, articles),
            standing.tabulate_ends(
                run.preferred,
                run.stances,
                sentences,
                articles,
                target=target.id,
                own_voice=study.own_voice,
            ),
        ]
    for outlet in study.outlets:
        lines += write_portrait(run, outlet.name)
    return lines + [
        str(cell) for t in tables for cell in t.to_numpy().ravel() if isinstance(cell, str)
    ]


@pytest.fixture(scope="module")
def case(harbour_study, read_sentences) -> tuple[Study, pd.DataFrame, pd.DataFrame]:
    return harbour_study, *read_sentences(harbour_study)


@pytest.fixture(scope="module")
def run(case) -> Run:
    return run_study(*case)


@pytest.fixture(scope="module")
def lines(run: Run) -> list[str]:
    return write_chapters(run)


def keep_articles(case, ids: list[str]) -> tuple[Study, pd.DataFrame, pd.DataFrame]:
    study, articles, sentences = case
    articles = articles[articles["article_id"].isin(ids)].reset_index(drop=True)
    outlets = tuple(o for o in study.outlets if o.name in set(articles["outlet"]))
    kept = sentences[sentences["article_id"].isin(ids)].reset_index(drop=True)
    return study.model_copy(update={"outlets": outlets}), articles, kept


@pytest.mark.parametrize(
    ("name", "coders"),
    [("one article", 1), ("two coders", 2), ("little", 0)],
)
def test_other_studies_are_written_without_a_crash(case, name: str, coders: int):
    study, articles, sentences = case
    if name == "one article":
        study, articles, sentences = keep_articles(case, ["review_opinion"])
    if name == "two coders":
        study, articles, sentences = keep_articles(case, ["courier_month", "review_opinion"])
    if name == "little":  # no events, a target without a mention, an article of boilerplate
        moon = Target(id="moon", label="the Moon", names=("Moon",))
        study = study.model_copy(update={"events": {}, "targets": (study.targets[0], moon)})
        last = sentences["article_id"] == "review_opinion"
        sentences = sentences.assign(segment=sentences["segment"].mask(last, "boilerplate"))
    lines = write_chapters(run_study(study, articles, sentences, coders))
    said = "\n".join(lines)
    assert len(lines) > 30 and not re.search(r"\bnan\b|\bNone\b(?! of)|NaN", said)
    assert ("[](#fig-reliability)" in said) == (coders > 1)
    assert ("Nothing was coded by reading" in said) == (coders == 0)
    assert ("in one pass;" in said) == (coders == 1)
    assert ("It does not speak about the Moon." in said) == (name == "little")
    assert ("The study lists no events" in said) == (name == "little")
    if len(study.outlets) == 1:
        assert not re.search(r"any other|hardest on", said)


def test_every_link_is_sorted_encoded_and_leads_somewhere(run: Run, lines: list[str]):
    links = [link for line in lines for link in LINK.findall(line)]
    assert len(links) > 60
    ids, known = set(run.articles["article_id"]), set(run.sentences["sentence_id"])
    for text, url in links:
        pairs = parse_qsl(url.removeprefix("#sentences?"), strict_parsing=True)
        keys = [key for key, _ in pairs]
        assert text and keys == sorted(keys) and set(keys) <= KEYS
        filters = dict(pairs)
        assert set(filters.get("article", "").split(",")) <= ids | {""}
        assert set(filters.get("ids", "").split(",")) <= known | {""}


def test_numbers_of_the_prose_are_those_of_the_estimates(run: Run):
    table = run.estimates
    shares = {f"{e:.0%}" for e in table["estimate"].dropna()} | {"under 1%", "over 99%"}
    means = {f"{abs(e):.2f}" for c in ("estimate", "low", "high") for e in table[c].dropna()}
    counts = {str(n) for n in table["n"]}
    for target in run.study.targets:
        for line in standing.describe_stance(
            table, target_id=target.id, target=target.label, articles=run.articles
        ):
            plain = re.sub(r"\(#[^)]*\)", "", line).replace(
                "from −1 (always unfavourable) to 1", ""
            )
            numbers = re.findall(r"\d+(?:\.\d+)?", plain)
            assert set(numbers) <= means | counts
    frames = {i.id: i.label for i in run.study.codebook.field("frame").labels}
    for line in (
        *speaking.describe_voices(table, study=run.study, articles=run.articles),
        *framing.describe_frames(table, labels=frames, articles=run.articles),
    ):
        assert set(re.findall(r"\d+%", line)) <= shares


def test_few_own_sentences_are_called_too_few(run: Run):
    rows = [("own", 0.4, FEW - 1), ("quoted", -0.9, 40)]
    table = pd.DataFrame(
        [
            (
                "stance",
                "",
                "Saltmarsh Review",
                v,
                "port",
                "mean",
                e,
                e - 0.1,
                e + 0.1,
                n,
                "raw",
                "tentative",
            )
            for v, e, n in rows
        ],
        columns=run.estimates.columns,
    )
    options = {"target_id": "port", "target": "the port", "articles": run.articles}
    first, second = standing.describe_stance(table, **options)
    assert first.strip() == f"Too few sentences of their own to tell: Saltmarsh Review ({FEW - 1})."
    assert second.endswith("toward the port cannot be told: no outlet has ten sentences of both.")
    table["n"] = 40
    first, second = standing.describe_stance(table, **options)
    assert "Too few" not in first and "Saltmarsh Review ([+0.40]" in first
    assert second.startswith("Toward the port the voices that Saltmarsh Review quotes are harder")


def test_a_frame_that_nobody_uses_does_not_lead(run: Run):
    row = (
        "frame",
        "",
        "Saltmarsh Review",
        "all",
        "",
        "trade",
        0.0,
        0.0,
        0.1,
        30,
        "raw",
        "tentative",
    )
    table = pd.DataFrame([row], columns=run.estimates.columns)
    assert framing.describe_frames(table, labels={"trade": "Trade"}, articles=run.articles) == []


def test_names_and_authors_of_the_sources_are_escaped(case):
    study, articles, sentences = case
    evil = "[x](https://evil.example) `y`{=html} $z$"
    run = run_study(study, articles.assign(author=evil, genre="*news*"), sentences)
    run.voices.loc[run.voices["speaker_id"] != "", ["speaker", "speaker_id"]] = [evil, "evil"]
    said = f"{evil} said the mayor was wrong."
    run.sentences = sentences.assign(text=sentences["text"].where(sentences.index % 2 == 0, said))
    speakers = speaking.name_speakers(run.preferred, run.voices, study=study)
    shared = borrowing.find_shared_speakers(speakers)
    assert len(shared) == 1
    citations = borrowing.find_citations(run.sentences, articles, study=study)
    quoted = borrowing.find_shared_quotations(run.sentences, articles, citations=citations)
    passages = borrowing.find_shared_passages(run.sentences, articles)
    prose = borrowing.describe_borrowing(citations, shared, quoted, passages)
    for outlet in study.outlets:
        prose += write_portrait(run, outlet.name)
    text = "\n".join(prose)
    assert text.count("evil\\.example") > 4
    assert not re.search(r"(?<!\\)\]\((?!#sentences)|(?<!\\)[`$]", text)


def test_sentences_of_altered_copies_are_marked_wherever_they_stand(case):
    study, articles, sentences = keep_articles(case, ["courier_vote", "courier_month"])
    run = run_study(study, articles.assign(integrity="spun"), sentences)
    lines = write_chapters(run)
    quotes = [line for line in lines if line.startswith("- ")]
    assert quotes and all(q.count("(altered copy)") == q.count("\n") + 1 for q in quotes)
    assert not any("“" in q.split("(altered copy)")[0][:3] for q in quotes)
    ends = standing.tabulate_ends(
        run.preferred, run.stances, sentences, run.articles, target="mayor", own_voice="outlet"
    )
    assert len(ends) and ends["Sentence"].str.contains("(altered copy)", regex=False).all()


def test_telling_sentences_are_of_the_outlet_and_differ(run: Run):
    mine = run.preferred[run.preferred["outlet"] == "Kestrel Bay Courier"]
    telling = portraits.pick_telling("Kestrel Bay Courier", list_tables(run))
    assert 1 <= len(telling) <= 3 and telling["sentence_id"].is_unique
    assert set(telling["sentence_id"]) <= set(mine["sentence_id"])
    voice = mine.set_index("sentence_id")["voice"]
    for row in telling.itertuples():
        assert (voice[row.sentence_id] == "outlet") == (
            not row.role.endswith((", quoted", ", paraphrased"))
        )


def test_citations_name_other_outlets_once_a_sentence(run: Run):
    outlets = (
        Outlet(name="A Post", short="A", names=("the Post",)),
        Outlet(name="B Star", short="B"),
    )
    study = run.study.model_copy(update={"outlets": outlets})
    articles = pd.DataFrame(
        {"article_id": ["a", "b"], "outlet": ["A Post", "B Star"], "integrity": "intact"}
    )
    texts = ["The B Star said so.", "A Post said so.", "As the Post, that is A Post, said."]
    sentences = pd.DataFrame(
        {
            "sentence_id": ["a-0", "a-1", "b-0"],
            "article_id": ["a", "a", "b"],
            "text": texts,
            "segment": "body",
        }
    )
    found = borrowing.find_citations(sentences, articles, study=study)
    assert sorted(zip(found["outlet"], found["cites"], found["sentence_id"], strict=True)) == [
        ("A Post", "B Star", "a-0"), ("B Star", "A Post", "b-0"),
    ]  # fmt: skip
    assert borrowing.find_citations(sentences.iloc[1:2], articles, study=study).empty


def test_events_that_one_outlet_tells_are_told_apart():
    rows = [
        ("vote", "a", 2),
        ("vote", "b", 1),
        ("march", "a", 0),
        ("march", "b", 3),
        ("strike", "a", 0),
    ]
    compared = pd.DataFrame(
        [*rows, ("strike", "b", 0)], columns=pd.Index(["event", "article_id", "sentences"])
    )
    articles = pd.DataFrame({"article_id": ["a", "b"], "outlet": ["A", "B"]})
    names = {"vote": "the vote", "march": "the march", "strike": "the strike"}
    possible = {(e, a) for e in names for a in ("a", "b")}
    first, left = comparisons.describe_events(compared, articles, names, possible=possible)
    assert first.startswith("Of three events traced, two are told; ")
    assert "“the vote” ([two outlets](#sentences?event=vote))" in first
    assert "One is told by one outlet only." in first and left == ""
    none = comparisons.describe_events(
        compared.assign(sentences=0), articles, names, possible=possible
    )
    assert none == ["None of the listed events is told."]
