"""Reading a study: the folder with its texts, sources, targets, voices, codebook and events."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from encuadre.consistency import (
    ID_PATTERN,
    check_agreement,
    check_codebook,
    check_event_lists,
    check_outlets,
    check_settings,
    explain_faults,
)
from encuadre.errors import EncuadreError, StudyError
from encuadre.plain_yaml import parse_mapping

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Words = Annotated[tuple[Text, ...], BeforeValidator(lambda v: () if v is None else v)]
SOURCE_COLUMNS = (
    "article_id", "file", "outlet", "title", "author", "published_on", "genre", "host",
    "integrity", "language", "note",
)  # fmt: skip


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


_Model = TypeVar("_Model", bound=_Part)


class Target(_Part):
    """Whom or what stance is asked about: names and role phrases as they stand in the text."""

    id: Id
    label: Text
    names: Words
    titles: Words = ()


class Voice(_Part):
    """A group of speakers; the first of a study is the outlet's own voice."""

    id: Id
    label: Text
    cues: Words = ()


class Speaker(_Part):
    """A person whom the articles quote, with the voice that the person belongs to."""

    name: Text
    voice: Id
    aliases: Words = ()
    pronouns: str = ""


class Outlet(_Part):
    """An outlet: the name shown, its short form, and the names that texts give it."""

    name: Text
    short: Text
    names: Words = ()


class Label(_Part):
    """One category of a field: id, name shown, definition, and phrases that stand for it."""

    id: Text
    label: Text
    definition: Text
    seeds: Words = ()


class Field(_Part):
    """One question of the codebook with its categories."""

    name: Id
    question: Text
    applies_when: Text
    rules: Words = ()
    labels: tuple[Label, ...]


class Codebook(_Part):
    """The definitions behind every label."""

    version: Text
    unit: Text
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """Return the field of that name; EncuadreError where the codebook has none."""
        for field in self.fields:
            if field.name == name:
                return field
        known = ", ".join(f.name for f in self.fields)
        there = f"its fields are {known}" if known else "it has no fields at all"
        raise EncuadreError(f"The codebook has no field '{name}'; {there}. Add it to codebook.yml.")


class Settings(_Part):
    """What study.yml holds."""

    title: Text
    question: Text
    targets: tuple[Target, ...]
    voices: tuple[Voice, ...]
    outlets: tuple[Outlet, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    topic_names: dict[str, str] = {}
    near_duplicates: str = "refuse"
    coding_note: str = ""
    parameters: dict[str, Any] = {}


class Study(_Part):
    """A study as read: settings, codebook, events and sources, all checked."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    root: Path
    title: str
    question: str
    targets: tuple[Target, ...]
    voices: tuple[Voice, ...]
    outlets: tuple[Outlet, ...]
    speakers: tuple[Speaker, ...]
    topic_names: dict[str, str]
    near_duplicates: str
    parameters: dict[str, Any]
    codebook: Codebook
    events: dict[str, Any]
    sources: pd.DataFrame
    coding_note: str = ""

    @property
    def own_voice(self) -> str:
        """The id of the outlet's own voice."""
        return self.voices[0].id


def read_study(path: str | Path) -> Study:
    """Read and check the study in a folder.

    Parameters
    ----------
    path : path
        The folder with study.yml, sources.csv, codebook.yml and, if events are to be traced,
        events.yml.

    Returns
    -------
    Study
        With one outlet for each that sources.csv names, in its order.

    Raises
    ------
    StudyError
        With all faults that were found, each naming file, place and remedy.
    """
    return assemble_study(read_files(path))


class StudyFiles(NamedTuple):
    """The files of a study as read, None where one cannot be used, and the faults found."""

    root: Path
    settings: Settings | None
    codebook: Codebook | None
    events: dict[str, Any]
    sources: pd.DataFrame | None
    faults: list[str]


def read_files(path: str | Path) -> StudyFiles:
    """Read and check the files of a study but its articles; the faults are collected, not raised."""
    root, faults = Path(path), []
    if not root.is_dir():
        fault = (
            f"There is no study folder '{root}'. Give the folder that holds study.yml, or make one "
            "with `build_report.py new`."
        )
        return StudyFiles(root, None, None, {}, None, [fault])
    settings = _read_model(root, "study.yml", Settings, faults)
    codebook = _read_model(root, "codebook.yml", Codebook, faults)
    has_events = (root / "events.yml").exists()
    events = (_read_mapping(root, "events.yml", faults) if has_events else None) or {}
    before = len(faults)
    sources = _read_sources(root, faults)
    whole = sources is not None and len(faults) == before
    faults += check_settings(settings) if settings else []
    faults += check_codebook(codebook) if codebook else []
    faults += check_agreement(settings, codebook) if settings and codebook else []
    faults += check_outlets(settings, sources) if settings and whole else []
    faults += check_event_lists(events)
    return StudyFiles(root, settings, codebook, events, sources, faults)


def assemble_study(files: StudyFiles) -> Study:
    """Return the study that the files make; StudyError with their faults."""
    settings, codebook, sources = files.settings, files.codebook, files.sources
    if files.faults or settings is None or codebook is None or sources is None:
        raise StudyError(files.faults)
    # An empty name passes here: read_articles reports it with its row.
    named = {outlet.name: outlet for outlet in settings.outlets}
    names = dict.fromkeys(sources["outlet"])
    fields: dict[str, Any] = {name: getattr(settings, name) for name in Settings.model_fields}
    fields["outlets"] = tuple(
        named.get(n) or Outlet.model_construct(name=n, short=n) for n in names
    )
    return Study(root=files.root, codebook=codebook, events=files.events, sources=sources, **fields)


def _read_text(root: Path, name: str, faults: list[str]) -> str | None:
    try:
        return (root / name).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        faults.append(
            f"{name} is missing from '{root}'. Copy it from another study or make one with "
            "`build_report.py new`."
        )
    except UnicodeDecodeError as error:
        faults.append(f"{name} is not UTF-8 (byte {error.start}). Save it as UTF-8.")
    except OSError as error:
        faults.append(
            f"{name} cannot be read ({error.strerror}). Check that it is a file that you may read."
        )
    return None


def _read_mapping(root: Path, name: str, faults: list[str]) -> dict[str, Any] | None:
    text = _read_text(root, name, faults)
    return None if text is None else parse_mapping(text, name, faults)


def _read_model(root: Path, name: str, model: type[_Model], faults: list[str]) -> _Model | None:
    data = _read_mapping(root, name, faults)
    if data is None:
        return None
    try:
        return model(**data)
    except ValidationError as error:
        faults += [f"{name}, {said}" for said in explain_faults(error, known=[*model.model_fields])]
    return None


def _read_sources(root: Path, faults: list[str]) -> pd.DataFrame | None:
    text = _read_text(root, "sources.csv", faults)
    if text is None:
        return None
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        faults.append(f"sources.csv: not plain CSV ({error}). Check its quotation marks.")
        return None
    if not any(cell.strip() for line in lines for cell in line):
        faults.append("sources.csv is empty. Give a header row and one row an article.")
        return None
    header = [cell.strip() for cell in lines[0]]
    missing = [c for c in SOURCE_COLUMNS if c not in header]
    extra = [c for c in header if c not in SOURCE_COLUMNS]
    twice = [c for c in SOURCE_COLUMNS if header.count(c) > 1]
    if missing or extra or twice:
        faults.append(
            f"sources.csv, row 1: columns missing: {', '.join(missing) or 'none'}; "
            f"unknown: {', '.join(extra) or 'none'}; twice: {', '.join(twice) or 'none'}. "
            f"Write the header {','.join(SOURCE_COLUMNS)}, with commas between."
        )
        return None
    rows = [(i, r) for i, r in enumerate(lines[1:], start=2) if any(c.strip() for c in r)]
    if not rows:
        faults.append("sources.csv has no article. Add one row an article.")
        return None
    uneven = [(i, len(row)) for i, row in rows if len(row) != len(header)]
    faults += [
        f"sources.csv, row {i}: {n} cells arrived; expected {len(header)}. "
        "Quote cells that hold a comma."
        for i, n in uneven
    ]
    records = [
        {**dict(zip(header, map(str.strip, row), strict=True)), "row": i}
        for i, row in rows
        if len(row) == len(header)
    ]
    return pd.DataFrame(records) if records else None


def list_hidden_names(study: Study) -> list[str]:
    """Return the names of targets, speakers and outlets: who is named is neither topic nor wording."""
    names = [n for t in study.targets for n in (*t.names, *t.titles)]
    names += [n for s in study.speakers for n in (s.name, *s.aliases)]
    names += [n for o in study.outlets for n in (o.name, *o.names)]
    return list(dict.fromkeys(names))
