"""An empty study to fill: settings, a neutral codebook and lists of events, each with comments."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from encuadre.errors import EncuadreError
from encuadre.study import SOURCE_COLUMNS

_TEMPLATES = Path(__file__).parent / "templates" / "new_study"


def write_study(path: Path) -> Path:
    """Make a folder with the files of an empty study and return it.

    Raises
    ------
    EncuadreError
        Where something stands at the path already, or it cannot be written.
    """
    if path.exists():
        raise EncuadreError(f"'{path}' exists already. Give the path of a folder to make.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".new-") as beside:
            folder = Path(beside) / "study"
            (folder / "articles").mkdir(parents=True)
            (folder / "coding").mkdir()
            for template in sorted(_TEMPLATES.glob("*.yml")):
                (folder / template.name).write_bytes(template.read_bytes())
            (folder / "sources.csv").write_text(",".join(SOURCE_COLUMNS) + "\n", encoding="utf-8")
            os.replace(folder, path)
    except OSError as error:
        raise EncuadreError(
            f"'{path}' cannot be made ({error.strerror}). Give a path that you may write to."
        ) from None
    return path
