"""Building a report: arguments in, notebooks run, HTML and PDF out."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from encuadre.errors import EncuadreError


def main(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit status: 0, or 2 where the user can mend a fault."""
    try:
        if list(arguments[:1]) == ["new"]:
            return _make_study(arguments[1:])
        if list(arguments[:1]) == ["coding"]:
            return _code(arguments[1:])
        return _build(arguments)
    except EncuadreError as error:
        print(f"encuadre: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("encuadre: stopped. What was finished is kept; run again to go on.", file=sys.stderr)
        return 130


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    from encuadre.build.graph import ROOT

    parser = argparse.ArgumentParser(
        prog="build_report.py",
        description="Build the framing report of a study, HTML and PDF. `build_report.py new PATH` makes an empty study to fill, `build_report.py coding new` a sheet to code by reading.",
    )
    parser.add_argument(
        "--study",
        type=Path,
        default=ROOT / "data",
        metavar="DIR",
        help="the study's folder (default: data)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=ROOT / "build",
        metavar="DIR",
        help="where tables, notebooks and reports go (default: build)",
    )
    parser.add_argument(
        "-p",
        dest="parameters",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "VALUE"),
        help="set a parameter of the notebooks",
    )
    parser.add_argument(
        "-f",
        dest="parameter_files",
        type=Path,
        action="append",
        default=[],
        metavar="FILE.yml",
        help="read parameters from a file",
    )
    parser.add_argument(
        "--only", metavar="NOTEBOOK", help="run one notebook and what it needs, and no report"
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=2,
        metavar="N",
        help="notebooks to run at the same time (default: 2)",
    )
    parser.add_argument("--no-pdf", action="store_true", help="write the HTML only")
    parser.add_argument(
        "--summary", action="store_true", help="write summary.pdf too: one page to forward"
    )
    parser.add_argument("--force", action="store_true", help="run everything again")
    parser.add_argument(
        "--help-parameters",
        action="store_true",
        help="list the parameters with types, defaults and help",
    )
    return parser.parse_args(list(arguments))


def _build(arguments: Sequence[str]) -> int:
    options = _parse(arguments)
    from encuadre.build import graph, report
    from encuadre.build.checks import check_place, check_study
    from encuadre.settings import describe_parameters

    if options.help_parameters:
        print(describe_parameters(graph.find_parameters()))
        return 0
    if options.jobs < 1:
        raise EncuadreError(f"--jobs is {options.jobs}; expected 1 or more.")
    if options.only and options.only not in graph.STEPS:
        raise EncuadreError(
            f"There is no notebook '{options.only}'; the notebooks are {', '.join(graph.STEPS)}."
        )
    check_place(options.out.resolve(), study=options.study.resolve())
    study = check_study(options.study)
    given = _read_files(options.parameter_files) | dict(options.parameters)
    run = graph.Run(
        study=options.study.resolve(),
        out=options.out.resolve(),
        values=graph.read_values(given, study.parameters),
        jobs=options.jobs,
        force=options.force,
    )
    started = time.perf_counter()
    if options.only:
        count = graph.run_steps(run, [options.only], extra=[], report=_say)
    else:
        tasks = [report.make_report_task(run, pdf=not options.no_pdf)]
        if options.summary:
            tasks.append(report.make_summary_task(run))
        count = graph.run_steps(run, [t["name"] for t in tasks], extra=tasks, report=_say)
    if not count:
        print("Nothing changed: the report is up to date.")
    else:
        print(f"Done in {time.perf_counter() - started:.0f} s: {count} steps.")
    if not options.only:
        names = ["report.html"]
        names += [] if options.no_pdf else ["report.pdf"]
        names += ["summary.pdf"] if options.summary else []
        print("\n".join(f"  {_shorten(run.out / name)}" for name in names))
    return 0


def _read_files(paths: Sequence[Path]) -> dict[str, Any]:
    from encuadre.plain_yaml import parse_mapping

    values: dict[str, Any] = {}
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise EncuadreError(
                f"-f {path}: cannot be read ({error.strerror}). Give a file that exists."
            ) from None
        except UnicodeDecodeError:
            raise EncuadreError(f"-f {path}: not UTF-8. Save it as UTF-8 text.") from None
        faults: list[str] = []
        data = parse_mapping(text, f"-f {path}", faults)
        if data is None or faults:
            raise EncuadreError("\n".join(faults))
        values |= data
    return values


def _make_study(arguments: Sequence[str]) -> int:
    from encuadre.build.new_study import write_study

    if len(arguments) != 1:
        raise EncuadreError("`build_report.py new` takes one path: the folder to make.")
    folder = write_study(Path(arguments[0]))
    print(
        f"Made {folder}. Put texts into articles/, fill sources.csv, study.yml and codebook.yml, then run `python build_report.py --study {folder}`."
    )
    return 0


def _code(arguments: Sequence[str]) -> int:
    from encuadre.build.coding_sheets import run_coding
    from encuadre.build.graph import ROOT

    return run_coding(arguments, study=ROOT / "data", report=_say)


def _say(line: str) -> None:
    print(line, flush=True)


def _shorten(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
