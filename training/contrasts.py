"""Read sentences written for training, in which small changes turn the stance toward a target."""

from __future__ import annotations

import csv
from pathlib import Path

from newsmtsc import Example

CONTRASTS = Path("training/contrasts.csv")


def read_contrasts(path: Path) -> list[Example]:
    """Return the examples of a CSV file of case, label and text with the target in double brackets."""
    examples = []
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            before, rest = row["text"].split("[[")
            target, after = rest.split("]]")
            end = len(before) + len(target)
            examples.append(
                Example(before + target + after, len(before), end, int(row["label"]) + 1)
            )
    return examples
