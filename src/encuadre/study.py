"""Reading a study: the folder with its texts, sources, targets, voices, codebook and events."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated, Any, TypeVar

import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from encuadre.errors import EncuadreError, StudyError
from encuadre.plain_yaml import parse_mapping

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Words = Annotated[tuple[Text, ...], BeforeValidator(lambda v: () if v is None else v)]
RESERVED_VOICES = ("all", "own", "quoted")
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
        raise EncuadreError(
            f"The codebook has no field '{name}'; its fields are {known}. Add it to codebook.yml."
        )


class _Settings(_Part):
    title: Text
    question: Text
    targets: tuple[Target, ...]
    voices: tuple[Voice, ...]
    outlets: tuple[Outlet, ...] = ()
    speakers: tuple[Speaker, ...] = ()
    topic_names: dict[str, str] = {}
    near_duplicates: str = "refuse"
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
    root = Path(path)
    if not root.is_dir():
        raise StudyError(
            [
                f"There is no study folder '{root}'. Give the folder that holds study.yml, or make "
                "one with `build_report.py new`."
            ]
        )
    faults: list[str] = []
    settings = _read_model(root, "study.yml", _Settings, faults)
    codebook = _read_model(root, "codebook.yml", Codebook, faults)
    has_events = (root / "events.yml").exists()
    events = _read_mapping(root, "events.yml", faults) if has_events else None
    sources = _read_sources(root, faults)
    faults += _check_settings(settings) if settings else []
    faults += _check_codebook(codebook) if codebook else []
    if faults or settings is None or codebook is None or sources is None:
        raise StudyError(faults)
    # An empty name passes here: read_articles reports it with its row.
    named = {outlet.name: outlet for outlet in settings.outlets}
    names = dict.fromkeys(sources["outlet"])
    fields: dict[str, Any] = {name: getattr(settings, name) for name in _Settings.model_fields}
    fields["outlets"] = tuple(
        named.get(n) or Outlet.model_construct(name=n, short=n) for n in names
    )
    return Study(root=root, codebook=codebook, events=events or {}, sources=sources, **fields)


def _check_settings(settings: _Settings) -> list[str]:
    faults = []
    for part, key in (("targets", "id"), ("voices", "id"), ("speakers", "name")):
        faults += _find_twice([getattr(x, key) for x in getattr(settings, part)], part, key)
    for key in ("name", "short"):
        faults += _find_twice([getattr(outlet, key) for outlet in settings.outlets], "outlets", key)
    faults += [
        f"study.yml, {part}: the list is empty. Name at least one."
        for part in ("targets", "voices")
        if not getattr(settings, part)
    ]
    voices = [voice.id for voice in settings.voices]
    faults += [
        f"study.yml, voices: the id '{v}' has a meaning of its own in links. Choose another."
        for v in voices
        if v in RESERVED_VOICES
    ]
    faults += [
        f"study.yml, speakers: '{s.name}' has voice '{s.voice}'; the voices are "
        f"{', '.join(voices) or 'none'}. Correct the voice or add it."
        for s in settings.speakers
        if s.voice not in voices
    ]
    faults += [
        f"study.yml, targets: '{t.id}' has no names. List the names that stand for it in the text."
        for t in settings.targets
        if not t.names
    ]
    if settings.near_duplicates not in ("refuse", "allow"):
        arrived = settings.near_duplicates
        faults.append(
            f"study.yml, near_duplicates: '{arrived}' arrived; write `refuse` or `allow`."
        )
    return faults


def _check_codebook(codebook: Codebook) -> list[str]:
    faults = _find_twice([f.name for f in codebook.fields], "fields", "name", file="codebook.yml")
    for field in codebook.fields:
        place = f"field '{field.name}'"
        ids = [label.id for label in field.labels]
        faults += _find_twice(ids, place, "id", file="codebook.yml")
        if not ids:
            faults.append(f"codebook.yml, {place}: it has no labels. Define at least one.")
    return faults


def _find_twice(values: list[str], part: str, key: str, *, file: str = "study.yml") -> list[str]:
    twice = dict.fromkeys(v for v in values if values.count(v) > 1)
    return [f"{file}, {part}: {key} '{v}' stands twice. Give each its own {key}." for v in twice]


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
        for fault in error.errors():
            place = ".".join(str(p) for p in fault["loc"])
            arrived = str(fault["input"])[:60]
            what = f"{fault['msg'][:1].lower()}{fault['msg'][1:]}"
            if fault["type"] == "missing":
                faults.append(f"{name}, {place}: it is missing. Add it.")
            elif fault["type"] == "extra_forbidden":
                faults.append(f"{name}, {place}: no such entry exists. Remove or rename it.")
            else:
                faults.append(
                    f"{name}, {place}: {what}, but {arrived!r} arrived. Correct the entry."
                )
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
