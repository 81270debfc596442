"""Frames in words: own and quoted voice, telling sentences, blame."""

from __future__ import annotations

import pandas as pd
import pytest

from encuadre import framing
from encuadre.study import Study

ARTICLES = pd.DataFrame({"article_id": ["a"], "outlet": ["A"], "integrity": ["intact"]})
FRAMES = {"trade": "trade", "fairness": "fairness", "clean_air": "clean air"}


def make_labels(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Rows of voice, frame, function, stance toward the mayor."""
    table = [(f"a-{k:02d}", "a", "A", *row) for k, row in enumerate(rows)]
    columns = ["sentence_id", "article_id", "outlet", "voice", "frame", "function", "stance_mayor"]
    return pd.DataFrame(table, columns=pd.Index(columns))


LABELS = make_labels(
    *[("outlet", "trade", "cause", "-1")] * 3, ("outlet", "fairness", "none", "0"),
    *[("resident", "fairness", "problem", "0")] * 2, *[("expert", "clean_air", "cause", "0")] * 3,
    ("outlet", "none", "none", ""),
)  # fmt: skip


def test_frames_are_counted_by_voice():
    counts = framing.count_frames(LABELS, own_voice="outlet").set_index("frame")
    assert counts.loc["trade", ["own", "quoted"]].tolist() == [3, 0]
    assert counts.loc["fairness", ["own", "quoted"]].tolist() == [1, 2]
    assert counts[["own_n", "quoted_n"]].drop_duplicates().to_numpy().tolist() == [[5, 5]]
    assert "none" not in counts.index
    assert framing.count_frames(LABELS.drop(columns="frame"), own_voice="outlet").empty


def test_frames_left_to_the_sources_are_named():
    counts = framing.count_frames(LABELS, own_voice="outlet")
    said = framing.describe_voiced_frames(counts, ARTICLES, labels=FRAMES)
    assert said == (
        "Left wholly to quoted voices: clean air in A "
        "([three sentences](#sentences?article=a&frame=clean_air)). Only ever in the outlet’s own "
        "voice: trade in A ([three sentences](#sentences?article=a&frame=trade)). Asked of frames "
        "with three sentences or more, in articles with as many sentences of either kind."
    )
    table = framing.tabulate_voiced_frames(counts, ARTICLES, labels=FRAMES)
    assert table.iloc[0, 1] == (
        "trade [3](#sentences?article=a&frame=trade&voice=own), "
        "fairness [1](#sentences?article=a&frame=fairness&voice=own) (of 5)"
    )


def test_blame_counts_the_causes_that_speak_ill(harbour_study: Study):
    said = framing.describe_blame(LABELS, ARTICLES, study=harbour_study)
    assert "the mayor and her city in A ([3 of 6](#sentences?ids=a-00,a-01,a-02))" in said
    assert framing.describe_blame(LABELS[3:6], ARTICLES, study=harbour_study) == ""


@pytest.mark.parametrize(
    "worse",
    [
        "It has lost far more income than any other shop in the harbour district.",
        "However, the charge has cost the bakery a fifth of all its yearly income.",
        "Too short.",
        "The charge has cost the bakery a fifth of its income, the owner said, and",
    ],
)
def test_sentences_that_read_well_alone_go_first(worse: str):
    good = "The charge has cost the bakery on Anchor Street a fifth of its yearly income."
    table = pd.DataFrame({"sentence_id": ["x", "y"], "text": [worse, good], "own": True})
    assert framing.rank_sentences(table)["text"].iloc[0] == good
    assert framing.rank_sentences(table.assign(sure=[1.0, 0.0]))["text"].iloc[0] == good
    quoted = table.assign(own=[True, False])
    assert framing.rank_sentences(quoted)["text"].iloc[0] == good


def test_functions_are_shown_with_a_sentence_of_the_leading_frame(harbour_study: Study):
    texts = ["The charge will push trade and cargo to other harbours along the coast."] * 3
    texts += ["x"] * 3 + ["Air is bad here."] * 3 + ["y"]
    sentences = LABELS[["sentence_id"]].assign(text=texts)
    table = framing.tabulate_functions(LABELS, sentences, ARTICLES, study=harbour_study)
    cause = table[table["Question"] == "Cause"].iloc[0]
    assert cause["Sentences"] == "[6](#sentences?article=a&function=cause)"
    assert cause["Most often"].startswith("[clean air (3)]")  # ties go by the alphabet
    assert cause["For example"].endswith("(a quoted voice)")
    assert table.loc[table["Question"] == "Remedy", "For example"].tolist() == ["none"]


def test_frames_always_end_with_none_so_that_their_shares_sum_to_one(harbour_study: Study):
    field = harbour_study.codebook.field("frame")
    bare = field.model_copy(update={"labels": tuple(i for i in field.labels if i.id != "none")})
    assert framing.name_labels(bare)[-1] == ("none", "none of these")
    assert [i for i, _ in framing.name_labels(field)].count("none") == 1
