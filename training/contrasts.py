"""Read sentences written for training, in which small changes turn the stance toward a target.

Run: python training/contrasts.py
Prints one JSON line: how many sentences of the challenge set share four words in a row with one of
them. They were written without sight of each other, but in the same idioms.
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

from newsmtsc import Example

CONTRASTS = Path("training/contrasts.csv")
CHALLENGE = Path("benchmarks/challenge.csv")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


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


def list_runs(example: Example, *, length: int = 4) -> set[tuple[str, ...]]:
    """Return the runs of `length` words of a sentence, the target counted as one word."""
    text = f"{example.text[: example.start]} TARGET {example.text[example.end :]}"
    words = WORD.findall(text.lower())
    return {tuple(words[k : k + length]) for k in range(len(words) - length + 1)}


def main() -> None:
    """Count the sentences of the challenge set that share words with those for training."""
    written = set().union(*map(list_runs, read_contrasts(CONTRASTS)))
    tested = read_contrasts(CHALLENGE)
    shared = sum(bool(list_runs(example) & written) for example in tested)
    print(json.dumps({"challenge": len(tested), "sharing four words": shared}))


if __name__ == "__main__":
    main()
