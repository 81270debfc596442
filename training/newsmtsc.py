"""Read NewsMTSC: sentences with one or more targets and the stance toward each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

POLARITIES = {2.0: 0, 4.0: 1, 6.0: 2}
"""NewsMTSC polarity to column: unfavourable, neutral, favourable."""


@dataclass(frozen=True)
class Example:
    """A sentence, the characters of one target in it, and the column of its label."""

    text: str
    start: int
    end: int
    label: int


def read_split(path: Path) -> list[Example]:
    """Return the examples of one NewsMTSC file in the order of the file."""
    examples = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for target in row["targets"]:
            text, start, end = row["sentence_normalized"], target["from"], target["to"]
            if text[start:end] != target["mention"]:
                raise ValueError(f"{path.name}: {target['Input.gid']} does not match its sentence")
            examples.append(Example(text, start, end, POLARITIES[target["polarity"]]))
    return examples
