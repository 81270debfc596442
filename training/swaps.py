"""Put names of governments and agencies in the place of named targets.

NewsMTSC is mostly about persons. Whether "X lied" is unfavourable to X does not depend on who X is,
so that a sentence with another target keeps its label. Swapped copies teach a model to read the
sentence rather than the name, and swapped dev sentences test it.

Run: python training/swaps.py --data DIR --out FILE.jsonl [--split NAME] [--seed N]
Writes the split with every named target swapped, in NewsMTSC's form, for benchmarks/stance.py.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Sequence
from pathlib import Path

from newsmtsc import POLARITIES, Example, read_split

TARGETS = (
    "the Mexican government",
    "Mexico’s government",
    "Mexico",
    "Mexican officials",
    "Mexican authorities",
    "the U.S. government",
    "the United States",
    "the U.S.",
    "Washington",
    "U.S. officials",
    "U.S. authorities",
    "the DEA",
    "the Drug Enforcement Administration",
    "the Justice Department",
    "the White House",
    "the administration",
    "the Chinese government",
    "the Colombian government",
    "the ministry",
    "the attorney general’s office",
    "the army",
    "the government’s security policy",
    "the new law",
    "President Herrera",
    "Paula Ortega",
)
NAME = re.compile(r"[A-Z][\w.’'-]+( [A-Z][\w.’'-]+)*")
PRONOUNS = {"He", "She", "They", "It", "His", "Her", "Their", "I", "We", "You", "My", "The"}


def swap_target(example: Example, *, chance: random.Random) -> Example | None:
    """Return the example about another target, or None where its target is not a plain name."""
    mention = example.text[example.start : example.end]
    if not NAME.fullmatch(mention) or mention in PRONOUNS:
        return None
    name = chance.choice(TARGETS)
    before, after = example.text[: example.start], example.text[example.end :]
    if re.search(r"\b([Tt]he|[Aa]n?|[A-Z]\w*\.?)[ -]$", before):
        return None
    if not before.strip(" “\"'‘"):
        name = name[0].upper() + name[1:]
    text = before + name + after
    return Example(text, len(before), len(before) + len(name), example.label)


def swap_examples(examples: Sequence[Example], *, share: float, seed: int) -> list[Example]:
    """Return swapped copies of a random `share` of those examples that can be swapped."""
    chance = random.Random(seed)
    swapped = [swap_target(example, chance=chance) for example in examples]
    return [example for example in swapped if example and chance.random() < share]


def main() -> None:
    """Write the swapped split and print how many examples it has."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--split", default="rw_dev")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    examples = read_split(options.data / "newsmtsc" / f"{options.split}.jsonl")
    swapped = swap_examples(examples, share=1.0, seed=options.seed)
    polarity = {column: value for value, column in POLARITIES.items()}
    rows = [
        {
            "sentence_normalized": example.text,
            "targets": [
                {
                    "from": example.start,
                    "to": example.end,
                    "mention": example.text[example.start : example.end],
                    "polarity": polarity[example.label],
                }
            ],
        }
        for example in swapped
    ]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    options.out.write_text(text, encoding="utf-8")
    print(json.dumps({"split": options.split, "examples": len(examples), "swapped": len(rows)}))


if __name__ == "__main__":
    main()
