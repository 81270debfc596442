"""Who speaks: names of speakers, direct and indirect speech, quoted words in claims of the outlet."""

from __future__ import annotations

import pandas as pd
import pytest

from encuadre import speaking
from encuadre.study import Study

COLUMNS = ["sentence_id", "outlet", "voice", "speaker", "attribution"]


def make_labels(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Rows of outlet, voice, speaker as coded, attribution as coded."""
    ids = [f"s-{k}" for k in range(len(rows))]
    table = [(i, *row) for i, row in zip(ids, rows, strict=True)]
    return pd.DataFrame(table, columns=pd.Index(COLUMNS))


def make_voices(labels: pd.DataFrame, speaker: str = "", attribution: str = "none"):
    return labels[["sentence_id"]].assign(speaker=speaker, attribution=attribution)


@pytest.mark.parametrize(
    ("described", "named"),
    [
        ("Valdrane", "Ines Valdrane"),
        ("the mayor", "Ines Valdrane"),
        ("Mayor Ines Valdrane", "Ines Valdrane"),
        ("port director Henrik Osmund", "Henrik Osmund"),
        ("people such as Henrik Osmund", "people such as Henrik Osmund"),
        ("the aides and Osmund", "aides and Osmund"),
        ("A spokesperson", "spokesperson"),
        ("Residents", "residents"),
    ],
)
def test_speakers_go_by_the_name_of_the_study(harbour_study: Study, described, named):
    labels = make_labels(("A", "resident", described, "direct"))
    table = speaking.name_speakers(labels, make_voices(labels), study=harbour_study)
    assert table["speaker"].tolist() == [named]
    assert labels["speaker"].tolist() == [described]


def test_coded_speakers_go_before_those_found_by_rule(harbour_study: Study):
    labels = make_labels(
        ("A", "resident", "Quill", "indirect"),
        ("A", "resident", "", ""),
        ("A", "outlet", "", "none"),
    )
    voices = make_voices(labels, "Tomas Ferreira", "direct")
    table = speaking.name_speakers(labels, voices, study=harbour_study)
    assert table["speaker"].tolist() == ["Marta Quill", "Tomas Ferreira", ""]
    assert table["attribution"].tolist() == ["indirect", "direct", "none"]
    bare = labels.drop(columns=["speaker", "attribution"])
    ruled = speaking.name_speakers(bare, voices, study=harbour_study)
    assert ruled["speaker"].tolist() == ["Tomas Ferreira", "Tomas Ferreira", ""]


def test_voices_that_are_only_paraphrased_are_named_and_counted(harbour_study: Study):
    speakers = make_labels(
        ("A", "resident", "Quill", "indirect"), ("A", "resident", "Quill", "indirect"),
        ("A", "expert", "Ferreira", "mixed"), ("A", "expert", "Ferreira", "indirect"),
        ("A", "outlet", "", "none"), ("B", "outlet", "", "none"),
    )  # fmt: skip
    articles = pd.DataFrame({"article_id": ["a", "b"], "outlet": ["A", "B"]})
    sentences = pd.DataFrame(
        {
            "sentence_id": [f"s-{k}" for k in range(6)],
            "segment": "body",
            "text": ["x"] * 4
            + ["He “never once came to ask us”, they told him.", "No “toll” here."],
        }
    )
    only, held = speaking.describe_directness(speakers, sentences, articles, study=harbour_study)
    assert "residents in A ([two sentences](#sentences?ids=s-0,s-1))" in only
    assert "expert" not in only
    assert "A ([one sentence](#sentences?ids=s-4))" in held and "s-5" not in held
    table = speaking.tabulate_directness(speakers, articles, study=harbour_study)
    cells = table.set_index("Voice")
    assert cells.loc["Experts", "A"] == "[2](#sentences?article=a&voice=expert), 1 direct"
    assert cells.loc["Experts", "B"] == "none"


def test_speakers_are_ranked_by_sentences(harbour_study: Study):
    speakers = make_labels(
        ("A", "resident", "Quill", "direct"), ("B", "resident", "Quill", "indirect"),
        ("A", "expert", "Ferreira", "mixed"), ("A", "outlet", "", "none"),
    )  # fmt: skip
    table = speaking.tabulate_speakers(speakers, study=harbour_study)
    assert table["Speaker"].tolist() == ["Quill", "Ferreira"]
    assert table["Heard in"].tolist() == ["A and B", "A"]
    assert table["In own words"].tolist() == [1, 1]
    assert table["Sentences"].tolist()[0] == "[2](#sentences?ids=s-0,s-1)"
    none = speaking.tabulate_speakers(speakers.head(0), study=harbour_study)
    assert none.empty and none.columns.tolist() == table.columns.tolist()
