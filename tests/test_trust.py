"""Limits: said where they hold, and nowhere else."""

from __future__ import annotations

import pandas as pd
import pytest

from encuadre.agreement import COLUMNS
from encuadre.trust import describe_coding, describe_limits

CODINGS = pd.DataFrame(columns=pd.Index(["sentence_id", "coder", "field", "label"]))


def make_articles(*dated: tuple[str, str]) -> pd.DataFrame:
    table = pd.DataFrame(dated, columns=pd.Index(["outlet", "published_on"]))
    ids = [f"a{i}" for i in range(len(dated))]
    return table.assign(article_id=ids, genre="news", integrity="intact")


def test_few_articles_and_unlike_times_are_limits():
    articles = make_articles(("A", "2017-01-04"), ("A", "2017-07-18"), ("B", "2017-09-20"))
    (said,) = describe_limits(articles, CODINGS)
    assert "There are 1 to 2 articles per outlet" in said
    assert "A January 2017 to July 2017; B September 2017" in said


@pytest.mark.parametrize("count", [1, 10])
def test_one_article_or_many_from_one_time_are_not_called_few(count):
    articles = make_articles(*[(o, "2017-01-04") for o in "AB" for _ in range(count)])
    (said,) = describe_limits(articles, CODINGS)
    assert "too narrow" not in said and "same time" not in said


def test_counted_facts_may_be_firm_where_nothing_is_coded():
    (said,) = describe_coding(CODINGS, pd.DataFrame(), {})
    assert "no estimated finding is called firm" in said


def test_the_study_says_who_coded():
    codings = pd.DataFrame(
        [("s1", coder, "frame", "toll") for coder in ("coder_a", "coder_b", "adjudicated")],
        columns=CODINGS.columns,
    )
    agreement = pd.DataFrame(columns=pd.Index(COLUMNS))
    note = "Two students coded <b>half</b> of it."
    said = " ".join(describe_coding(codings, agreement, {}, note=note))
    assert "Two students coded" in said and "<b>" not in said
    (limits,) = describe_limits(make_articles(("A", "2017")), codings, note=note)
    assert "Two students coded" in limits and "<b>" not in limits
    assert "students" not in describe_limits(make_articles(("A", "2017")), codings)[0]
