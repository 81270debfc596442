"""Coding sheets: matched by place, every fault named with row and remedy, the reference."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from encuadre.coding import list_coders, pick_reference, pivot_codings, read_codings
from encuadre.errors import StudyError
from encuadre.schemas import check_table
from encuadre.study import Study, read_study

Write = Callable[..., Path]


@pytest.fixture
def case(spoilt: Path, read_sentences) -> tuple[Study, pd.DataFrame]:
    study = read_study(spoilt)
    return study, read_sentences(study)[1]


@pytest.fixture
def rows(case) -> list[dict[str, str]]:
    """Three sentences of the second study, coded."""
    _, sentences = case
    body = sentences[(sentences["segment"] == "body") & (sentences["text"].str.len() > 60)].head(3)
    place = body[["article_id", "start", "end", "text"]].astype(str).to_dict("records")
    labels = [("outlet", "-1", "trade"), ("resident", "", "none"), ("expert", "1", "")]
    return [
        {**p, "voice": v, "stance_mayor": s, "frame": f}
        for p, (v, s, f) in zip(place, labels, strict=True)
    ]


@pytest.fixture
def write(case) -> Write:
    """A function that writes a coder's sheet into the study."""
    folder = case[0].root / "coding"
    folder.mkdir()

    def write_sheet(
        rows: list[dict[str, str]], coder: str = "ana", encoding: str = "utf-8"
    ) -> Path:
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        path = folder / f"{coder}.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        return path

    return write_sheet


def list_faults(case) -> tuple[str, ...]:
    with pytest.raises(StudyError) as caught:
        read_codings(case[0], case[1])
    return caught.value.faults


def test_a_study_without_codings_has_an_empty_table(case):
    codings = read_codings(*case)
    assert len(check_table(codings, "codings")) == 0
    assert pick_reference(codings) == "" and list_coders(codings) == []


def test_labels_are_matched_to_their_sentences(case, rows, write):
    write(rows)
    codings = read_codings(*case)
    check_table(codings, "codings")
    assert len(codings) == 9 and set(codings["codebook_version"]) == {case[0].codebook.version}
    table = pivot_codings(codings, coder="ana").set_index("sentence_id")
    text = case[1].set_index("sentence_id")["text"]
    assert [text[i] for i in table.index] == [r["text"] for r in rows]
    assert table["stance_mayor"].tolist() == ["-1", "", "1"]


def test_other_split_offsets_are_matched_by_overlap(case, rows, write):
    start, end = int(rows[0]["start"]), int(rows[0]["end"])
    write(
        [{**rows[0], "start": str(start + 4), "end": str(end - 2), "text": rows[0]["text"][4:-2]}]
    )
    codings = read_codings(*case)
    expected = case[1].loc[case[1]["start"] == start, "sentence_id"]
    assert set(codings["sentence_id"]) <= set(expected) and len(codings) == 3


def test_half_a_sentence_is_not_matched(case, rows, write):
    start, half = int(rows[0]["start"]), len(rows[0]["text"]) // 2
    write([{**rows[0], "end": str(start + half), "text": rows[0]["text"][:half]}])
    (fault,) = list_faults(case)
    assert "ana.csv, row 2" in fault and "code it anew" in fault


@pytest.mark.parametrize(
    ("change", "said", "remedy"),
    [
        ({"voice": "resdent"}, "voice is 'resdent'", "write one of city_government, expert"),
        ({"stance_mayor": "2"}, "stance_mayor is '2'", "or leave it empty"),
        ({"article_id": "tribune"}, "article_id 'tribune' is not in the study", "Correct it"),
        ({"start": "90000", "end": "90100"}, "stands at 90000 to 90100", "code it anew"),
        ({"start": "12.0"}, "start '12.0'", "must be whole numbers"),
        ({"start": ""}, "start ''", "must be whole numbers"),
        ({"start": "²"}, "start '²'", "must be whole numbers"),
        ({"end": "-5"}, "end '-5'", "must be whole numbers"),
        ({"text": "Something else entirely stands in this row."}, "not 'Something else", "anew"),
    ],
)
def test_each_fault_names_its_row_and_remedy(case, rows, write, change, said, remedy):
    write([rows[0], {**rows[1], **change}, rows[2]])
    (fault,) = list_faults(case)
    assert fault.startswith("coding/ana.csv, row 3: ")
    assert said in fault and remedy in fault


def test_the_same_sentence_twice(case, rows, write):
    write([rows[0], rows[1], rows[0]])
    (fault,) = list_faults(case)
    assert "row 4: the same sentence as row 2" in fault and "Keep one" in fault


def test_faults_of_all_rows_and_sheets_are_reported_together(case, rows, write):
    write([{**rows[0], "voice": "nobody", "frame": "fog"}, {**rows[1], "article_id": "x"}])
    write([{**rows[2], "end": "1"}], coder="ben")
    faults = list_faults(case)
    assert [f.split(":")[0] for f in faults] == [
        "coding/ana.csv, row 2", "coding/ana.csv, row 2", "coding/ana.csv, row 3", "coding/ben.csv, row 2",
    ]  # fmt: skip


@pytest.mark.parametrize("column", ["article_id", "start", "end", "text"])
def test_missing_columns_are_named(case, rows, write, column):
    write([{k: v for k, v in row.items() if k != column} for row in rows])
    (fault,) = list_faults(case)
    assert fault.startswith("coding/ana.csv") and f"['{column}'] are missing" in fault


def test_unknown_and_repeated_columns_are_named(case, rows, write):
    path = write([{**row, "mood": "grim"} for row in rows])
    (fault,) = list_faults(case)
    assert "['mood'] are not fields of the codebook" in fault and "Rename or remove" in fault
    lines = path.read_text().splitlines()
    lines[0] = lines[0].replace("mood", "voice")
    path.write_text("\n".join(lines))
    (fault,) = list_faults(case)
    assert "['voice'] stand twice" in fault


def test_helping_columns_are_passed_over(case, rows, write):
    write([{**row, "sentence_id": "?", "reason": "He says so."} for row in rows])
    assert set(read_codings(*case)["field"]) == {"voice", "stance_mayor", "frame"}


def test_latin_1_is_refused_and_a_byte_order_mark_is_not(case, rows, write):
    write([{**rows[0], "speaker": "Núñez"}], encoding="latin-1")
    (fault,) = list_faults(case)
    assert "ana.csv is not UTF-8 (byte " in fault and "Save it as UTF-8" in fault
    write([{**rows[0], "speaker": "Núñez"}], encoding="utf-8-sig")
    codings = read_codings(*case)
    assert codings.loc[codings["field"] == "speaker", "label"].tolist() == ["Núñez"]


def test_a_comma_without_quotation_marks_is_a_fault_of_its_row(case, rows, write):
    path = write(rows)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:2], lines[2] + ",more", "lonely"]), encoding="utf-8")
    faults = list_faults(case)
    assert [f.split(":")[0] for f in faults] == [f"coding/ana.csv, row {i}" for i in (3, 4)]
    assert all("Quote cells that hold a comma" in f for f in faults)


def test_rows_are_numbered_as_in_the_file_despite_blank_lines(case, rows, write):
    path = write([rows[0], {**rows[1], "voice": "nobody"}])
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:2], "", "", lines[2]]), encoding="utf-8")
    (fault,) = list_faults(case)
    assert fault.startswith("coding/ana.csv, row 5: ")


def test_a_sheet_without_rows_codes_nothing(case, rows, write):
    path = write(rows)
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")
    assert read_codings(*case).empty


def test_an_empty_file_is_a_fault_not_a_crash(case, rows, write):
    write(rows).write_bytes(b"")
    (fault,) = list_faults(case)
    assert "are missing" in fault


def test_the_reference_is_the_adjudicated_sheet_or_the_first_coder(case, rows, write):
    write(rows, coder="zoe")
    write(rows, coder="ben")
    codings = read_codings(*case)
    assert pick_reference(codings) == "ben" and list_coders(codings) == ["ben", "zoe"]
    write(rows, coder="adjudicated")
    codings = read_codings(*case)
    assert pick_reference(codings) == "adjudicated" and list_coders(codings) == ["ben", "zoe"]


def test_the_sheets_of_the_default_study_cover_every_sentence(default_study, read_sentences):
    _, sentences = read_sentences(default_study)
    codings = read_codings(default_study, sentences)
    check_table(codings, "codings")
    assert set(codings["sentence_id"]) == set(sentences["sentence_id"])
    assert codings["coder"].nunique() == 3
