"""A study made by `build_report.py new`: sound as it stands but for its articles, and about nothing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from encuadre.build import main
from encuadre.build.checks import check_study
from encuadre.build.new_study import write_study
from encuadre.errors import StudyError
from encuadre.study import Study


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return write_study(tmp_path / "mine")


@pytest.fixture
def filled(made: Path, root: Path) -> Path:
    text = root / "tests/studies/harbour/articles/courier_vote.txt"
    shutil.copy(text, made / "articles" / "a.txt")
    with (made / "sources.csv").open("a", encoding="utf-8") as file:
        file.write("a,a.txt,Paper,Title,,2024,news,,intact,en,\n")
    return made


def test_only_the_articles_are_missing(made: Path) -> None:
    with pytest.raises(StudyError) as caught:
        check_study(made)
    assert caught.value.faults == ("sources.csv has no article. Add one row an article.",)


def test_with_an_article_it_can_be_built(filled: Path) -> None:
    study = check_study(filled)
    frames = [label.id for label in study.codebook.field("frame").labels]
    assert 3 <= len(frames) <= 4 and frames[-1] == "none"
    functions = [label.id for label in study.codebook.field("function").labels]
    assert functions == ["problem", "cause", "judgement", "remedy", "none"]
    voices = [label.id for label in study.codebook.field("voice").labels]
    assert voices == [voice.id for voice in study.voices]
    assert study.voices[-1].cues == ("*",)
    stances = [f.name for f in study.codebook.fields if f.name.startswith("stance_")]
    assert stances == [f"stance_{target.id}" for target in study.targets]


def test_a_target_renamed_in_one_file_only_is_told_of(filled: Path) -> None:
    path = filled / "study.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("id: government", "id: city"), encoding="utf-8"
    )
    with pytest.raises(StudyError, match="field 'stance_government': study.yml has no target 'gov"):
        check_study(filled)


def test_nothing_of_the_default_study_is_in_it(made: Path, default_study: Study) -> None:
    text = "\n".join(p.read_text(encoding="utf-8") for p in made.glob("*.*")).lower()
    own = [n for t in default_study.targets for n in (t.id, *t.names)]
    own += [n for s in default_study.speakers for n in (s.name, *s.aliases)]
    own += [label.id for label in default_study.codebook.field("frame").labels[:-1]]
    own += ["fentanyl", "cartel", "drug"]
    found = [w for w in own if re.search(rf"(?<!\w){re.escape(w.lower())}(?!\w)", text)]
    assert [w for w in found if w.lower() not in ("us", "enforcement")] == []


def test_the_commented_events_are_events(filled: Path) -> None:
    lines = (filled / "events.yml").read_text(encoding="utf-8").splitlines()
    shown = "\n".join(line[1:] for line in lines if line.startswith("#   "))
    (filled / "events.yml").write_text(shown, encoding="utf-8")
    assert set(yaml.safe_load(shown)) == {"events", "quantities"}
    assert [e["id"] for e in check_study(filled).events["events"]] == ["vote"]


def test_what_stands_there_is_never_written_over(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {p: p.read_bytes() for p in made.rglob("*") if p.is_file()}
    assert main(["new", str(made)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert {p: p.read_bytes() for p in made.rglob("*") if p.is_file()} == before


def test_the_command_says_what_to_fill(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", str(tmp_path / "two")]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("articles/", "sources.csv", "study.yml", "codebook.yml"))
