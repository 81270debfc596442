"""Running one notebook with papermill: beside and renamed, with a clear error where it fails."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from encuadre.errors import EncuadreError
from encuadre.settings import Parameter, Value, read_parameters


class NotebookError(EncuadreError):
    """A notebook failed; the message names notebook, cell and error."""


def read_notebook_parameters(path: Path) -> list[Parameter]:
    """Return the parameters that a notebook declares; EncuadreError where it has no such cell."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    tagged = [c for c in cells if "parameters" in c.get("metadata", {}).get("tags", [])]
    if len(tagged) != 1:
        raise EncuadreError(
            f"Notebook {path.name} has {len(tagged)} cells tagged `parameters`; expected one. Add the tag in JupyterLab's cell inspector."
        )
    return read_parameters("".join(tagged[0]["source"]), notebook=path.stem)


def run_notebook(source: Path, output: Path, *, parameters: Mapping[str, Value]) -> None:
    """Run a notebook in the current folder and keep the executed copy.

    Times and random ids are taken out of the copy, so that the same run gives the same bytes.

    Raises
    ------
    NotebookError
        Where a cell fails. The executed notebook is kept as NAME.failed.ipynb; the copy of an
        earlier run stays.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    output.parent.mkdir(parents=True, exist_ok=True)
    beside = output.with_name(f".{output.stem}.{os.getpid()}.ipynb")
    failed = output.with_suffix(".failed.ipynb")
    failed.unlink(missing_ok=True)
    try:
        papermill.execute_notebook(
            str(source), str(beside), parameters=dict(parameters), kernel_name="python3",
            progress_bar=False, extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )  # fmt: skip
        _check_exit(beside, source)
        beside.write_text(_strip_times(beside.read_text(encoding="utf-8")), encoding="utf-8")
        os.replace(beside, output)
    except PapermillExecutionError as error:
        os.replace(beside, failed)
        # papermill puts a banner cell before the failed cell and counts from it
        line = next((part for part in error.source.splitlines() if part.strip()), "")
        raise NotebookError(
            f"Notebook {source.stem} failed in cell {error.exec_count} (`{line.strip()[:70]}`): {error.ename}: {error.evalue}\n"
            f"The executed notebook is kept as {failed}. Nothing else was changed; mend the cause and run again."
        ) from None
    finally:
        beside.unlink(missing_ok=True)


def _check_exit(path: Path, source: Path) -> None:
    """Refuse a notebook that ended early by SystemExit(0), which papermill takes for success."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [c for c in cells if c["cell_type"] == "code" and "".join(c["source"]).strip()]
    skipped = [c for c in code if c.get("execution_count") is None]
    if skipped:
        raise NotebookError(
            f"Notebook {source.stem} ended before its last cell: {len(skipped)} cells did not run. Remove what exits early."
        )


def _strip_times(text: str) -> str:
    notebook = json.loads(text)
    notebook["metadata"].pop("papermill", None)
    for number, cell in enumerate(notebook["cells"]):
        for key in ("papermill", "execution", "ExecuteTime"):
            cell["metadata"].pop(key, None)
        if "injected-parameters" in cell["metadata"].get("tags", []):
            cell["id"] = f"injected-{number}"
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
