"""Reading a study: what it gives, and one clear message for each thing that can be wrong."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from encuadre.build.checks import check_study
from encuadre.consistency import REQUIRED_FIELDS
from encuadre.errors import EncuadreError, StudyError
from encuadre.study import SOURCE_COLUMNS, Codebook, Study, read_study


def list_faults(path: Path) -> tuple[str, ...]:
    with pytest.raises(StudyError) as caught:
        read_study(path)
    return caught.value.faults


def find_fault(path: Path) -> str:
    faults = list_faults(path)
    assert len(faults) == 1, faults
    return faults[0]


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


def test_the_default_study_reads(default_study: Study) -> None:
    assert [o.short for o in default_study.outlets] == ["TPPF", "USAT", "MXT", "LN", "NPR"]
    assert [t.id for t in default_study.targets] == ["mexico", "us"]
    assert default_study.own_voice == "outlet"
    assert default_study.codebook.field("frame").labels[-1].id == "none"


def test_the_second_study_reads(harbour_study: Study) -> None:
    assert [o.name for o in harbour_study.outlets] == ["Kestrel Bay Courier", "Saltmarsh Review"]
    assert list(harbour_study.sources["row"]) == [2, 3, 4]
    assert harbour_study.events["events"][0]["id"] == "council_vote"
    assert harbour_study.near_duplicates == "refuse"
    assert harbour_study.parameters == {}


def test_a_study_cannot_be_changed(harbour_study: Study) -> None:
    with pytest.raises(Exception, match="frozen"):
        harbour_study.title = "another"  # type: ignore[misc]


def test_an_unknown_field_of_the_codebook_is_named_with_those_that_exist(
    harbour_study: Study,
) -> None:
    with pytest.raises(EncuadreError, match="no field 'frames'; its fields are segment, voice"):
        harbour_study.codebook.field("frames")


def test_an_outlet_that_study_yml_leaves_out_is_called_by_its_name(spoilt: Path) -> None:
    change(
        spoilt / "study.yml",
        "  - {name: Saltmarsh Review, short: SMR, names: [the Review, Leo Hartmann]}\n",
        "",
    )
    outlet = read_study(spoilt).outlets[1]
    assert (outlet.name, outlet.short, outlet.names) == ("Saltmarsh Review", "Saltmarsh Review", ())


def test_events_may_be_left_out(spoilt: Path) -> None:
    (spoilt / "events.yml").unlink()
    assert read_study(spoilt).events == {}


@pytest.mark.parametrize("name", ["study.yml", "codebook.yml", "sources.csv"])
def test_a_missing_file_is_named(spoilt: Path, name: str) -> None:
    (spoilt / name).unlink()
    fault = find_fault(spoilt)
    assert fault.startswith(f"{name} is missing from") and "build_report.py new" in fault


@pytest.mark.parametrize("name", ["study.yml", "codebook.yml", "events.yml", "sources.csv"])
def test_a_folder_in_place_of_a_file_is_named(spoilt: Path, name: str) -> None:
    (spoilt / name).unlink()
    (spoilt / name).mkdir()
    assert find_fault(spoilt).startswith(f"{name} cannot be read")


@pytest.mark.parametrize("name", ["study.yml", "codebook.yml", "events.yml", "sources.csv"])
def test_an_empty_file_is_named(spoilt: Path, name: str) -> None:
    (spoilt / name).write_text("", encoding="utf-8")
    fault = find_fault(spoilt)
    assert fault.startswith(name) and ("empty" in fault or "holds nothing" in fault)


@pytest.mark.parametrize("name", ["study.yml", "codebook.yml", "sources.csv"])
def test_latin_1_bytes_are_named_with_their_place(spoilt: Path, name: str) -> None:
    raw = (spoilt / name).read_bytes()
    (spoilt / name).write_bytes(raw + "é".encode("latin-1"))
    assert find_fault(spoilt) == f"{name} is not UTF-8 (byte {len(raw)}). Save it as UTF-8."


@pytest.mark.parametrize("name", ["study.yml", "codebook.yml", "events.yml", "sources.csv"])
def test_windows_line_ends_and_a_byte_order_mark_change_nothing(
    spoilt: Path, harbour_study: Study, name: str
) -> None:
    raw = (spoilt / name).read_bytes()
    (spoilt / name).write_bytes(b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n"))
    study = read_study(spoilt)
    same = {"root": harbour_study.root, "sources": harbour_study.sources}
    assert study.model_copy(update=same) == harbour_study
    assert study.sources.equals(harbour_study.sources)


def test_there_must_be_a_folder(tmp_path: Path, spoilt: Path) -> None:
    assert "There is no study folder" in find_fault(tmp_path / "nowhere")
    assert "There is no study folder" in find_fault(spoilt / "study.yml")


def test_several_faults_are_reported_together(spoilt: Path) -> None:
    change(spoilt / "study.yml", "voice: city_government", "voice: town_crier")
    change(spoilt / "codebook.yml", 'version: "1"\n', "")
    change(spoilt / "sources.csv", "note\n", "remark\n")
    with pytest.raises(StudyError, match="The study has 3 faults:\n  - ") as caught:
        read_study(spoilt)
    assert [f.split(",")[0] for f in caught.value.faults] == [
        "codebook.yml",
        "sources.csv",
        "study.yml",
    ]


SETTINGS = [
    (
        "title: Three",
        "titel: Three",
        ["study.yml, titel: no such entry exists. Did you mean 'title'? Remove or rename it."],
    ),
    (
        "name: Saltmarsh Review",
        "name: Saltmarsch Review",
        [
            "study.yml, outlets: 'Saltmarsch Review' is in no row of sources.csv; the outlets "
            "there are Kestrel Bay Courier, Saltmarsh Review. Did you mean 'Saltmarsh Review'?"
        ],
    ),
    ("title: Three articles, one harbour", "title: ''", ["study.yml, title: string should have"]),
    ("title: Three articles, one harbour", "title: [a, b]", ["but \"['a', 'b']\" arrived"]),
    ("id: mayor", "id: The Mayor", ["study.yml, targets.0.id", "'The Mayor' arrived"]),
    ("id: port\n", "id: mayor\n", ["targets: id 'mayor' stands twice"]),
    ("[Ines Valdrane, Valdrane", "['', Valdrane", ["targets.0.names.0"]),
    ("[Ines Valdrane, Valdrane", "[no, Valdrane", ["targets.0.names.0", "'False' arrived"]),
    ("names: [Port of Kestrel Bay, the port, Henrik Osmund, Osmund]", "names: port", ["tuple"]),
    ("names: [Port of Kestrel Bay, the port, Henrik Osmund, Osmund]", "names: []", ["no names"]),
    ("id: resident", "id: quoted", ["the id 'quoted' has a meaning of its own in links"]),
    (
        "voice: expert",
        "voice: seer",
        ["speakers: 'Tomas Ferreira' has voice 'seer'", "outlet, city"],
    ),
    ("short: SMR", "short: KBC", ["outlets: short 'KBC' stands twice"]),
    ("name: Henrik Osmund", "name: Ines Valdrane", ["speakers: name 'Ines Valdrane' stands twice"]),
    ("title: Three", "near_duplicates: maybe\ntitle: Three", ["near_duplicates: 'maybe' arrived"]),
    ("title: Three", "near_duplicates: yes\ntitle: Three", ["near_duplicates", "'True' arrived"]),
    ("title: Three", "title: One\ntitle: Three", ["study.yml, line 3: 'title' stands twice"]),
    ("title: Three", "7: lucky\ntitle: Three", ["names that are not text"]),
    ("title: Three", "title: {Three", ["study.yml, line", "not plain YAML"]),
    ("title: Three", "title: 2023-13-45 #", ["not plain YAML (month must be in 1..12)"]),
]


@pytest.mark.parametrize(("old", "new", "parts"), SETTINGS)
def test_each_fault_of_the_settings_is_named(
    spoilt: Path, old: str, new: str, parts: list[str]
) -> None:
    change(spoilt / "study.yml", old, new)
    said = "\n".join(list_faults(spoilt))
    assert all(part in said for part in parts), said


def test_a_list_at_the_top_is_no_study(spoilt: Path) -> None:
    (spoilt / "study.yml").write_text("- a\n- b\n", encoding="utf-8")
    assert find_fault(spoilt).startswith("study.yml holds a list; expected `name: value` lines")


def test_empty_lists_are_named(spoilt: Path) -> None:
    text = "title: t\nquestion: q\ntargets: []\nvoices: []\n"
    (spoilt / "study.yml").write_text(text, encoding="utf-8")
    assert [f.split(":")[0] for f in list_faults(spoilt)] == [
        "study.yml, targets",
        "study.yml, voices",
    ]


CODEBOOK = [
    ("name: attribution", "name: voice", "codebook.yml, fields: name 'voice' stands twice"),
    ("id: clean_air", "id: trade", "codebook.yml, field 'frame': id 'trade' stands twice"),
    ("    labels: *stance", "    labels: []", "field 'stance_port': it has no labels"),
    ("    labels: *stance", "    label: *stance", "fields.4.labels: it is missing. Add it."),
    ("definition: None of the frames.", "definition: [x]", "fields.5.labels.4.definition"),
    ("definition: None of the frames.", "definition: ''", "fields.5.labels.4.definition"),
    (
        "version:",
        "verison:",
        "codebook.yml, verison: no such entry exists. Did you mean 'version'?",
    ),
    ("name: frame", "name: frames", "fields: 'frame' is missing; the fields are segment, voice"),
    ("name: function", "name: entman", "codebook.yml, fields: 'function' is missing"),
    ("id: none\n        label: none of these", "id: other\n        label: x", "the id `none`"),
    ("        seeds: [the council voted on Tuesday]\n", "", "'function': no `seeds` for none"),
    ("stance_port", "stance_harbour", "no target 'harbour'; its targets are mayor, port."),
    ('{id: "-1", label: unf', "{id: against, label: unf", "its labels are against, 0, 1; a stance"),
    ("{id: resident,", "{id: neighbour,", "the voices of study.yml are outlet, city_government"),
]


@pytest.mark.parametrize(("old", "new", "part"), CODEBOOK)
def test_each_fault_of_the_codebook_is_named(spoilt: Path, old: str, new: str, part: str) -> None:
    change(spoilt / "codebook.yml", old, new)
    assert part in "\n".join(list_faults(spoilt))


def test_every_seed_that_is_missing_is_named_in_one_fault(spoilt: Path) -> None:
    path = spoilt / "codebook.yml"
    path.write_text(
        re.sub(r"        seeds: \[.*\n", "", path.read_text(encoding="utf-8")), encoding="utf-8"
    )
    fault = find_fault(spoilt)
    assert "field 'function': no `seeds` for problem, cause, judgement, remedy, none" in fault
    assert fault.endswith("Write two or more phrases that a sentence of the label could hold.")


def test_a_codebook_without_fields_is_one_clear_message(spoilt: Path) -> None:
    (spoilt / "codebook.yml").write_text("version: 1\nunit: u\nfields: []\n", encoding="utf-8")
    assert [f.split(";")[0] for f in list_faults(spoilt)] == [
        "codebook.yml, fields: 'frame' is missing",
        "codebook.yml, fields: 'function' is missing",
    ]
    with pytest.raises(EncuadreError, match="no field 'frame'; it has no fields at all"):
        Codebook(version="1", unit="u", fields=()).field("frame")


def test_frames_need_one_label_beside_none(spoilt: Path) -> None:
    path = spoilt / "codebook.yml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("      - id: clean_air"), text.index("      - id: none\n")
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    assert "field 'frame': there is no label beside 'none'" in find_fault(spoilt)


def test_a_list_of_events_by_another_name_is_refused(spoilt: Path) -> None:
    change(spoilt / "events.yml", "quantities:", "quantites:")
    assert find_fault(spoilt) == (
        "events.yml, quantites: no such entry exists; the lists are events and quantities. Did you "
        "mean 'quantities'? Remove or rename it."
    )


def test_a_row_that_cannot_be_read_does_not_make_its_outlet_unknown(spoilt: Path) -> None:
    change(spoilt / "sources.csv", "Leo Hartmann,", "Leo Hartmann,Jr,")
    assert find_fault(spoilt).startswith("sources.csv, row 4: 12 cells arrived")


def check_faults(path: Path) -> list[str]:
    with pytest.raises(StudyError) as caught:
        check_study(path)
    return list(caught.value.faults)


def test_faults_of_all_files_are_told_at_once(spoilt: Path) -> None:
    change(spoilt / "study.yml", "voice: expert", "voice: seer")
    change(spoilt / "codebook.yml", "name: frame", "name: frames")
    change(spoilt / "sources.csv", ",2023-03-14,", ",soon,")
    change(spoilt / "events.yml", "unit: lorries", "units: lorries")
    change(spoilt / "events.yml", "date: 2023-09-01", "date: in September")
    (spoilt / "articles" / "review_opinion.txt").write_text("", encoding="utf-8")
    said = "\n".join(check_faults(spoilt))
    for part in [
        "study.yml, speakers: 'Tomas Ferreira' has voice 'seer'",
        "codebook.yml, fields: 'frame' is missing",
        "sources.csv, row 2: published_on 'soon' is not a date",
        "sources.csv, row 4: articles/review_opinion.txt holds no words",
        "events.yml, events, entry 3 (charge_begins): date: 'in September' arrived; write 2024,",
        "events.yml, quantities, entry 1 (lorries): unit: it is missing. Add it.",
        "entry 1 (lorries): units: no such entry exists. Did you mean 'unit'?",
    ]:
        assert said.count(part) == 1, said


def test_a_sound_study_is_checked_and_read(spoilt: Path) -> None:
    assert check_study(spoilt).model_copy(update={"sources": None}) == read_study(
        spoilt
    ).model_copy(update={"sources": None})


def test_without_a_folder_there_is_one_fault(tmp_path: Path) -> None:
    (fault,) = check_faults(tmp_path / "nowhere")
    assert fault.startswith("There is no study folder")


def test_the_worked_example_is_the_second_study(root: Path) -> None:
    page = (root / "data" / "README.md").read_text(encoding="utf-8")
    files = [p for p in (root / "tests/studies/harbour").iterdir() if p.is_file()]
    there = "\n".join(p.read_text(encoding="utf-8") for p in files)
    blocks = re.findall(r"```(?:yaml|csv)\n(.*?)```", page, re.S)
    assert len(blocks) > 5
    lines = [line for b in blocks for line in b.splitlines()]
    assert [line for line in lines if line not in there.splitlines()] == []
    needed = re.findall(r"\| `(\w+)` \| always", page)
    assert tuple(needed) == REQUIRED_FIELDS


def test_objects_in_yaml_are_never_built(spoilt: Path, tmp_path: Path) -> None:
    mark = tmp_path / "built"
    call = (
        f"!!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path ['{mark}']]"
    )
    change(spoilt / "study.yml", "title: Three articles, one harbour", f"title: {call}")
    fault = find_fault(spoilt)
    assert fault.startswith("study.yml, line 2: not plain YAML (could not determine a constructor")
    assert not mark.exists()


def test_aliases_that_explode_are_refused(spoilt: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    (spoilt / "events.yml").write_text("\n".join(lines), encoding="utf-8")
    assert "more than 100,000 values, aliases unfolded" in find_fault(spoilt)


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}"])
def test_an_alias_that_holds_itself_is_refused(spoilt: Path, text: str) -> None:
    (spoilt / "events.yml").write_text(text, encoding="utf-8")
    assert "the alias of line 1 holds itself" in find_fault(spoilt)


def test_deep_nesting_is_refused(spoilt: Path) -> None:
    (spoilt / "events.yml").write_text("a: " + "[" * 2_000, encoding="utf-8")
    assert find_fault(spoilt).startswith("events.yml: nested too deeply")


def test_control_characters_are_refused(spoilt: Path) -> None:
    (spoilt / "events.yml").write_bytes(b"a: \x00\n")
    assert "not plain YAML (special characters are not allowed)" in find_fault(spoilt)


def test_missing_unknown_and_doubled_columns_are_named(spoilt: Path) -> None:
    change(spoilt / "sources.csv", "host,integrity,language", "host,hots,language,language")
    fault = find_fault(spoilt)
    assert "columns missing: integrity; unknown: hots; twice: language." in fault
    assert ",".join(SOURCE_COLUMNS) in fault


def test_semicolons_between_cells_are_told_of(spoilt: Path) -> None:
    path = spoilt / "sources.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    assert "with commas between" in find_fault(spoilt)


def test_rows_with_too_few_or_too_many_cells_are_named(spoilt: Path) -> None:
    change(spoilt / "sources.csv", "Leo Hartmann,", "Leo Hartmann,Jr,")
    change(spoilt / "sources.csv", ",en,Invented for the tests.\n", ",en\n")
    first, second = list_faults(spoilt)
    assert first.startswith("sources.csv, row 3: 10 cells arrived; expected 11.")
    assert second.startswith("sources.csv, row 4: 12 cells arrived; expected 11.")


def test_a_header_alone_is_no_study(spoilt: Path) -> None:
    (spoilt / "sources.csv").write_text(",".join(SOURCE_COLUMNS) + "\n\n,,\n", encoding="utf-8")
    assert find_fault(spoilt) == "sources.csv has no article. Add one row an article."


@pytest.mark.parametrize("cell", ['"never closed', '"closed" too early', '"' + "x" * 200_000 + '"'])
def test_broken_csv_is_one_message(spoilt: Path, cell: str) -> None:
    path = spoilt / "sources.csv"
    path.write_text(path.read_text(encoding="utf-8") + cell, encoding="utf-8")
    fault = find_fault(spoilt)
    assert fault.startswith("sources.csv: not plain CSV (") and fault.endswith("quotation marks.")


def test_columns_may_stand_in_another_order(spoilt: Path, harbour_study: Study) -> None:
    table = harbour_study.sources[[*SOURCE_COLUMNS[::-1]]]
    table.to_csv(spoilt / "sources.csv", index=False)
    assert (
        read_study(spoilt)
        .sources[[*SOURCE_COLUMNS]]
        .equals(harbour_study.sources[[*SOURCE_COLUMNS]])
    )


def test_cells_may_hold_line_ends_and_quotes(spoilt: Path) -> None:
    new = '"One month on:\n""falls"", they say"'
    change(spoilt / "sources.csv", '"One month on, harbour traffic falls but tempers do not"', new)
    sources = read_study(spoilt).sources
    assert sources.loc[1, "title"] == 'One month on:\n"falls", they say'
    assert list(sources["row"]) == [2, 3, 4]


def test_reading_leaves_the_folder_as_it_was(spoilt: Path) -> None:
    before = {p: p.read_bytes() for p in spoilt.rglob("*") if p.is_file()}
    read_study(spoilt)
    assert {p: p.read_bytes() for p in spoilt.rglob("*") if p.is_file()} == before


def test_the_folder_may_have_any_name(spoilt: Path, tmp_path: Path) -> None:
    moved = tmp_path / "año ’24 {a} % estudio"
    shutil.move(spoilt, moved)
    assert read_study(str(moved)).root == moved
