"""Portraits: what sets an outlet apart is taken from the estimates; few sentences are said so."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from encuadre import portraits
from encuadre.estimates import COLUMNS
from encuadre.study import Study

OUTLETS = {"a": "Ayr Post", "b": "Bute Star", "c": "Coll Times"}


def make_estimates(*rows: tuple[str, str, str, str, str, float, int]) -> pd.DataFrame:
    """Rows of measure, outlet, voice, target, category, estimate, n; intervals reach 0.1."""
    table = [
        (m, "", OUTLETS[o], v, t, c, e, e - 0.1, e + 0.1, n, "coded", "firm")
        for m, o, v, t, c, e, n in rows
    ]
    return pd.DataFrame(table, columns=pd.Index(COLUMNS))


def make_tables(study: Study, estimates: pd.DataFrame) -> portraits.Portrayed:
    articles = pd.DataFrame(
        [(i, o, "T", "", "2023-04", "news", "intact", 100) for i, o in OUTLETS.items()],
        columns=pd.Index(
            [
                "article_id",
                "outlet",
                "title",
                "author",
                "published_on",
                "genre",
                "integrity",
                "words",
            ]
        ),
    )
    sentences = pd.DataFrame(
        {"sentence_id": [f"{i}-0" for i in OUTLETS], "article_id": list(OUTLETS), "paragraph": 0,
         "position": 0, "segment": "body", "text": "The charge is a good idea that was badly done by all."}
    )  # fmt: skip
    speakers = sentences[["sentence_id", "article_id"]].assign(
        outlet=list(OUTLETS.values()), voice="outlet", speaker="", attribution="none",
        frame="trade", function="none", stance_mayor="-1", stance_port="",
    )  # fmt: skip
    return portraits.Portrayed(
        study=study,
        articles=articles,
        sentences=sentences,
        speakers=speakers,
        stances=pd.DataFrame(columns=pd.Index(["sentence_id", "target", "p_neutral"])),
        estimates=estimates,
        events=pd.DataFrame(columns=pd.Index(["event", "sentence_id", "article_id"])),
        event_labels={},
        possible=set(),
    )


def write(outlet: str, tables: portraits.Portrayed) -> str:
    text = "\n".join(portraits.write_portrait(OUTLETS[outlet], tables))
    return re.sub(r"\]\(#[^)]*\)", "", text).replace("[", "")


FRAMES = [("frame", o, "all", "", f, e, 40) for f, values in
          {"trade": (0.5, 0.3, 0.1), "fairness": (0.2, 0.6, 0.1), "evidence": (0.1, 0.08, 0.12)}.items()
          for o, e in zip(OUTLETS, values, strict=True)]  # fmt: skip
STANCES = [("stance", o, "own", "mayor", "mean", e, n)
           for o, e, n in (("a", -0.9, 20), ("b", -0.8, 20), ("c", -0.2, 20))]  # fmt: skip


@pytest.fixture
def tables(harbour_study: Study) -> portraits.Portrayed:
    return make_tables(harbour_study, make_estimates(*FRAMES, *STANCES))


def test_an_outlet_is_set_apart_by_its_widest_lead(tables: portraits.Portrayed):
    assert "more room to trade than any other article: 50% of the sentences, against 30% in Bute Star" in write("a", tables)  # fmt: skip
    assert "more room to fairness than any other article: 60% of the sentences, against 20% in Ayr Post" in write("b", tables)  # fmt: skip
    assert "stands out by no frame and no function" in write("c", tables)


def test_the_hardest_are_named_together_where_they_cannot_be_told_apart(
    tables: portraits.Portrayed,
):
    assert "With Bute Star it is hardest on the mayor" in write("a", tables)
    assert "With Ayr Post it is hardest on the mayor" in write("b", tables)
    assert "leans against the mayor and her city (mean stance −0.20, where −1 is always unfavourable), far less than Ayr Post and Bute Star." in write("c", tables)  # fmt: skip


def test_too_few_sentences_take_no_stand(harbour_study: Study):
    few = [(*row[:-1], 9) for row in STANCES]
    text = write("a", make_tables(harbour_study, make_estimates(*FRAMES, *few)))
    assert "too seldom to say where it stands (nine sentences)" in text
    assert "hardest" not in text
