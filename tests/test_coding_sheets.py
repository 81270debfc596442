"""Sheets to code: drawn by lot with known chances, safe in a spreadsheet, filled and used, checked."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from encuadre.build.coding_sheets import check_sheet, write_sheet
from encuadre.coding import LEGEND, pick_reference, pivot_codings, pivot_design, read_codings
from encuadre.errors import EncuadreError, StudyError
from encuadre.sampling import choose_fields, draw_sentences, lay_out_sheet
from encuadre.schemas import check_table
from encuadre.study import Study, read_study
from encuadre.voices import measure_voices

ROOT = Path(__file__).parents[1]
Rows = list[dict[str, str]]


@pytest.fixture
def case(spoilt: Path, read_sentences) -> tuple[Study, pd.DataFrame]:
    study = read_study(spoilt)
    return study, read_sentences(study)[1]


def read_sheet(path: Path) -> Rows:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def write_rows(path: Path, rows: Rows, *, mark: str = ",") -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=mark)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode("utf-8-sig"))


def fill(
    path: Path, label: Callable[[dict[str, str]], dict[str, str]], *, first: int = 999
) -> Rows:
    """Let a coder fill the first rows of a sheet; `label` says what goes into a row."""
    rows = read_sheet(path)
    for row in rows[1 : first + 1]:
        row |= label(row)
    write_rows(path, rows)
    return rows


def code_as_neutral(row: dict[str, str]) -> dict[str, str]:
    voice = "outlet" if "said" not in row["text"] else "resident"
    return {"voice": voice, "stance_mayor": "0", "stance_port": "n/a", "frame": "trade", "function": "none"}  # fmt: skip


def make_sheet(case, *, count: int | None = 20, coder: str = "ana", **options) -> Path:
    return write_sheet(*case, coder=coder, count=count, seed=7, **options)


def test_every_stratum_gives_sentences_with_the_chance_that_is_written(case):
    study, sentences = case
    voices = measure_voices(sentences, study=study)
    drawn = draw_sentences(sentences, voices, count=20, seed=3)
    assert len(drawn) == 20 and drawn["sentence_id"].is_unique
    placed = sentences.merge(voices, on="sentence_id")
    sizes = placed.groupby(["article_id", "voice"]).size()
    for stratum, rows in drawn.groupby("stratum"):
        article, _, voice = str(stratum).partition(", ")
        assert set(rows["stratum_size"]) == {sizes[article, voice]}
        assert rows["probability"].to_numpy() == pytest.approx(len(rows) / sizes[article, voice])
    assert drawn["stratum"].nunique() == len(sizes)
    again = draw_sentences(sentences, voices, count=20, seed=3)
    pd.testing.assert_frame_equal(drawn, again)
    assert list(draw_sentences(sentences, voices, count=20, seed=4)["sentence_id"]) != list(
        drawn["sentence_id"]
    )


def test_each_sentence_is_drawn_as_often_as_its_chance_says(case):
    study, sentences = case
    voices = measure_voices(sentences, study=study)
    counts = pd.Series(0.0, sentences["sentence_id"])
    for seed in range(300):
        drawn = draw_sentences(sentences, voices, count=15, seed=seed, strata=["article"])
        counts[drawn["sentence_id"]] += 1 / drawn["probability"].to_numpy()
    expected = counts[counts > 0] / 300
    assert expected.mean() == pytest.approx(1, abs=0.01)
    assert expected.between(0.6, 1.4).all()


def test_drawing_more_than_there_is_takes_all_and_too_few_is_refused(case):
    study, sentences = case
    voices = measure_voices(sentences, study=study)
    every = draw_sentences(sentences, voices, count=999, seed=1)
    assert (every["probability"] == 1).all() and len(every) == len(voices)
    with pytest.raises(EncuadreError, match="fewer than the 13 strata.*--stratify article"):
        draw_sentences(sentences, voices, count=5, seed=1)


def test_a_sheet_shows_labels_and_context_and_opens_in_a_spreadsheet(case):
    path = make_sheet(case)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf") and b"\r\n" in path.read_bytes()
    legend, *rows = read_sheet(path)
    assert legend["article_id"] == LEGEND and "resident (residents)" in legend["voice"]
    assert legend["stance_mayor"].startswith("Write one of: -1 (unfavourable) | 0 (neutral)")
    assert len(rows) == 20
    texts = case[1].set_index(["article_id", "start"])["text"]
    for row in rows:
        article = texts.loc[row["article_id"]]
        place = article.index.get_loc(int(row["start"]))
        assert row["text"] == article.iloc[place]
        assert place == 0 or not row["before"] or row["before"].endswith(article.iloc[place - 1])
        assert not any(row[f] for f in choose_fields(case[0].codebook))


def test_without_a_sample_the_sheet_holds_all_sentences_in_order(case):
    rows = read_sheet(make_sheet(case, count=None, fields=["frame"]))[1:]
    assert list(rows[0]) == ["article_id", "before", "text", "after", "voice", "frame", "start", "end"]  # fmt: skip
    assert len(rows) == (case[1]["segment"] != "boilerplate").sum()
    starts = [(r["article_id"], int(r["start"])) for r in rows]
    assert starts == sorted(starts)


def test_no_cell_runs_as_a_formula_and_the_text_still_matches(spoilt, read_sentences):
    path = spoilt / "articles" / "courier_vote.txt"
    text = "\n\n=HYPERLINK(1) is what the letter said.\n\n+47 people came to the quay.\n\n@all of you, she said.\n"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    study = read_study(spoilt)
    case = study, read_sentences(study)[1]
    sheet = make_sheet(case, count=None)
    raw = list(csv.reader(io.StringIO(sheet.read_bytes().decode("utf-8-sig"), newline="")))
    assert not [c for row in raw for c in row if c.startswith(("=", "+", "-", "@", "\t", "\r"))]
    fill(sheet, code_as_neutral)
    codings = read_codings(*case)
    assert codings["sentence_id"].nunique() == (case[1]["segment"] != "boilerplate").sum()


def test_a_sheet_is_never_overwritten(case):
    path = make_sheet(case)
    fill(path, code_as_neutral)
    before = path.read_bytes()
    with pytest.raises(EncuadreError, match="never overwritten"):
        make_sheet(case)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"coder": "../escape"}, "cannot name a file"),
        ({"coder": ""}, "cannot name a file"),
        ({"count": 0}, "--sample is 0"),
        ({"strata": ["mood"]}, "--stratify: 'mood'"),
        ({"fields": ["mood"]}, "--fields: 'mood' is not a field"),
    ],
)
def test_wrong_options_are_said(case, options, said):
    with pytest.raises(EncuadreError, match=said):
        make_sheet(case, **options)
    assert not list((case[0].root / "coding").glob("*"))


def test_an_empty_sheet_codes_nothing(case):
    make_sheet(case)
    assert read_codings(*case).empty


def test_empty_cells_of_a_drawn_sheet_are_not_coded_yet(case):
    path = make_sheet(case)
    rows = fill(path, code_as_neutral, first=8)
    rows[3]["stance_mayor"] = ""  # begun, not finished
    rows[4]["frame"] = ""  # a field that may wait
    rows[5] |= dict.fromkeys(("stance_mayor", "stance_port", "frame", "function"), "")
    rows[5]["voice"] = "n/a"  # not part of the article's text
    write_rows(path, rows)
    codings = check_table(read_codings(*case), "codings")
    table = pivot_codings(codings, coder="ana")
    assert (
        len(table) == 7 and (table["frame"] == "").sum() == 2 and (table["voice"] == "").sum() == 1
    )
    assert set(table["stance_port"]) == {""}
    design = pivot_design(codings, coder="ana")
    assert len(design) == 20 and (design["size"] >= 1).all()
    lines = check_sheet(path, *case)
    assert lines[0] == "7 of 20 rows are coded."
    assert "1 begun and not counted yet: row 5 lacks stance_mayor." in lines
    assert any("1 rows before the last coded one are not coded" in line for line in lines)


def test_a_partly_filled_sheet_in_text_order_codes_its_filled_rows(case):
    path = make_sheet(case, count=None)
    fill(path, lambda row: {**code_as_neutral(row), "stance_port": ""}, first=5)
    table = pivot_codings(read_codings(*case), coder="ana")
    assert len(table) == 5 and set(table["stance_port"]) == {""}


def test_the_coder_of_most_sentences_is_the_reference(case):
    fill(make_sheet(case), code_as_neutral, first=3)
    fill(make_sheet(case, coder="ben"), code_as_neutral, first=9)
    make_sheet(case, coder="zoe")
    assert pick_reference(read_codings(*case)) == "ben"


def test_semicolons_and_decimal_commas_of_other_countries_are_read(case):
    path = make_sheet(case)
    rows = fill(path, code_as_neutral)
    for row in rows[1:]:
        row["probability"] = row["probability"].replace(".", ",")
    write_rows(path, rows, mark=";")
    assert len(pivot_codings(read_codings(*case), coder="ana")) == 20


def test_every_fault_is_named_at_once(case):
    path = make_sheet(case)
    rows = fill(path, code_as_neutral)
    rows[2]["voice"] = "outlt"
    rows[4]["stance_mayor"] = "2"
    rows[6]["text"] = "Something else entirely stands in this row."
    write_rows(path, rows)
    with pytest.raises(StudyError) as caught:
        check_sheet(path, *case)
    faults = caught.value.faults
    assert [f.split(":")[0] for f in faults] == [f"ana.csv, row {n}" for n in (4, 6, 8)]
    assert "write one of city_government" in faults[0] and "code it anew" in faults[2]


def remove_one_of_many(rows: Rows) -> None:
    """Remove a row of the stratum that gave most."""
    strata = [row["stratum"] for row in rows]
    del rows[strata.index(max(strata, key=strata.count))]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (remove_one_of_many, "Put the rows back that were removed"),
        (lambda rows: rows[3].update(probability="1.5"), "do not say how the sentence was drawn"),
        (lambda rows: rows[3].update(stratum=""), "do not say how the sentence was drawn"),
        (lambda rows: [r.pop("stratum") for r in rows], "which say how the sentences were drawn"),
    ],
)
def test_a_spoilt_draw_is_a_fault(case, change, said):
    path = make_sheet(case)
    rows = fill(path, code_as_neutral)
    change(rows)
    write_rows(path, rows)
    with pytest.raises(StudyError, match=said):
        check_sheet(path, *case)


def test_chances_are_written_so_that_they_add_up(case):
    rows = read_sheet(make_sheet(case))[1:]
    total = sum(1 / float(r["probability"]) for r in rows)
    assert total == pytest.approx((case[1]["segment"] != "boilerplate").sum(), abs=0.01)
    sheet = lay_out_sheet(case[1], case[0].codebook, fields=["voice"])
    assert np.array_equal(sheet.columns, ["article_id", "before", "text", "after", "voice", "start", "end"])  # fmt: skip


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "build_report.py", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def test_from_the_command_line_to_corrected_estimates(spoilt, tmp_path):
    made = run("coding", "new", "--coder", "ana", "--sample", 24, "--study", spoilt)
    assert made.returncode == 0 and "coding check" in made.stdout, made.stderr
    path = spoilt / "coding" / "ana.csv"
    rows = read_sheet(path)
    write_rows(path, [rows[0], {**rows[1], "voice": "nobody"}, *rows[2:]])
    checked = run("coding", "check", path)
    assert checked.returncode == 2 and "row 3: voice is 'nobody'" in checked.stderr
    write_rows(path, rows)
    fill(path, code_as_neutral)
    checked = run("coding", "check", path)
    assert checked.returncode == 0 and "24 of 24 rows are coded." in checked.stdout
    built = run(
        "--study", spoilt, "--out", tmp_path / "out", "--only", "02_voices", "-p", "draws", 200
    )
    assert built.returncode == 0, built.stderr
    estimates = pd.read_parquet(tmp_path / "out" / "tables" / "estimates-voice.parquet")
    assert set(estimates["method"]) == {"raw", "corrected"}
    corrected = estimates[estimates["method"] == "corrected"]
    assert set(corrected["article_id"]) == set(estimates["article_id"])
    articles = corrected[(corrected["article_id"] != "")]
    assert articles.groupby(["article_id", "category"])["n"].max().groupby("article_id").first().sum() == 24  # fmt: skip
    assert (corrected["low"] <= corrected["high"]).all() and "firm" not in set(
        corrected["strength"]
    )
    sums = articles.groupby("article_id")["estimate"].sum()
    assert sums.to_numpy() == pytest.approx(1, abs=0.05)
