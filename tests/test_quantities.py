"""Quantities: numbers and what they count, against hand-read sentences."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encuadre.articles import read_articles
from encuadre.errors import StudyError
from encuadre.numerals import find_date_spans, find_numerals
from encuadre.quantities import (
    compare_quantities,
    extract_quantities,
    keep_shared,
    parse_families,
)
from encuadre.schemas import check_table
from encuadre.sentences import split_sentences
from encuadre.study import read_study

DATA = Path(__file__).parents[1] / "data"


def make_sentences(*texts: str, segment: str = "body", apart: bool = False) -> pd.DataFrame:
    count = len(texts)
    return pd.DataFrame(
        {
            "sentence_id": [f"a-{i:03d}" for i in range(count)],
            "article_id": "a",
            "paragraph": list(range(count)) if apart else 0,
            "position": range(count),
            "start": 0,
            "end": [len(t) for t in texts],
            "text": texts,
            "segment": segment,
        }
    )


def read(*texts: str) -> list[tuple[float, str, str, str]]:
    table = extract_quantities(make_sentences(*texts))
    return list(table[["value", "unit", "what", "text"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "They blame traffickers for killing about 70,000 Americans a year with fentanyl—a lot.",
            (
                70000,
                "people per year",
                "killing Americans with fentanyl",
                "killing about 70,000 Americans a year with fentanyl",
            ),
        ),
        (
            "The crisis killed an estimated 70,000 Americans last year.",
            (70000, "people", "killed Americans", "killed an estimated 70,000 Americans last year"),
        ),
        (
            "Meanwhile, we have 9,000 Americans dying every month.”",
            (9000, "people per month", "Americans dying", "9,000 Americans dying every month"),
        ),
        (
            "Tens of thousands of Americans have been dying per year from drug overdose over time.",
            (
                10000,
                "people per year",
                "Americans dying from drug overdose",
                "Tens of thousands of Americans have been dying per year from drug overdose",
            ),
        ),
        (
            "More than 30,000 Mexicans are killed per year.",
            (
                30000,
                "people per year",
                "Mexicans killed",
                "More than 30,000 Mexicans are killed per year",
            ),
        ),
        (
            "The list has more than 112,000 disappeared and so far unlocated in Mexico.",
            (112000, "people", "disappeared", "more than 112,000 disappeared"),
        ),
        (
            "The army announced the seizure of half a million fentanyl pills, it said.",
            (
                500000,
                "pills",
                "seizure of fentanyl pills",
                "seizure of half a million fentanyl pills",
            ),
        ),
        (
            "The murder of two U.S. citizens shocked many.",
            (2, "people", "murder of U.S. citizens", "murder of two U.S. citizens"),
        ),
        (
            "It offered a $15 million reward.",
            (15e6, "USD", "offered reward", "offered a $15 million reward"),
        ),
        (
            "They make billions of dollars annually.",
            (1e9, "USD per year", "", "billions of dollars annually"),
        ),
        ("He led it for nearly 10 years.", (10, "years", "time", "nearly 10 years")),
        ("For the past half century it failed.", (50, "years", "time", "the past half century")),
        ("It dismissed two decades of policy.", (20, "years", "time", "two decades")),
        ("The six-year presidency ended.", (6, "years", "presidency", "six-year presidency")),
        ("About 12.5% of voters agree.", (12.5, "%", "voters", "About 12.5% of voters")),
        ("Prices rose 5 per cent.", (5, "%", "", "5 per cent")),
        (
            "A dozen agents were arrested.",
            (12, "people", "agents arrested", "A dozen agents were arrested"),
        ),
        ("Only one agent died.", (1, "people", "agent died", "Only one agent died")),
        ("Twenty-five labs burned.", (25, "labs", "labs burned", "Twenty-five labs burned")),
        (
            "Officials counted 1.5 million pills.",
            (1.5e6, "pills", "counted pills", "counted 1.5 million pills"),
        ),
        ("About 2,000 people fled.", (2000, "people", "people", "About 2,000 people")),
        (
            "Every year, 100,000 people die.",
            (100000, "people per year", "people die", "100,000 people die"),
        ),
        (
            "The 10 Mexican soldierswere killed.",
            (10, "people", "Mexican soldiers killed", "10 Mexican soldierswere killed"),
        ),
    ],
)
def test_number_and_what_it_counts(text, expected):
    assert read(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "In 2021, since 2019, the 2012 elections (2017-2021) were his 2018 record of the 1960s.",
        "On 15 October 2020 and on October 1. 15, 2020, on February 15 and on 2020-10-15.",
        "COVID-19, the H2, MS-13, 9/11 and the G7 in the 21st Century.",
        "One of them, one in every of them, no one and one another, when the two meet.",
        "At 10:30 or 5 p.m. he read Article 33 and page 12.",
        "His second visit, the first since then.",
        "A 24/7 line.",
        "",
    ],
)
def test_dates_names_ordinals_and_pronouns_are_no_quantities(text):
    assert read(text) == []


def test_number_without_noun_counts_what_the_sentence_before_counted():
    rows = read(
        "Tens of thousands of Americans have been dying per year from drug overdose.",
        "In 2021, the number was 106,699; and in 2022, it is estimated to be 107,477.",
    )
    assert rows[1:] == [
        (
            106699,
            "people per year",
            "Americans dying from drug overdose",
            "In 2021, the number was 106,699",
        ),
        (
            107477,
            "people per year",
            "Americans dying from drug overdose",
            "in 2022, it is estimated to be 107,477",
        ),
    ]


def test_number_without_noun_points_back_only_where_words_say_so_and_in_its_paragraph():
    first, second = "Some 300 labs burned.", "In 2021, the number was 400."
    apart = extract_quantities(make_sentences(first, second, apart=True))
    assert apart["value"].tolist() == [300]
    assert [r[0] for r in read(first, "He scored 400.")] == [300]
    assert [r[0] for r in read("In 2021, the number was 400.")] == []
    assert [r[0] for r in read(first, "It rained.", second)] == [300]


def test_from_one_number_to_another():
    rows = read(
        "It claimed to have busted hundreds of labs, raising the number from 232 to 873, by lies."
    )
    assert [r[:3] for r in rows] == [
        (100, "labs", "busted labs"),
        (232, "labs", "busted labs"),
        (873, "labs", "busted labs"),
    ]
    assert [r[:2] for r in read("Between 10 and 15 agents came, 20-30 agents left.")] == [
        (10, "people"),
        (15, "people"),
        (20, "people"),
        (30, "people"),
    ]


def test_a_number_joined_to_another_stands_with_its_words():
    rows = read("Some labs fell, the number falling.", "They counted 40 labs.")
    assert [r[3] for r in rows] == ["counted 40 labs"]
    start = "It had busted hundreds of labs, raising the number from"
    assert [r[3] for r in read(f"{start} 232 to 873, by lies.")][1:] == [
        "raising the number from 232",
        "raising the number from 232 to 873",
    ]
    hedged = read(f"{start} about 232 to 873, by lies.")
    assert [r[3] for r in hedged][1:] == ["raising the number from about 232", "873"]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("raided between May 2019 and June 2022, they", "between May 2019 and June 2022"),
        ("From 2019 to 2022 it", "From 2019 to 2022"),
        ("held from 2019–2022, all", "from 2019–2022"),
        ("between March and June 2022", "between March and June 2022"),
        ("labs, January to June 2022, fell", "January to June 2022"),
        ("(in office 2012-2018)", ""),
        ("between two and three in May", ""),
        ("since 2019 and in 2020", ""),
    ],
)
def test_spans_of_months_and_years(text, span):
    assert [text[a:b] for a, b in find_date_spans(text)] == ([span] if span else [])


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        (
            "It raided hundreds of labs between May 2019 and June 2022, raising the number from 20 to 80.",
            ["between May 2019 and June 2022"] * 3,
        ),
        ("From 2019 to 2022, so he said, it raided 40 labs.", ["From 2019 to 2022"]),
        ("As Noa, head between 2007 and 2011, says, it raided 40 labs.", [""]),
        ("It raided 40 labs a year, from 2019 to 2022.", ["a year"]),
        ("It raided 40 labs, and from 2019 to 2022 it slept.", [""]),
        ("It raided 1,000 labs from 2019 to 2022.", ["from 2019 to 2022"]),
    ],
)
def test_a_span_of_time_is_the_period_of_the_numbers_beside_it(text, periods):
    sentences = make_sentences(text)
    family = {"id": "labs", "label": "Labs", "unit": "labs", "names": ["labs"]}
    table = compare_quantities(
        extract_quantities(sentences), sentences, families={"quantities": [family]}
    )
    assert table["period"].tolist() == periods
    assert table["per_year"].isna().all() == (periods != ["a year"])


def test_only_what_two_outlets_give_is_kept():
    articles = pd.DataFrame({"article_id": ["a1", "a2", "b1"], "outlet": ["A", "A", "B"]})
    rows = [("labs", "a1"), ("labs", "a2"), ("deaths", "a1"), ("deaths", "b1"), ("cuts", "b1")]
    matched = pd.DataFrame(rows, columns=pd.Index(["quantity", "article_id"]))
    kept = keep_shared(matched, articles)
    assert kept.to_numpy().tolist() == [["deaths", "a1"], ["deaths", "b1"]]
    assert keep_shared(matched.iloc[:0], articles).empty


def test_number_with_a_part_of_it():
    rows = read("At least 29 people, including 10 Mexican soldiers, were killed in shootouts.")
    assert [r[0] for r in rows] == [29, 10]
    rows = read("At least 29 people, including 10 Mexican soldiers were killed.")
    assert [r[2] for r in rows] == ["people killed", "Mexican soldiers killed"]


def test_boilerplate_is_not_read():
    assert extract_quantities(make_sentences("Some 300 labs.", segment="boilerplate")).empty


def test_names_of_magnitudes():
    values = {
        t: find_numerals(t)[0].value
        for t in ("$5bn", "€3.2 million", "US$400k", "two hundred", "dozens of")
    }
    assert list(values.values()) == [5e9, 3.2e6, 4e5, 200, 12]
    assert [n.unit for n in find_numerals("$5bn and €3 and £2")] == ["USD", "EUR", "GBP"]


@pytest.fixture(scope="module")
def default_sentences() -> pd.DataFrame:
    return split_sentences(*read_articles(read_study(DATA)))


def test_default_quantities_by_article(default_sentences):
    table = check_table(extract_quantities(default_sentences), "quantities")
    article = table["sentence_id"].str.rsplit("-", n=1).str[0]
    told = {a: sorted(set(g)) for a, g in table["value"].groupby(article)}
    assert told == {
        "tppf": [2, 70000, 15e6, 1e9],
        "usatoday": [2, 4, 8, 10, 29, 50, 9000, 70000],
        "mexicotoday": [2, 20, 100, 232, 873, 10000, 30000, 52000, 106699, 107477, 112000, 500000],
        "latinnews": [2, 3, 6],
        "npr": [2, 90000],
    }
    texts = default_sentences.set_index("sentence_id")["text"]
    assert all(t in texts[i] for i, t in zip(table["sentence_id"], table["text"], strict=True))


def test_default_toll_differs_by_what_it_counts(default_sentences):
    quantities = extract_quantities(default_sentences)
    table = compare_quantities(quantities, default_sentences, families=read_study(DATA).events)
    toll = table[table["quantity"] == "drug_deaths"]
    columns = ["article_id", "value", "period", "counts", "precision"]
    assert toll[columns].to_numpy().tolist() == [
        ["tppf", 70000, "a year", "fentanyl", "about"],
        ["usatoday", 70000, "last year", "fentanyl", "about"],
        ["usatoday", 9000, "every month", "not said", "stated"],
        ["mexicotoday", 10000, "per year", "drug overdoses", "order"],
        ["mexicotoday", 106699, "2021", "drug overdoses", "stated"],
        ["mexicotoday", 107477, "2022", "drug overdoses", "about"],
        ["npr", 90000, "final yr", "drug overdoses", "more than"],
    ]
    a_year = toll["per_year"].tolist()
    assert math.isnan(a_year[3])
    assert a_year[:3] + a_year[4:] == [70000, 70000, 108000, 106699, 107477, 90000]


FAMILY = {
    "id": "arrests",
    "label": "Arrests",
    "unit": "people",
    "names": ["arrest*"],
    "counts": [{"label": "on drug charges", "names": ["drug*"]}],
}


def test_families_by_hand():
    sentences = make_sentences(
        "They arrested 40 smugglers a week.",
        "Drug agents arrested 50 smugglers.",
        "They arrested three years of progress.",
        "Some 60 smugglers slept.",
    )
    table = compare_quantities(
        extract_quantities(sentences), sentences, families={"quantities": [FAMILY]}
    )
    columns = ["sentence_id", "value", "unit", "counts", "per_year"]
    rows = table[columns].fillna(-1.0).to_numpy().tolist()
    assert rows == [
        ["a-000", 40, "people per week", "not said", 2080],
        ["a-001", 50, "people", "on drug charges", -1],
    ]


def test_faulty_families_are_named():
    with pytest.raises(StudyError, match="unit"):
        parse_families({"quantities": [{k: v for k, v in FAMILY.items() if k != "unit"}]})
    with pytest.raises(StudyError, match="stands twice"):
        parse_families({"quantities": [FAMILY, FAMILY]})


def test_nothing_in_nothing_out():
    sentences = make_sentences("No number.")
    quantities = extract_quantities(sentences)
    assert quantities.empty and check_table(quantities, "quantities").empty
    compared = compare_quantities(quantities, sentences, families={})
    assert compared.empty and "per_year" in compared.columns


@given(
    st.text(
        alphabet=st.sampled_from("0123456789 ,.$%-–ab’“”(\n") | st.characters(codec="utf-8"),
        max_size=60,
    )
)
def test_any_text_gives_slices_of_it_and_finite_values(text):
    for value, _, _, words in read(text):
        assert words in text and words
        assert math.isfinite(value)


@given(st.integers(min_value=2, max_value=10**9).filter(lambda n: not 1500 <= n <= 2099))
def test_any_count_is_read_with_and_without_commas(number):
    for digits in (f"{number:,}", str(number)):
        assert read(f"They seized {digits} pills there.") == [
            (number, "pills", "seized pills", f"seized {digits} pills")
        ]


def test_a_number_with_nothing_but_its_unit_beside_it_is_matched_by_its_whole_sentence():
    texts = [
        "The plan would slash federal funding to the states by $215 billion, analysts said.",
        "The plan would slash federal funding while the company earned $7 million in profits.",
    ]
    sentences = make_sentences(*texts)
    families = {
        "quantities": [
            {"id": "cuts", "label": "Cuts", "unit": "USD", "together": [["slash", "cut*"]]}
        ]
    }
    matched = compare_quantities(extract_quantities(sentences), sentences, families=families)
    assert 215e9 in matched["value"].tolist()
    assert 7e6 not in matched["value"].tolist()
