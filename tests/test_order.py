"""The order of telling: what is said of it must hold for every event traced in the article."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from encuadre import comparisons
from encuadre.sequence import is_before, name_order


def make_told(*dates: str, article: str = "a", before: float = 0.0) -> pd.DataFrame:
    """Events e0, e1, ... in the order of telling; dates joined by + are told in one sentence."""
    rows = []
    for k, told in enumerate(dates):
        rows += [(article, date, f"{article}-{k}", before + k / 100) for date in told.split("+")]
    table = pd.DataFrame(rows, columns=pd.Index(["article_id", "date", "sentence_id", "before"]))
    events = [f"e{k}" for k in range(len(table))]
    return table.assign(event=events, told=range(1, len(table) + 1), back=False)


def test_dates_come_one_before_the_other_only_where_they_surely_do():
    assert is_before("2023-02", "2023-03-03") and is_before("2022", "2023-03")
    assert not is_before("2023-03", "2023-03-03") and not is_before("2023-03-03", "2023-03")
    assert not is_before("", "2023")


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["2020-10-15", "2020-11", "2020-12"], "forward"),
        (["2020-10-15", "2020-10-15", "2020-12"], "forward"),
        (["2020-11", "2020", "2021"], ""),  # 2020 may be before or after November
        (["2020-11", "2020-11"], ""),
        (["2023-05-01", "2020", "2021"], "back"),
        (["2023-03-03", "2020", "2023-03"], ""),  # something later may have happened in March
        (["2022", "2020", "2023"], ""),
        (["2020+2023", "2021"], "back"),
        (["2021", "2020+2023"], ""),
        (["2020+2023"], ""),
        (["2020"], ""),
        ([], ""),
    ],
)
def test_an_order_is_named_only_where_all_events_keep_it(dates: list[str], order: str):
    assert name_order(make_told(*dates)) == order


NAMES = {f"e{k}": f"event {k}" for k in range(4)}


def describe(*parts: pd.DataFrame, published_on: str = "2023-01-08") -> str:
    articles = pd.DataFrame({"article_id": ["a", "b"], "outlet": ["A", "B"]})
    said = comparisons.describe_order(
        pd.concat(parts), articles.assign(published_on=published_on), NAMES
    )
    return re.sub(r"\[([^]]*)\]\(#[^)]*\)", r"\1", said)


def test_what_is_only_announced_is_neither_first_nor_latest():
    assert describe(make_told("2023-01-09", "2023-01-05", "2020-10-15", "2022-06")) == (
        "Of the traced events, A (“event 1”, then back as far as October 2020; leaving aside "
        "“event 0”, only announced) tells the latest first and the earlier ones after it."
    )
    assert describe(make_told("2023-01-09", "2022-06", "2023-01-05")).startswith(
        "A (two events; leaving aside “event 0”, only announced) tells the traced events"
    )
    assert describe(make_told("2023-01-09", "2022-06")) == ""
    dated = describe(make_told("2023-01-09", "2022-06"), published_on="2023")
    assert dated.startswith("Of the traced events, A (“event 0”, then back as far as June 2022)")


def test_a_later_event_elsewhere_in_the_text_leaves_the_order_unsaid():
    assert describe(make_told("2022-03-03", "2020", "2022-03", "2019")) == ""


def test_an_article_that_comes_to_its_first_event_late_is_said_to():
    early = make_told("2020", "2021", article="b")
    assert describe(make_told("2020-10-15", "2020-11", before=0.27), early) == (
        "A (two events, the first after 27% of its text) and B (two events) tell the traced "
        "events that they have in the order in which they happened."
    )


def test_the_table_marks_what_is_only_announced():
    ordered = make_told("2023-01-09", "2022-06")
    compared = pd.DataFrame({"event": ["e0"], "article_id": ["a"], "sentences": [1]})
    articles = pd.DataFrame({"article_id": ["a"], "outlet": ["A"], "published_on": ["2023-01-08"]})
    table = comparisons.tabulate_order(ordered, compared, articles, NAMES)
    assert "event 0, 9 January 2023, only announced" in table["Comes first"].iloc[0]
