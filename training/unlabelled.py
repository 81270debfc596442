"""Choose unlabelled news sentences about governments, agencies and policies for a teacher.

Run: python training/unlabelled.py --data DIR --out FILE.jsonl [--count N] [--seed N]
`--data` holds article_bias_prediction/.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from pathlib import Path

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


def write_examples(examples: list[Example], path: Path) -> None:
    """Write one JSON line an example."""
    rows = [json.dumps(vars(example), ensure_ascii=False) for example in examples]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def read_examples(path: Path) -> list[Example]:
    """Read what `write_examples` wrote."""
    return [Example(**json.loads(row)) for row in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """Write `--count` examples, at most three an article, in an order fixed by the seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    examples: list[Example] = []
    folder = options.data / "article_bias_prediction"
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as rows:
            for row in rows:
                found = find_examples(json.loads(row)["text"])
                examples += chance.sample(found, min(3, len(found)))
    chance.shuffle(examples)
    seen: set[str] = set()
    unique = [e for e in examples if not (e.text in seen or seen.add(e.text))]
    write_examples(unique[: options.count], options.out)
    print(json.dumps({"examples": len(unique[: options.count]), "found": len(unique)}))


if __name__ == "__main__":
    main()
