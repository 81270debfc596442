"""Facts of the first page: events left out, quantities that differ, altered copies."""

from __future__ import annotations

import pandas as pd
import pytest

from encuadre.facts import state_event, state_facts, state_quantity


def compare_events(told: dict[str, list[int]]) -> pd.DataFrame:
    rows = [(e, f"a{i}", n, n / 10) for e, counts in told.items() for i, n in enumerate(counts)]
    return pd.DataFrame(rows, columns=pd.Index(["event", "article_id", "sentences", "share"]))


def make_articles(*integrity: str) -> pd.DataFrame:
    ids = [f"a{i}" for i in range(len(integrity))]
    outlets = [chr(ord("A") + i) for i in range(len(integrity))]
    columns = {"article_id": ids, "outlet": outlets, "integrity": list(integrity)}
    return pd.DataFrame(columns | {"published_on": "2024-07-25"})


NAMES = {"vote": "The vote", "march": "The march"}
NONE = pd.DataFrame(columns=pd.Index(["event", "sentence_id", "article_id"]))
EVERY = {(event, f"a{i}") for event in NAMES for i in range(3)}


def test_the_event_most_outlets_tell_and_one_leaves_out():
    compared = compare_events({"vote": [3, 1, 0], "march": [1, 0, 0]})
    articles = make_articles("intact", "intact", "intact")
    finding = state_event(compared, articles, NAMES, possible=EVERY, scattered=NONE)
    assert finding is not None and finding.strength == "firm"
    assert finding.text == (
        "C leaves out [“The vote”](#sentences?event=vote); A gives it three sentences and B one."
    )


def test_an_article_leaves_out_only_what_had_happened():
    compared = compare_events({"vote": [3, 1, 0], "march": [1, 1, 0]})
    articles = make_articles("intact", "intact", "intact")
    finding = state_event(
        compared, articles, NAMES, possible=EVERY - {("vote", "a2")}, scattered=NONE
    )
    assert finding is not None and finding.id == "event-march"
    assert finding.text.endswith("A and B give it one sentence each.")
    nothing = EVERY - {("vote", "a2"), ("march", "a2")}
    assert state_event(compared, articles, NAMES, possible=nothing, scattered=NONE) is None


@pytest.mark.parametrize(
    ("integrity", "strength"),
    [
        (("intact", "intact", "spun"), "tentative"),
        (("intact", "machine_translated", "intact"), "tentative"),
        (("spun", "spun", "spun"), "tentative"),
    ],
)
def test_an_event_that_rests_on_altered_copies_is_not_firm(integrity, strength):
    compared = compare_events({"vote": [1, 1, 0]})
    finding = state_event(
        compared, make_articles(*integrity), NAMES, possible=EVERY, scattered=NONE
    )
    assert finding is not None and finding.strength == strength
    assert "altered copies" in finding.reason


def test_an_article_without_a_date_makes_no_silence_firm():
    compared = compare_events({"vote": [3, 1, 0]})
    articles = make_articles("intact", "intact", "intact")
    articles.loc[2, "published_on"] = ""
    finding = state_event(compared, articles, NAMES, possible=EVERY, scattered=NONE)
    assert finding is not None and finding.strength == "tentative"
    assert "Not every date is known" in finding.reason


def test_words_of_the_event_beside_one_another_make_no_silence_firm():
    compared = compare_events({"vote": [3, 1, 0]})
    articles = make_articles("intact", "intact", "intact")
    apart = pd.DataFrame([("vote", "a2-4", "a2"), ("vote", "a2-5", "a2")], columns=NONE.columns)
    finding = state_event(compared, articles, NAMES, possible=EVERY, scattered=apart)
    assert finding is not None and finding.strength == "tentative"
    assert "Its words stand near one another in C, so" in finding.reason
    assert "though [two sentences](#sentences?ids=a2-4,a2-5) of C come near it" in finding.text
    other = apart.assign(event="march")
    finding = state_event(compared, articles, NAMES, possible=EVERY, scattered=other)
    assert finding is not None and finding.strength == "firm"


@pytest.mark.parametrize(
    "told", [{}, {"vote": [1, 1]}, {"vote": [1, 0]}, {"vote": [0, 0]}], ids=str
)
def test_no_event_is_stated_where_none_divides_the_outlets(told):
    articles = make_articles("intact", "intact")
    assert (
        state_event(compare_events(told), articles, NAMES, possible=EVERY, scattered=NONE) is None
    )


def make_quantities(
    values: list[float],
    precision: str = "stated",
    *,
    counts: str = "all deaths",
    unit: str = "deaths",
) -> pd.DataFrame:
    rows = [
        (
            "deaths",
            f"a{i}",
            f"a{i}-000",
            v,
            unit,
            "a year",
            counts,
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
    finding = state_quantity(make_quantities([30000, 12000, 30000]), articles, label="deaths")
    assert finding is not None and finding.strength == "firm"
    assert "[12,000 or 30,000 a year](#sentences?ids=a0-000,a1-000,a2-000)" in finding.text
    altered = state_quantity(
        make_quantities([30000, 12000]), make_articles("intact", "spun"), label="deaths"
    )
    assert altered is not None and altered.strength == "tentative"


def test_many_figures_are_told_by_the_lowest_and_the_highest():
    articles = make_articles(*["intact"] * 7)
    finding = state_quantity(
        make_quantities([1.0, 7.0, 3.0, 4.0, 5.0, 6.0, 2.0]), articles, label="deaths"
    )
    assert finding is not None
    assert finding.text.startswith("Deaths are given as [seven figures from 1 a year to 7 a year](")


def test_figures_of_altered_copies_come_last_with_their_bounds_and_rates():
    table = make_quantities([70.0, 90.0, 107.0, 9.0, 70.0]).assign(
        precision=["about", "more than", "stated", "stated", "stated"],
        unit=["people", "people", "people per year", "people per month", "people"],
        per_year=[70.0, 90.0, 107.0, 108.0, 70.0],
    )
    articles = make_articles("intact", "spun", "intact", "spun", "spun")
    finding = state_quantity(table, articles, label="deaths")
    assert finding is not None and finding.strength == "firm"
    assert finding.text.startswith(
        "Deaths are given as [70 or 107 a year](#sentences?ids=a0-000,a2-000,a4-000), and in altered "
        "copies also as [more than 90 a year or 9 a month](#sentences?ids=a1-000,a3-000), depending"
    )
    spun = make_articles("spun", "spun", "spun", "spun", "spun")
    altered = state_quantity(table, spun, label="deaths")
    assert altered is not None and altered.strength == "tentative"
    assert altered.text.startswith(
        "Deaths are given, in altered copies only, as [70, more than 90 or 107 a year, or 9 a month]("
    )


def test_a_weekly_figure_is_not_called_yearly():
    table = make_quantities([40.0, 50.0], unit="arrests per week").assign(per_year=[2080.0, 2600.0])
    finding = state_quantity(table, make_articles("intact", "intact"), label="arrests")
    assert finding is not None and "[40 or 50 a week](" in finding.text


def test_figures_are_not_set_side_by_side_firmly_where_it_is_not_said_what_they_count():
    table = make_quantities([1e9, 2.15e11], counts="not said", unit="USD")
    finding = state_quantity(table, make_articles("intact", "intact"), label="cuts")
    assert finding is not None and finding.strength == "tentative"
    assert "[$1 billion or $215 billion a year]" in finding.text
    assert "may not be figures for the same thing" in finding.text


@pytest.mark.parametrize(
    "table", [make_quantities([5, 5]), make_quantities([5]), make_quantities([5, 9], "order")]
)
def test_no_quantity_is_stated_where_nothing_differs(table):
    assert state_quantity(table, make_articles("intact", "intact"), label="deaths") is None


def test_facts_of_a_study_without_events_and_quantities():
    articles = make_articles("intact", "intact")
    assert (
        state_facts(
            compare_events({}),
            make_quantities([]),
            articles,
            {},
            {},
            possible=EVERY,
            scattered=NONE,
        )
        == []
    )
    facts = state_facts(
        compare_events({"vote": [1, 0]}),
        make_quantities([5, 9]),
        articles,
        NAMES,
        {"deaths": "deaths"},
        possible=EVERY,
        scattered=NONE,
    )
    assert [f.kind for f in facts] == ["quantity"]
