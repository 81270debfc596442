"""Choose unlabelled mentions of governments, agencies, policies and persons for a teacher."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from mentions import TEST, TEXTS, read_rows
from newsmtsc import Example

SENTENCE = re.compile(r"[^.!?\n]{40,400}[.!?][”\"’']?(?=\s|$)")
TARGET = re.compile(
    r"\b(?:"
    r"(?:[Tt]he )?(?:"
    r"(?:[A-Z][a-z]+ |U\.S\. |US |federal |national )?(?:government|administration|authorities"
    r"|regime|officials|policy|strategy|security forces|military|police)"
    r"|(?:U\.S\.|United States|Mexico|China|Russia|Iran|Israel|Canada|Britain|Venezuela|Cuba"
    r"|Colombia|Guatemala|Honduras|Washington|Beijing|Moscow|Tehran)"
    r"|(?:White House|Pentagon|Justice Department|State Department|Homeland Security|DEA|FBI|CIA"
    r"|EPA|IRS|ICE|NSA|Border Patrol|Congress|Senate|Treasury|Democrats|Republicans|GOP))"
    r"|(?:[Tt]he|[Hh]is|[Hh]er|[Tt]heir|[Tt]his) (?:[a-z-]+ )?(?:plan|law|bill|policy|program"
    r"|reform|deal|agreement|strategy|executive order|ban|sanctions|tariffs|rules|ruling)"
    r"|(?:(?:President|Prime Minister|Secretary|Attorney General|Mr\.|Mrs\.|Ms\.|Sen\.|Gov\.|Rep\.)"
    r" )?[A-Z][a-z]+ [A-Z][a-z]+"
    r"|(?:Mr\.|Mrs\.|Ms\.|Sen\.|Gov\.|Rep\.|President|Secretary) [A-Z][a-z]+"
    r"|Trump|Obama|Clinton|Romney|Biden|Bush|Putin|McConnell|Pelosi|Sanders|Cruz|Boehner"
    r")\b"
)
FULL_NAME = re.compile(r"\b[A-Z][a-z]+ (?:[A-Z]\. )?([A-Z][A-Za-z'-]{3,})\b")
CAPITALS = r"[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*)+"
PRONOUN = re.compile(r"\b(?:[Hh]e|[Ss]he|[Hh]im|[Hh]is|[Hh]er|[Tt]hey|[Tt]hem|[Tt]heir)\b")
TIMES = re.compile(r"\w+day|January|February|March|April|June|July|August|\w+ber")
MOST = 2
"""Mentions of one sentence."""
A_TEXT = 12
"""Mentions of one text."""


def read_articles(data: Path, *, count: int, seed: int) -> list[str]:
    """Return the texts of `count` articles without annotations, none of them in the tests."""
    with gzip.open(data / TEXTS, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    tested = {row["article"] for row in read_rows(TEST)}
    texts = [row["text"] for row in rows if row["ID"] not in tested]
    return random.Random(seed).sample(texts, count)


def match_last_names(text: str) -> re.Pattern[str]:
    """Return what matches, as group 1, the last words of names that `text` gives in full elsewhere.

    Words that `text` also has in lower case are left out, and so are those beside another capital.
    """
    lower = set(re.findall(r"\b[a-z]+\b", text))
    names = {name for name in FULL_NAME.findall(text) if name.lower() not in lower}
    kept = sorted(re.escape(name) for name in names if not TIMES.fullmatch(name))
    return re.compile(rf"{CAPITALS}|\b({'|'.join(kept) or '(?!)'})\b")


def find_examples(
    text: str, *, chance: random.Random, target: re.Pattern[str] = TARGET
) -> list[Example]:
    """Return mentions that match `target` in the sentences of `text`, at most `MOST` a sentence.

    Where `target` has a group, the group is the mention, and a match without it is none.
    """
    examples = []
    for sentence in SENTENCE.findall(text):
        clean = sentence.strip()
        if len(clean.split()) < 8:
            continue
        spans = [match.span(target.groups) for match in target.finditer(clean)]
        found = [span for span in spans if span[0] >= 0]
        for span in chance.sample(found, min(MOST, len(found))):
            examples.append(Example(clean, *span, -1))
    return examples


def list_examples(
    texts: Sequence[str],
    *,
    count: int,
    seed: int,
    a_text: int = A_TEXT,
    match: Callable[[str], re.Pattern[str]] = lambda _: TARGET,
) -> list[Example]:
    """Return `count` examples without labels, at most `a_text` a text, in an order fixed by the seed.

    `match` returns the pattern of the mentions in a text.
    """
    chance = random.Random(seed)
    examples: list[Example] = []
    for text in texts:
        found = find_examples(text, chance=chance, target=match(text))
        examples += chance.sample(found, min(a_text, len(found)))
    chance.shuffle(examples)
    return list(dict.fromkeys(examples))[:count]


def list_others(examples: Sequence[Example], *, count: int, seed: int) -> list[Example]:
    """Return `count` mentions in the sentences of `examples` that are no target there."""
    chance = random.Random(seed)
    taken: dict[str, list[Example]] = {}
    for example in examples:
        taken.setdefault(example.text, []).append(example)
    found = []
    for text, targets in taken.items():
        free = [
            match.span()
            for match in TARGET.finditer(text)
            if all(match.end() <= each.start or each.end <= match.start() for each in targets)
        ]
        found += [Example(text, *span, -1) for span in chance.sample(free, min(MOST, len(free)))]
    chance.shuffle(found)
    return found[:count]
