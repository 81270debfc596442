"""Sheets for coding by reading: `build_report.py coding new` and `build_report.py coding check`."""

from __future__ import annotations

import argparse
import csv
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from encuadre.articles import read_articles
from encuadre.build.checks import check_study
from encuadre.coding import describe_sheet, read_sheet
from encuadre.errors import EncuadreError, StudyError
from encuadre.sampling import STRATA, choose_fields, draw_sentences, lay_out_sheet
from encuadre.sentences import split_sentences
from encuadre.study import Study
from encuadre.voices import measure_voices

SEED = 20240725


def run_coding(arguments: Sequence[str], *, study: Path, report: Callable[[str], None]) -> int:
    """Make a sheet or check one, and return the exit status: 0, or 2 where the sheet has faults.

    Parameters
    ----------
    arguments : sequence of str
        What follows `coding` on the command line.
    study : Path
        The default study's folder.
    report : callable
        Takes one line for the user.

    Raises
    ------
    EncuadreError
        For every fault that the user can mend.
    """
    options = _parse(arguments)
    folder = options.study or (_find_study(options.file) if options.command == "check" else None)
    case = check_study(folder or study)
    articles, texts = read_articles(case)
    sentences = split_sentences(articles, texts)
    if options.command == "check":
        for line in check_sheet(options.file, case, sentences):
            report(line)
        return 0
    path = write_sheet(
        case,
        sentences,
        coder=options.coder,
        count=options.sample,
        seed=options.seed,
        strata=_split(options.stratify),
        fields=_split(options.fields),
    )
    report(
        f"Made {path}. Fill its empty columns by reading (the second row lists the labels), "
        f"check it with `python build_report.py coding check {path}`, then build the report again."
    )
    return 0


def check_sheet(path: Path, study: Study, sentences: pd.DataFrame) -> list[str]:
    """Return what a sheet holds so far, in lines.

    Raises
    ------
    StudyError
        With every fault, each naming file, row and remedy.
    """
    faults: list[str] = []
    rows = read_sheet(path, study.codebook, sentences, faults, name=path.name)
    if faults:
        raise StudyError(faults)
    if path.parent.resolve() != (study.root / "coding").resolve():
        return [*describe_sheet(rows), f"Drop it into {study.root / 'coding'} to use it."]
    return describe_sheet(rows)


def write_sheet(
    study: Study,
    sentences: pd.DataFrame,
    *,
    coder: str,
    count: int | None,
    seed: int,
    strata: Sequence[str] = STRATA,
    fields: Sequence[str] = (),
) -> Path:
    """Write a sheet to fill into the study's `coding/` and return its path.

    UTF-8 with a byte order mark and CRLF, which spreadsheets open as they should.

    Parameters
    ----------
    coder : str
        Name of the coder, and of the file.
    count : int or None
        Sentences to draw by lot; None for all, in the order of the text.
    seed, strata, fields
        As `draw_sentences` and `choose_fields` take them.

    Raises
    ------
    EncuadreError
        Where the coder's name cannot be a file's, a sheet of that name exists, or it cannot be
        written.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}", coder):
        raise EncuadreError(
            f"--coder '{coder}' cannot name a file. Use letters, digits, - and _, for example --coder ana."
        )
    if count is not None and count < 1:
        raise EncuadreError(f"--sample is {count}; expected 1 or more.")
    if seed < 0:
        raise EncuadreError(f"--seed is {seed}; expected 0 or more.")
    wrong = [s for s in strata if s not in STRATA]
    if wrong:
        raise EncuadreError(
            f"--stratify: '{wrong[0]}' arrived; expected {' or '.join(STRATA)}, or both with a comma between."
        )
    asked = choose_fields(study.codebook, fields)
    drawn = None
    if count is not None:
        voices = measure_voices(sentences, study=study)
        drawn = draw_sentences(sentences, voices, count=count, seed=seed, strata=strata)
    sheet = lay_out_sheet(sentences, study.codebook, fields=asked, drawn=drawn)
    path = study.root / "coding" / f"{coder}.csv"
    text = io.StringIO(newline="")
    csv.writer(text).writerows([list(sheet.columns), *sheet.itertuples(index=False, name=None)])
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as file:
            file.write(text.getvalue().encode("utf-8-sig"))
    except FileExistsError:
        raise EncuadreError(
            f"{path} exists already, and sheets are never overwritten. Give another --coder, or move the sheet away."
        ) from None
    except OSError as error:
        raise EncuadreError(
            f"{path} cannot be written ({error.strerror}). Check that you may write to the folder."
        ) from None
    return path


def _find_study(path: Path) -> Path | None:
    """The study in whose `coding/` the file lies, if it lies in one."""
    folder = path.resolve().parent
    return (
        folder.parent
        if folder.name == "coding" and (folder.parent / "study.yml").exists()
        else None
    )


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="build_report.py coding",
        description="Code sentences by reading: make a sheet to fill, or check one.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="new|check")
    new = commands.add_parser("new", help="write an empty sheet into the study's coding folder")
    new.add_argument("--coder", required=True, metavar="NAME", help="who codes; names the file")
    new.add_argument(
        "--sample", type=int, metavar="N", help="draw N sentences by lot (default: all, in order)"
    )
    new.add_argument(
        "--seed", type=int, default=SEED, metavar="S", help=f"seed of the draw (default: {SEED})"
    )
    new.add_argument(
        "--stratify",
        default=",".join(STRATA),
        metavar="WHAT",
        help=f"draw from every article, voice or both (default: {','.join(STRATA)})",
    )
    new.add_argument(
        "--fields",
        default="",
        metavar="NAMES",
        help="fields to code, with commas between (default: those that the report estimates)",
    )
    check = commands.add_parser("check", help="name every fault of a sheet, and how far it is")
    check.add_argument("file", type=Path, metavar="FILE")
    for command in (new, check):
        command.add_argument(
            "--study",
            type=Path,
            metavar="DIR",
            help="the study's folder (default: that of the file, or else data)",
        )
    return parser.parse_args(list(arguments))


def _split(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]
