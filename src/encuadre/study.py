"""Reading a study: the folder with its texts, sources, targets, voices, codebook and events."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from encuadre.errors import EncuadreError, StudyError

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[tuple[str, ...], BeforeValidator(lambda v: () if v is None else v)]
SOURCE_COLUMNS = (
    "article_id", "file", "outlet", "title", "author", "published_on", "genre", "host", "integrity",
    "language", "note",
)  # fmt: skip


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Target(_Part):
    """Whom or what stance is asked about: names and role phrases as they stand in the text."""

    id: Id
    label: str
    names: Words
    titles: Words = ()


class Voice(_Part):
    """A group of speakers; the first of a study is the outlet's own voice."""

    id: Id
    label: str
    cues: Words = ()


class Speaker(_Part):
    """A person whom the articles quote, with the voice that the person belongs to."""

    name: str
    voice: Id
    aliases: Words = ()
    pronouns: str = ""


class Outlet(_Part):
    """An outlet: the name shown, its short form, and the names that texts give it."""

    name: str
    short: str
    names: Words = ()


class Label(_Part):
    """One category of a field: id, name shown, definition, and phrases that stand for it."""

    id: str
    label: str
    definition: str
    seeds: Words = ()


class Field(_Part):
    """One question of the codebook with its categories."""

    name: Id
    question: str
    applies_when: str
    rules: Words = ()
    labels: tuple[Label, ...]


class Codebook(_Part):
    """The definitions behind every label."""

    version: str
    unit: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """Return the field of that name; EncuadreError where the codebook has none."""
        for field in self.fields:
            if field.name == name:
                return field
        known = ", ".join(f.name for f in self.fields)
        raise EncuadreError(f"The codebook has no field '{name}'; its fields are {known}. Add it to codebook.yml.")


class _Settings(_Part):
    title: str
    question: str
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
        The folder with study.yml, sources.csv, codebook.yml and, if events are to be traced, events.yml.

    Raises
    ------
    StudyError
        With all faults that were found, each naming file, place and remedy.
    """
    root = Path(path)
    if not root.is_dir():
        raise StudyError([f"There is no study folder '{root}'. Give the folder that holds study.yml, or make one with `build_report.py new`."])
    faults: list[str] = []
    settings = _read_model(root, "study.yml", _Settings, faults)
    codebook = _read_model(root, "codebook.yml", Codebook, faults)
    events = _read_yaml(root, "events.yml", faults) if (root / "events.yml").exists() else {}
    sources = _read_sources(root, faults)
    if isinstance(settings, _Settings):
        faults += _find_faults(settings)
    if faults or not isinstance(settings, _Settings) or not isinstance(codebook, Codebook) or sources is None:
        raise StudyError(faults)
    named = {o.name: o for o in settings.outlets}
    outlets = tuple(named.get(n) or Outlet(name=n, short=n) for n in dict.fromkeys(sources["outlet"]))
    fields = {name: getattr(settings, name) for name in _Settings.model_fields}
    fields |= {"root": root, "outlets": outlets, "codebook": codebook, "events": events or {}, "sources": sources}
    return Study(**fields)


def _find_faults(settings: _Settings) -> list[str]:
    faults = []
    for part in ("targets", "voices"):
        ids = [item.id for item in getattr(settings, part)]
        faults += [f"study.yml, {part}: id '{i}' stands twice. Give each its own id." for i in sorted({i for i in ids if ids.count(i) > 1})]
        if not ids:
            faults.append(f"study.yml, {part}: the list is empty. Name at least one.")
    voices = {v.id for v in settings.voices}
    faults += [
        f"study.yml, speakers: '{s.name}' has voice '{s.voice}', which is not among {sorted(voices)}. Correct the voice or add it."
        for s in settings.speakers
        if s.voice not in voices
    ]
    faults += [f"study.yml, targets: '{t.id}' has no names. List the names that stand for it in the text." for t in settings.targets if not t.names]
    if settings.near_duplicates not in ("refuse", "allow"):
        faults.append(f"study.yml, near_duplicates: '{settings.near_duplicates}' arrived; write `refuse` or `allow`.")
    return faults


def _read_text(root: Path, name: str, faults: list[str]) -> str | None:
    try:
        return (root / name).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        faults.append(f"{name} is missing from '{root}'. Copy it from another study or make one with `build_report.py new`.")
    except UnicodeDecodeError as error:
        faults.append(f"{name} is not UTF-8 (byte {error.start}). Save it as UTF-8.")
    except OSError as error:
        faults.append(f"{name} cannot be read ({error.strerror}). Check that it is a file that you may read.")
    return None


def _read_yaml(root: Path, name: str, faults: list[str]) -> dict[str, Any] | None:
    text = _read_text(root, name, faults)
    if text is None:
        return None
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        faults.append(f"{name}{where}: not valid YAML ({getattr(error, 'problem', None) or 'cannot be parsed'}). Correct the line.")
        return None
    if not isinstance(data, dict):
        faults.append(f"{name} holds {type(data).__name__}; expected `name: value` lines. See the default study.")
        return None
    return data


def _read_model(root: Path, name: str, model: type[_Part], faults: list[str]) -> _Part | None:
    data = _read_yaml(root, name, faults)
    if data is None:
        return None
    try:
        return model(**data)
    except ValidationError as error:
        for fault in error.errors():
            place = ".".join(str(p) for p in fault["loc"])
            faults.append(f"{name}, {place}: {fault['msg']} (got {str(fault['input'])[:60]!r}). Correct the entry.")
    except TypeError:
        faults.append(f"{name}: a name at the top is not text. Write `name: value` lines.")
    return None


def _read_sources(root: Path, faults: list[str]) -> pd.DataFrame | None:
    text = _read_text(root, "sources.csv", faults)
    if text is None:
        return None
    lines = list(csv.reader(io.StringIO(text, newline="")))
    if not lines:
        faults.append("sources.csv is empty. Give a header row and one row an article.")
        return None
    header, rows = lines[0], [(i, r) for i, r in enumerate(lines[1:], start=2) if any(c.strip() for c in r)]
    missing = [c for c in SOURCE_COLUMNS if c not in header]
    extra = [c for c in header if c not in SOURCE_COLUMNS]
    if missing or extra:
        faults.append(f"sources.csv, row 1: columns missing: {missing or 'none'}; unknown: {extra or 'none'}. The header is {','.join(SOURCE_COLUMNS)}.")
        return None
    if not rows:
        faults.append("sources.csv has no article. Add one row an article.")
        return None
    short = [i for i, row in rows if len(row) != len(header)]
    faults += [f"sources.csv, row {i}: expected {len(header)} cells. Quote cells that hold a comma." for i in short]
    table = pd.DataFrame([dict(zip(header, (c.strip() for c in row), strict=False), row=i) for i, row in rows if i not in short])
    return table if len(table) else None
