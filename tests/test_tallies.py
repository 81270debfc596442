"""Figures that differ: years from the date of the article, clashes, figures of one article."""

from __future__ import annotations

import pandas as pd
import pytest

from encuadre import tallies

NAMES = {"deaths": "deaths from drugs"}


def make_articles(*dates: str) -> pd.DataFrame:
    ids = [f"a{k}" for k in range(len(dates))]
    return pd.DataFrame(
        {"article_id": ids, "outlet": [i.upper() for i in ids], "integrity": "intact",
         "published_on": list(dates)}
    )  # fmt: skip


def make_matched(*rows: tuple[str, float, str, str, float]) -> pd.DataFrame:
    """Rows of article, value, period, counts, value a year."""
    table = [
        ("deaths", a, f"{a}-{k}", v, "people", p, c, "stated", y, f"{v:g} died")
        for k, (a, v, p, c, y) in enumerate(rows)
    ]
    columns = "quantity article_id sentence_id value unit period counts precision per_year text"
    return pd.DataFrame(table, columns=pd.Index(columns.split()))


@pytest.mark.parametrize(
    ("period", "published_on", "year"),
    [
        ("last year", "2023-01-08", "2022"),
        ("final yr", "2021-05-03", "2020"),
        ("this year", "2023", "2023"),
        ("2019", "2023", "2019"),
        ("last year", "", ""),
        ("a year", "2023", ""),
        ("last month", "2023", ""),
    ],
)
def test_the_year_of_a_figure_follows_from_the_date_of_the_article(period, published_on, year):
    matched = make_matched(("a0", 9.0, period, "all", 9.0))
    dated = tallies.date_quantities(matched, make_articles(published_on))
    assert dated["year"].tolist() == [year]


def test_figures_that_count_different_things_do_not_clash():
    matched = make_matched(
        ("a0", 70.0, "2022", "fentanyl", 70.0),
        ("a1", 107.0, "2022", "overdoses", 107.0),
        ("a1", 106.0, "2021", "overdoses", 106.0),
        ("a1", 9.0, "every month", "not said", 108.0),
    )
    said, why = tallies.describe_quantities(matched, make_articles("2023", "2023"), NAMES)
    assert said.startswith("**Deaths from drugs**, by what is counted. Fentanyl: [70](")
    assert "[106](#sentences?ids=a1-2) in 2021 (A1) and [107](#sentences?ids=a1-1) in 2022" in said
    assert "[9](#sentences?ids=a1-3) every month, 108 a year at that rate (A1)" in said
    assert why == (
        "They count different things (fentanyl or overdoses) and speak of different years "
        "(2021 and 2022). As far as they say, no two outlets count the same thing for the same time, "
        "so none of these figures can be held against another."
    )


def test_two_outlets_that_give_the_same_figure_for_the_same_count_and_year_agree():
    matched = make_matched(
        ("a0", 70.0, "2022", "fentanyl", 70.0),
        ("a1", 70.0, "2022", "fentanyl", 70.0),
        ("a1", 80.0, "2021", "fentanyl", 80.0),
    )
    _, why = tallies.describe_quantities(matched, make_articles("2023", "2023"), NAMES)
    assert why.endswith("no two of them contradict each other.")


def test_a_rate_is_drawn_by_the_year_and_labelled_as_the_text_gives_it():
    matched = make_matched(
        ("a0", 9000.0, "every month", "not said", 108000.0), ("a1", 7.0, "a year", "x", 7.0)
    )
    drawn = tallies.prepare_quantities(matched, make_articles("2023", "2023"), NAMES)
    assert drawn["value"].tolist() == [108000.0, 7.0]
    assert drawn["label"].tolist() == ["9,000 every month", "7"]


def test_figures_for_the_same_count_and_year_clash():
    matched = make_matched(
        ("a0", 100.0, "2022", "overdoses", 100.0), ("a1", 107.0, "last year", "overdoses", 107.0)
    )
    _, why = tallies.describe_quantities(matched, make_articles("2023", "2023"), NAMES)
    assert why == (
        "For the same count and year they contradict each other: "
        "[100](#sentences?ids=a0-0) or [107](#sentences?ids=a1-1) (overdoses, 2022)."
    )
    table = tallies.tabulate_quantities(matched, make_articles("2023", "2023"), NAMES)
    assert table["Year or period"].tolist() == ["2022", "2022 (“last year”)"]


def test_one_outlet_alone_gives_nothing_to_compare():
    matched = make_matched(("a0", 1.0, "2022", "x", 1.0), ("a0", 2.0, "2022", "x", 2.0))
    assert tallies.describe_quantities(matched, make_articles("2023"), NAMES) == [
        "No two outlets give different figures under one heading."
    ]


def test_figures_of_one_article_are_of_size_and_stand_nowhere_else():
    rows = [
        ("a0-0", 30000.0, "people per year", "Mexicans killed", "30,000 Mexicans are killed"),
        ("a0-1", 2.0, "people", "agents killed", "two agents were killed"),
        ("a0-2", 50.0, "years", "time", "50 years"),
        ("a0-3", 15e6, "USD", "reward", "$15 million [x](#sentences?q=y) reward"),
        ("a0-4", 873.0, "labs", "labs busted", "873 labs"),
        ("a0-5", 232.0, "ships", "ships", "from 232"),
        ("a0-5", 900.0, "ships", "ships", "from 232 to 900"),
        ("a1-0", 800.0, "labs", "busted labs", "800 labs"),
        ("a1-1", 90.0, "people", "lives lost", "90 lives"),
    ]
    columns = ["sentence_id", "value", "unit", "what", "text"]
    quantities = pd.DataFrame(rows, columns=pd.Index(columns))
    sentences = quantities[["sentence_id"]].drop_duplicates()
    sentences = sentences.assign(article_id=sentences["sentence_id"].str[:2])
    matched = pd.DataFrame({"sentence_id": ["a1-1"], "text": ["90 lives"]})
    table = tallies.tabulate_single_figures(
        quantities, matched, sentences, make_articles("2023", "2023")
    )
    assert table["Figure"].tolist() == [
        "[30,000 Mexicans are killed](#sentences?ids=a0-0)",
        "[$15 million (x)(#sentences?q=y) reward](#sentences?ids=a0-3)",
        "[from 232 to 900](#sentences?ids=a0-5)",
    ]
