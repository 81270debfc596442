"""Choose unlabelled news sentences about governments, agencies and policies for a teacher."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from newsmtsc import Example

SENTENCE = re.compile(r"[^.!?\n]{40,400}[.!?][”\"’']?(?=\s|$)")
TARGET = re.compile(
    r"\b(?:[Tt]he )?(?:"
    r"(?:[A-Z][a-z]+ |U\.S\. |US |federal |national )?(?:government|administration|authorities"
    r"|regime|officials|policy|strategy|security forces|military|police)"
    r"|(?:U\.S\.|United States|Mexico|China|Russia|Iran|Israel|Canada|Britain|Venezuela|Cuba"
    r"|Colombia|Guatemala|Honduras|Washington|Beijing|Moscow|Tehran)"
    r"|(?:White House|Pentagon|Justice Department|State Department|Homeland Security|DEA|FBI|CIA"
    r"|EPA|IRS|ICE|NSA|Border Patrol|Congress|Senate|Treasury)"
    r"|(?:President|Prime Minister|Secretary|Attorney General|Sen\.|Gov\.) [A-Z][a-z]+"
    r"(?: [A-Z][a-z]+)?"
    r")\b"
)


def find_examples(text: str) -> list[Example]:
    """Return each sentence of `text` that names a target, with its first such mention."""
    examples = []
    for sentence in SENTENCE.findall(text):
        clean = sentence.strip()
        found = TARGET.search(clean)
        if found and len(clean.split()) >= 8:
            examples.append(Example(clean, found.start(), found.end(), -1))
    return examples


def list_examples(texts: Sequence[str], *, count: int, seed: int) -> list[Example]:
    """Return `count` examples without labels, at most three a text, in an order fixed by the seed."""
    chance = random.Random(seed)
    examples: list[Example] = []
    for text in texts:
        found = find_examples(text)
        examples += chance.sample(found, min(3, len(found)))
    chance.shuffle(examples)
    return list({example.text: example for example in examples}.values())[:count]
