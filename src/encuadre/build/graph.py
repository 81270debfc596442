"""The graph of notebooks: what each reads and writes, and running what is out of date (doit)."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import shutil
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doit.cmd_base import TaskLoader2
from doit.doit_cmd import DoitMain
from doit.reporter import ConsoleReporter
from doit.task import dict_to_task
from doit.tools import config_changed

from encuadre.build.notebooks import read_notebook_parameters, run_notebook
from encuadre.errors import EncuadreError
from encuadre.settings import Parameter, Value, check_values, merge_parameters

ROOT = Path(__file__).parents[3]
NOTEBOOKS = ROOT / "notebooks"
PACKAGE = ROOT / "src" / "encuadre"


@dataclass(frozen=True)
class Step:
    """A notebook with the tables that it reads and writes."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]


_BASE = ("articles", "sentences", "codings")
STEPS: dict[str, Step] = {
    "01_sources": Step((), _BASE),
    "02_voices": Step(_BASE, ("voices", "estimates-voice")),
    "03_topics": Step(_BASE, ("topics", "topic_words", "topic_stability", "estimates-topic")),
    "04_stance": Step((*_BASE, "voices"), ("mentions", "stances", "estimates-stance")),
    "05_frames": Step((*_BASE, "voices"), ("frames", "functions", "frames-zero_shot", "classified", "estimates-frame")),
    "06_events": Step(_BASE, ("events", "quantities", "estimates-event")),
    "07_trust": Step(
        (*_BASE, "voices", "mentions", "stances", "frames", "functions", "frames-zero_shot", "classified", "topics",
         "estimates-voice", "estimates-topic", "estimates-stance", "estimates-frame", "estimates-event"),
        ("estimates", "agreement", "confusions", "scores", "calibration", "labels",
         "stability", "findings"),
    ),
    "08_report": Step(
        (*_BASE, "voices", "mentions", "stances", "frames", "functions", "topics", "topic_words", "events", "quantities",
         "estimates", "agreement", "findings"),
        (),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One build: the study, where it goes, the values set, and what to do at the end."""

    study: Path
    out: Path
    values: Mapping[str, Value] = field(default_factory=dict)
    jobs: int = 2
    force: bool = False

    @property
    def tables(self) -> Path:
        """The folder of tables."""
        return self.out / "tables"

    @property
    def notebooks(self) -> Path:
        """The folder of executed notebooks."""
        return self.out / "notebooks"

    def executed(self, name: str) -> Path:
        """The executed copy of a notebook."""
        return self.notebooks / f"{name}.ipynb"


def find_parameters() -> dict[str, Parameter]:
    """Return the parameters of all notebooks by name."""
    return merge_parameters(
        [p for name in STEPS for p in read_notebook_parameters(NOTEBOOKS / f"{name}.ipynb")]
    )


def build_tables(names: Sequence[str], *, study: Path, tables: Path) -> None:
    """Run the notebooks that write these tables, and those before them."""
    writers = [n for n, step in STEPS.items() if set(step.writes) & set(names)]
    if not writers:
        raise EncuadreError(
            f"No notebook writes {', '.join(names)}. The tables are {', '.join(w for s in STEPS.values() for w in s.writes)}."
        )
    run_steps(
        Run(study=study.resolve(), out=tables.resolve().parent),
        writers,
        extra=[],
        report=lambda line: None,
    )


def list_inputs(study: Path) -> list[Path]:
    """Return the files of a study, sorted."""
    return sorted(p for p in study.rglob("*") if p.is_file() and not p.name.startswith("."))


def list_code(*, rendering: bool = False) -> list[Path]:
    """Return the files of the package that results depend on: the modules, or those and the rendering."""
    build = PACKAGE / "build"
    kept = [p for p in PACKAGE.rglob("*") if p.is_file() and p.suffix not in (".pyc",)]
    used = ("tables.py", "results.py")
    return sorted(p for p in kept if rendering or build not in p.parents or p.name in used)


@functools.cache
def hash_code() -> str:
    """Return a hash of what results depend on beside their inputs: modules and installed packages."""
    content = hashlib.sha256(repr(describe_environment()).encode())
    for file in list_code():
        content.update(file.name.encode() + file.read_bytes())
    return content.hexdigest()


@functools.cache
def describe_environment() -> dict[str, str]:
    """Return the versions of Python and of every installed distribution, by name."""
    stems = {p.stem for folder in sys.path for p in Path(folder).glob("*.dist-info")}
    found = sorted(stem.partition("-")[::2] for stem in stems)
    return {"python": ".".join(map(str, sys.version_info[:3]))} | {
        name.lower(): version for name, version in found
    }


def run_steps(
    run: Run,
    selected: Sequence[str],
    *,
    extra: Sequence[dict[str, Any]],
    report: Callable[[str], None],
) -> int:
    """Run the selected notebooks and what they need, where out of date, in parallel where independent.

    Parameters
    ----------
    run : Run
        What to build.
    selected : sequence of str
        Names of notebooks, or of extra tasks.
    extra : sequence of dict
        Further doit tasks, such as the rendering.
    report : callable
        Takes one line of progress.

    Returns
    -------
    int
        How many tasks were run (0: nothing had changed).

    Raises
    ------
    EncuadreError
        The first error of a task; finished tasks stay done.
    """
    run.out.mkdir(parents=True, exist_ok=True)
    _clear_leftovers(run)
    errors: list[Exception] = []
    tasks = [_make_task(name, run, errors) for name in STEPS] + [
        _guard(dict(t), errors) for t in extra
    ]
    reporter = _make_reporter(report)
    loader = _Loader(
        tasks,
        {
            "dep_file": str(run.out / ".state.sqlite3"),
            "backend": "sqlite3",
            "num_process": run.jobs,
            "par_type": "thread",
            "always": run.force,
            "reporter": reporter,
            "verbosity": 0,
            "default_tasks": list(selected),
        },
    )
    # notebooks run where they stand; papermill's own change of folder is not safe in threads
    with _quiet_threads(), contextlib.chdir(NOTEBOOKS):
        DoitMain(loader).run(["run"])
    if errors:
        raise errors[0]
    if reporter.failures:
        raise EncuadreError(f"The build could not start: {reporter.failures[0]}")
    return len(reporter.started)


def _clear_leftovers(run: Run) -> None:
    """Remove what a build that was stopped left half-written, and what must be made again."""
    for path in [*run.notebooks.glob(".*.ipynb"), *run.tables.glob(".*")]:
        path.unlink(missing_ok=True)
    stale = [run.out / "cache"] if run.force else []
    for folder in [*run.out.glob(".render-*"), *stale]:
        shutil.rmtree(folder, ignore_errors=True)


def _make_task(name: str, run: Run, errors: list[Exception]) -> dict[str, Any]:
    source, step = NOTEBOOKS / f"{name}.ipynb", STEPS[name]
    own = {p.name: p.default for p in read_notebook_parameters(source)}
    values = {k: v for k, v in run.values.items() if k in own}
    paths = {"study": run.study, "tables": run.tables}
    models = _find_models(values)
    values |= {k: _relate(p) for k, p in (paths | models).items() if k in own}
    stamp = hashlib.sha256(
        repr((sorted(values.items()), describe_environment())).encode()
    ).hexdigest()
    folders = [*sorted((ROOT / "models").glob("*")), *models.values()]
    weights = [file for folder in folders for file in sorted(folder.glob("*"))]
    files = [source, *list_inputs(run.study), *list_code(), *weights]
    task = {
        "name": name,
        "actions": [(run_notebook, [source, run.executed(name)], {"parameters": values})],
        "file_dep": [str(p) for p in [*files, *(run.tables / f"{t}.parquet" for t in step.reads)]],
        "targets": [
            str(p)
            for p in [run.executed(name), *(run.tables / f"{t}.parquet" for t in step.writes)]
        ],
        "uptodate": [config_changed(stamp)],
    }
    return _guard(task, errors)


def _find_models(values: Mapping[str, Value]) -> dict[str, Path]:
    """Return the user's own model folders by parameter; names of shipped models are left out."""
    from encuadre.model_files import MODELS, find_folder

    found = {}
    for name in ("stance_model", "attribution_model"):
        with contextlib.suppress(EncuadreError):  # the notebook says what is wrong
            folder = find_folder(str(values.get(name, ""))).resolve()
            if name in values and MODELS.resolve() not in folder.parents:
                found[name] = folder
    return found


def _relate(path: Path) -> str:
    """Return a path as the notebooks see it, which stand in their own folder."""
    try:
        return os.path.relpath(path, NOTEBOOKS)
    except ValueError:  # another drive
        return str(path)


def _guard(task: dict[str, Any], errors: list[Exception]) -> dict[str, Any]:
    """Keep the error of an action, so that the user sees it and not doit's traceback."""
    function, args, options = task["actions"][0]

    def act() -> bool:
        try:
            function(*args, **options)
        except EncuadreError as error:
            errors.append(error)
            return False
        return True

    # doit captures output by swapping sys.stdout, which threads would leave swapped
    return task | {"actions": [(act,)], "io": {"capture": False}}


class _Loader(TaskLoader2):
    def __init__(self, tasks: Sequence[dict[str, Any]], config: dict[str, Any]):
        super().__init__()
        self._tasks, self._config = tasks, config

    def setup(self, opt_values):
        pass

    def load_doit_config(self):
        return self._config

    def load_tasks(self, cmd, pos_args):
        return [dict_to_task(t) for t in self._tasks]


def _make_reporter(report: Callable[[str], None]):
    class Reporter(ConsoleReporter):
        started: list[str] = []
        failures: list[str] = []

        def execute_task(self, task):
            self.started.append(task.name)
            report(f"  {task.name} …")

        def skip_uptodate(self, task):
            pass

        def add_failure(self, task, fail):
            self.failures.append(f"{task.name}: {fail.message}")

        def runtime_error(self, msg):
            self.failures.append(msg)

        def complete_run(self):
            pass

    return Reporter


@contextlib.contextmanager
def _quiet_threads():
    """Keep a thread's traceback off the screen when the user stops the build."""
    before = threading.excepthook
    threading.excepthook = lambda args: None
    try:
        yield
    finally:
        threading.excepthook = before


def read_values(run_values: Mapping[str, Any], study_values: Mapping[str, Any]) -> dict[str, Value]:
    """Check the study's and the user's parameters; the user's go before the study's."""
    known = find_parameters()
    return check_values(study_values, known, origin="study.yml, parameters") | check_values(
        run_values, known, origin="command line"
    )
