"""An empty study to fill: the default study's codebook and settings without its texts."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from encuadre.errors import EncuadreError
from encuadre.study import SOURCE_COLUMNS

_STUDY = """\
# Whom or what stance is asked about, whose voices are kept apart. See the default study in data/.
title: A title for the report
question: The question that the report answers?

targets:
  - id: government
    label: the government
    names: [Government]

voices:            # the first is the outlet's own voice
  - {id: outlet, label: the outlet itself}
  - {id: official, label: officials, cues: [official, minister, spokesperson]}
  - {id: expert, label: experts, cues: [analyst, professor, researcher]}

speakers: []       # - {name: Full Name, voice: expert, aliases: [Name], pronouns: she}
outlets: []        # - {name: Outlet as in sources.csv, short: OUT}
topic_names: {}
near_duplicates: refuse
parameters: {}
"""
_EVENTS = """\
# Events to trace and figures to compare; see data/events.yml for the format.
events: []
quantities: []
"""


def write_study(path: Path) -> Path:
    """Make a folder with the files of an empty study and return it.

    Raises
    ------
    EncuadreError
        Where something stands at the path already, or it cannot be written.
    """
    from encuadre.build.graph import ROOT

    if path.exists():
        raise EncuadreError(f"'{path}' exists already. Give the path of a folder to make.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".new-") as beside:
            folder = Path(beside) / "study"
            (folder / "articles").mkdir(parents=True)
            (folder / "coding").mkdir()
            (folder / "study.yml").write_text(_STUDY, encoding="utf-8")
            (folder / "events.yml").write_text(_EVENTS, encoding="utf-8")
            (folder / "sources.csv").write_text(",".join(SOURCE_COLUMNS) + "\n", encoding="utf-8")
            codebook = (ROOT / "data" / "codebook.yml").read_text(encoding="utf-8")
            (folder / "codebook.yml").write_text(codebook, encoding="utf-8")
            os.replace(folder, path)
    except OSError as error:
        raise EncuadreError(
            f"'{path}' cannot be made ({error.strerror}). Give a path that you may write to."
        ) from None
    return path
