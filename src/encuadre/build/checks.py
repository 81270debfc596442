"""Checking a study before anything is built: every fault of every file in one list."""

from __future__ import annotations

from pathlib import Path

from encuadre.articles import find_article_faults
from encuadre.build.graph import NOTEBOOKS
from encuadre.errors import EncuadreError, StudyError
from encuadre.events import parse_events
from encuadre.quantities import parse_families
from encuadre.study import Study, assemble_study, read_files


def check_study(path: Path) -> Study:
    """Read the study in a folder, its articles and the rules of its events.yml included.

    Raises
    ------
    StudyError
        With every fault of study.yml, codebook.yml, sources.csv, the articles and events.yml.
    """
    files = read_files(path)
    if files.sources is not None:
        near = files.settings is not None and files.settings.near_duplicates == "refuse"
        files.faults.extend(find_article_faults(files.root, files.sources, near=near))
    for parse in (parse_events, parse_families):
        try:
            parse(files.events)
        except StudyError as error:
            files.faults.extend(error.faults)
    return assemble_study(files)


def check_place(out: Path, *, study: Path) -> None:
    """Raise EncuadreError where a report would be written over its study or over the notebooks."""
    if out.is_relative_to(study):
        raise EncuadreError(
            f"--out '{out}' lies in the study's folder '{study}', and every file there is read as "
            "input. Give a folder outside it, for example --out build."
        )
    if out / "notebooks" == NOTEBOOKS:
        raise EncuadreError(
            f"--out '{out}' is the project's own folder: its notebooks would be written over. Give "
            "another folder, for example --out build."
        )
