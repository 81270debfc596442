"""From a study to its articles: bytes kept, and one clear message for each fault."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from encuadre.articles import NEAR_DUPLICATE, count_words, read_articles
from encuadre.errors import StudyError
from encuadre.schemas import check_table
from encuadre.study import Study, read_study

HASHES = {
    "tppf": "3c58cf89c273a7fb0477f9db456ce3663e78a0b6bcdc73f4d9f067900113a75e",
    "usatoday": "2f4638fcf04aa1d54874ae1118bc9660cebe262c352384ab293b49724f851b5b",
    "mexicotoday": "8efeeb911f8d4270950fbe60d4934e1beca144eed86e87df198009806353ed6c",
    "latinnews": "57e4d82423009d21f52694740e24a150626189296d5e8a83b469f73f562218bb",
    "npr": "ee2efde608743b656cbf47fec99087557ed8e148d182061f8127413b1e0c999e",
}
FIRST = "courier_vote,courier_vote.txt,"


def spoil(path: Path, old: str, new: str) -> None:
    text = (path / "sources.csv").read_text(encoding="utf-8")
    assert old in text
    (path / "sources.csv").write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


def list_faults(path: Path) -> tuple[str, ...]:
    with pytest.raises(StudyError) as caught:
        read_articles(read_study(path))
    return caught.value.faults


def find_fault(path: Path) -> str:
    faults = list_faults(path)
    assert len(faults) == 1, faults
    return faults[0]


def test_the_five_texts_are_those_that_were_given(default_study: Study) -> None:
    articles, _ = read_articles(default_study)
    assert dict(zip(articles["article_id"], articles["sha256"], strict=True)) == HASHES
    assert list(articles["integrity"]) == [
        "intact",
        "machine_translated",
        "intact",
        "intact",
        "spun",
    ]


def test_articles_keep_their_contract(harbour_study: Study) -> None:
    articles, texts = read_articles(harbour_study)
    assert list(texts) == list(articles["article_id"])
    assert list(articles["words"]) == [count_words(t) for t in texts.values()]
    checked = check_table(articles.assign(sentences=1), "articles")
    pd.testing.assert_frame_equal(checked.drop(columns="sentences"), articles)


def test_line_ends_and_byte_order_marks_are_kept(spoilt: Path) -> None:
    path = spoilt / "articles" / "courier_vote.txt"
    raw = b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(raw)
    _, texts = read_articles(read_study(spoilt))
    assert texts["courier_vote"].encode("utf-8") == raw


def test_words_are_counted() -> None:
    assert count_words("The mayor’s well-known 14 trams — U.S. made, café") == 9
    assert count_words(" — … ") == 0


def test_reading_twice_gives_the_same(harbour_study: Study) -> None:
    before = harbour_study.sources.copy()
    first, second = read_articles(harbour_study)[0], read_articles(harbour_study)[0]
    pd.testing.assert_frame_equal(first, second)
    pd.testing.assert_frame_equal(harbour_study.sources, before)


CELLS = [
    (FIRST, "Courier Vote,courier_vote.txt,", "row 2: article_id 'Courier Vote' arrived"),
    (FIRST, ",courier_vote.txt,", "row 2: article_id '' arrived"),
    (FIRST, "2vote,courier_vote.txt,", "row 2: article_id '2vote' arrived"),
    ("courier_month,c", "courier_vote,c", "row 3: article_id 'courier_vote' stands in row 2"),
    (",intact,en", ",perfect,en", "row 2: integrity 'perfect' arrived; write one of intact, mach"),
    (",intact,en", ",intact,", "row 2: language is empty. Fill it in."),
    (
        ",intact,en",
        ",intact,es",
        "row 2: language 'es' arrived; rules and models read English only.",
    ),
    (",intact,en", ",intact,english", "row 2: language 'english' arrived"),
    (",Kestrel Bay Courier,", ",,", "row 2: outlet is empty. Fill it in."),
    (FIRST, "courier_vote,,", "row 2: file is empty. Fill it in."),
    (FIRST, "courier_vote,vote.txt,", "row 2: articles/vote.txt does not exist."),
    (FIRST, "courier_vote,.,", "row 2: articles/'.' cannot be read"),
    (FIRST, "courier_vote,a\0b.txt,", "row 2: articles/'a\\x00b.txt' cannot be read"),
    (FIRST, f"courier_vote,{'x' * 300},", "cannot be read"),
    (FIRST, "courier_vote,../study.yml,", "row 2: file '../study.yml' lies outside the study"),
    (FIRST, "courier_vote,../articles2/x.txt,", "lies outside the study"),
    (FIRST, "courier_vote,/etc/hostname,", "row 2: file '/etc/hostname' lies outside the study"),
]


@pytest.mark.parametrize(("old", "new", "part"), CELLS)
def test_each_fault_of_a_row_is_named(spoilt: Path, old: str, new: str, part: str) -> None:
    spoil(spoilt, old, new)
    fault = find_fault(spoilt)
    assert fault.startswith("sources.csv, row ") and part in fault


def test_a_name_that_is_wrong_comes_with_those_that_are_there(spoilt: Path) -> None:
    spoil(spoilt, FIRST, "courier_vote,vote.txt,")
    there = "courier_month.txt, courier_vote.txt, review_opinion.txt"
    assert find_fault(spoilt).endswith(f"Correct the name (there: {there}).")


DATES = [
    "2023-02-30",
    "2023-13",
    "14/03/2023",
    "2023-3-14",
    "23",
    "0000",
    "2023-03-14T10:00",
    "٢٠٢٣",
]


@pytest.mark.parametrize("date", DATES)
def test_what_is_no_date_is_refused(spoilt: Path, date: str) -> None:
    spoil(spoilt, ",2023-03-14,", f",{date},")
    assert f"row 2: published_on '{date}' is not a date. Write 2024, 2024-08" in find_fault(spoilt)


@pytest.mark.parametrize("date", ["", "1689", "2023", "2023-03", "2024-02-29"])
def test_a_date_may_be_reduced_or_left_out(spoilt: Path, date: str) -> None:
    spoil(spoilt, ",2023-03-14,", f",{date},")
    articles, _ = read_articles(read_study(spoilt))
    assert articles.loc[0, "published_on"] == date


@pytest.mark.parametrize("language", ["en-GB", "EN", "en-us"])
def test_every_english_will_do(spoilt: Path, language: str) -> None:
    spoil(spoilt, ",intact,en", f",intact,{language}")
    articles, _ = read_articles(read_study(spoilt))
    assert articles.loc[0, "language"] == language


def test_many_faults_are_reported_together(spoilt: Path) -> None:
    spoil(spoilt, ",2023-03-14,", ",soon,")
    spoil(spoilt, "courier_month,c", "courier_vote,c")
    spoil(spoilt, "review_opinion.txt", "opinion.txt")
    (spoilt / "articles" / "courier_month.txt").write_bytes("café".encode("latin-1"))
    assert [f.split(":")[0] for f in list_faults(spoilt)] == [
        "sources.csv, row 2",
        "sources.csv, row 3",
        "sources.csv, row 3",
        "sources.csv, row 4",
    ]


@pytest.mark.parametrize("raw", [b"", b" \n\t", b"\xef\xbb\xbf", "…—”\n123".encode()])
def test_a_text_without_words_is_refused(spoilt: Path, raw: bytes) -> None:
    (spoilt / "articles" / "courier_vote.txt").write_bytes(raw)
    assert "articles/courier_vote.txt holds no words" in find_fault(spoilt)


@pytest.mark.parametrize("raw", ["Año".encode("latin-1"), "Harbour".encode("utf-16")])
def test_a_text_in_another_encoding_is_refused(spoilt: Path, raw: bytes) -> None:
    (spoilt / "articles" / "courier_vote.txt").write_bytes(raw)
    fault = find_fault(spoilt)
    assert "row 2: articles/courier_vote.txt is not UTF-8 (byte " in fault
    assert fault.endswith("Save it as UTF-8.")


def test_a_folder_in_place_of_a_text_is_named(spoilt: Path) -> None:
    (spoilt / "articles" / "courier_vote.txt").unlink()
    (spoilt / "articles" / "courier_vote.txt").mkdir()
    assert "articles/'courier_vote.txt' cannot be read" in find_fault(spoilt)


def test_a_missing_folder_of_texts_is_named(spoilt: Path) -> None:
    (spoilt / "articles").rename(spoilt / "texts")
    assert [f.split(". ")[-1] for f in list_faults(spoilt)] == [
        "Correct the name (there: nothing)."
    ] * 3


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights on Windows")
def test_links_out_of_the_study_are_refused(spoilt: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("Words that are nobody’s business.", encoding="utf-8")
    inside = spoilt / "articles" / "courier_vote.txt"
    inside.unlink()
    inside.symlink_to(outside)
    assert "file 'courier_vote.txt' lies outside the study" in find_fault(spoilt)
    inside.unlink()
    inside.symlink_to(inside)
    assert "cannot be read" in find_fault(spoilt)


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights on Windows")
def test_a_linked_folder_of_texts_out_of_the_study_is_refused(spoilt: Path, tmp_path: Path) -> None:
    (spoilt / "articles").rename(tmp_path / "texts")
    (spoilt / "articles").symlink_to(tmp_path / "texts")
    assert len(list_faults(spoilt)) == 3
    assert all("lies outside the study" in f for f in list_faults(spoilt))


def test_a_text_in_a_folder_below_is_read(spoilt: Path) -> None:
    below = spoilt / "articles" / "2023"
    below.mkdir()
    (spoilt / "articles" / "courier_vote.txt").rename(below / "vote.txt")
    spoil(spoilt, FIRST, "courier_vote,2023/vote.txt,")
    articles, _ = read_articles(read_study(spoilt))
    assert articles.loc[0, "file"] == "2023/vote.txt"


def test_the_same_text_twice_is_refused_even_where_near_ones_are_allowed(spoilt: Path) -> None:
    folder = spoilt / "articles"
    (folder / "courier_month.txt").write_bytes((folder / "courier_vote.txt").read_bytes())
    said = "articles/courier_month.txt is the same as articles/courier_vote.txt. Keep one row"
    assert find_fault(spoilt).startswith(said)
    with (spoilt / "study.yml").open("a", encoding="utf-8") as file:
        file.write("near_duplicates: allow\n")
    assert find_fault(spoilt).startswith(said)


def test_nearly_the_same_text_is_refused_unless_allowed(spoilt: Path) -> None:
    folder = spoilt / "articles"
    text = (folder / "courier_vote.txt").read_text(encoding="utf-8")
    changed = text.replace("Tuesday", "Wednesday").upper()
    (folder / "courier_month.txt").write_text(changed, encoding="utf-8")
    fault = find_fault(spoilt)
    assert fault.startswith("articles/courier_vote.txt and articles/courier_month.txt share 9")
    assert "`near_duplicates: allow` in study.yml" in fault
    with (spoilt / "study.yml").open("a", encoding="utf-8") as file:
        file.write("near_duplicates: allow\n")
    assert len(read_articles(read_study(spoilt))[0]) == 3


def test_texts_that_share_half_are_no_duplicates(spoilt: Path) -> None:
    assert NEAR_DUPLICATE > 0.5
    folder = spoilt / "articles"
    half = (folder / "courier_vote.txt").read_text(encoding="utf-8")[:700]
    with (folder / "courier_month.txt").open("a", encoding="utf-8") as file:
        file.write(half)
    assert len(read_articles(read_study(spoilt))[0]) == 3
