"""What the files of a study must hold and agree on: pure checks that return their faults in words."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import ValidationError

if TYPE_CHECKING:
    from encuadre.study import Codebook, Field, Settings

RESERVED_VOICES = ("all", "own", "quoted")
REQUIRED_FIELDS = ("frame", "function")
"""Fields of the codebook without which no report can be built."""

STANCE_FIELD = "stance_"
"""How the name of a field of stance begins; the id of its target follows."""

ID_PATTERN = r"^[a-z][a-z0-9_]*$"
DATE_PATTERN = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"
_PATTERNS = {
    ID_PATTERN: "use small letters, digits and _, starting with a letter",
    DATE_PATTERN: "write 2024, 2024-08 or 2024-08-15",
}
_STANCES = ("-1", "0", "1")
_EVENT_LISTS = ("events", "quantities")


def check_settings(settings: Settings) -> list[str]:
    """Return the faults of study.yml on its own."""
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


def check_outlets(settings: Settings, sources: pd.DataFrame) -> list[str]:
    """Return the outlets of study.yml that no row of sources.csv has."""
    there = [name for name in dict.fromkeys(sources["outlet"]) if name]
    return [
        f"study.yml, outlets: '{outlet.name}' is in no row of sources.csv; the outlets there are "
        f"{', '.join(there) or 'none'}.{suggest_name(outlet.name, there)} Correct the name or drop "
        "the entry."
        for outlet in settings.outlets
        if outlet.name not in there
    ]


def check_codebook(codebook: Codebook) -> list[str]:
    """Return the faults of codebook.yml on its own."""
    names = [f.name for f in codebook.fields]
    faults = _find_twice(names, "fields", "name", file="codebook.yml")
    faults += [
        f"codebook.yml, fields: '{name}' is missing; the fields are {', '.join(names) or 'none'}. "
        f"{name.capitalize()}s are labelled by it: write it as `build_report.py new` does."
        for name in REQUIRED_FIELDS
        if name not in names
    ]
    for field in codebook.fields:
        place = f"field '{field.name}'"
        ids = [label.id for label in field.labels]
        faults += _find_twice(ids, place, "id", file="codebook.yml")
        if not ids:
            faults.append(f"codebook.yml, {place}: it has no labels. Define at least one.")
        elif field.name in REQUIRED_FIELDS:
            faults += _check_seeds(field)
        elif field.name.startswith(STANCE_FIELD) and set(ids) != set(_STANCES):
            faults.append(
                f"codebook.yml, {place}: its labels are {', '.join(ids)}; a stance has the labels "
                '"-1", "0" and "1", in quotation marks. Write these.'
            )
    return faults


def _check_seeds(field: Field) -> list[str]:
    """Return the labels that no sentence can get; `none` of the frames takes what is left over."""
    place = f"codebook.yml, field '{field.name}'"
    others = [i for i in field.labels if not (field.name == "frame" and i.id == "none")]
    if not others:
        return [f"{place}: there is no label beside 'none'. Define at least one, with `seeds`."]
    bare = [i.id for i in others if not i.seeds]
    if not bare:
        return []
    aside = " or give the label for sentences without a frame the id `none`"
    return [
        f"{place}: no `seeds` for {', '.join(bare)}, so that no sentence can get "
        f"{'this label' if len(bare) == 1 else 'these labels'}. Write two or more phrases that a "
        f"sentence of the label could hold{aside if field.name == 'frame' else ''}."
    ]


def check_agreement(settings: Settings, codebook: Codebook) -> list[str]:
    """Return where study.yml and codebook.yml name different targets or voices."""
    faults = []
    targets, voices = [t.id for t in settings.targets], [v.id for v in settings.voices]
    for field in codebook.fields:
        place = f"codebook.yml, field '{field.name}'"
        target = field.name.removeprefix(STANCE_FIELD)
        if targets and target != field.name and target not in targets:
            faults.append(
                f"{place}: study.yml has no target '{target}'; its targets are "
                f"{', '.join(targets)}. Name the field {STANCE_FIELD} and the id of the target."
            )
        ids = [label.id for label in field.labels]
        if field.name == "voice" and voices and ids and set(ids) != set(voices):
            faults.append(
                f"{place}: its labels are {', '.join(ids)}; the voices of study.yml are "
                f"{', '.join(voices)}. Give both the same ids."
            )
    return faults


def check_event_lists(data: Mapping[str, Any]) -> list[str]:
    """Return the entries at the top of events.yml that nothing reads."""
    return [
        f"events.yml, {key}: no such entry exists; the lists are {' and '.join(_EVENT_LISTS)}."
        f"{suggest_name(key, _EVENT_LISTS)} Remove or rename it."
        for key in data
        if key not in _EVENT_LISTS
    ]


def explain_faults(error: ValidationError, *, known: Sequence[str]) -> list[str]:
    """Return what is wrong with an entry, one sentence a fault: its place, what arrived, the remedy.

    Parameters
    ----------
    error : ValidationError
        As pydantic raises it.
    known : sequence of str
        The names that the entry may have at its top.
    """
    said = []
    for fault in error.errors():
        place = ".".join(str(p) for p in fault["loc"])
        arrived = repr(str(fault["input"])[:60])
        if fault["type"] == "missing":
            said.append(f"{place}: it is missing. Add it.")
        elif fault["type"] == "extra_forbidden":
            near = suggest_name(place, known) if len(fault["loc"]) == 1 else ""
            said.append(f"{place}: no such entry exists.{near} Remove or rename it.")
        elif (pattern := fault.get("ctx", {}).get("pattern")) in _PATTERNS:
            said.append(f"{place}: {arrived} arrived; {_PATTERNS[pattern]}.")
        else:
            what = f"{fault['msg'][:1].lower()}{fault['msg'][1:]}"
            said.append(f"{place}: {what}, but {arrived} arrived. Correct the entry.")
    return said


def suggest_name(name: str, known: Sequence[str]) -> str:
    """Return " Did you mean 'X'?" for the known name nearest to one that is not known, or ""."""
    near = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean '{near[0]}'?" if near else ""


def _find_twice(values: list[str], part: str, key: str, *, file: str = "study.yml") -> list[str]:
    twice = dict.fromkeys(v for v in values if values.count(v) > 1)
    return [f"{file}, {part}: {key} '{v}' stands twice. Give each its own {key}." for v in twice]
