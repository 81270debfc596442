"""Read labelled mentions of governments, agencies and policies, of persons and groups in news.

The CSV files hold offsets and labels only; the texts come from article_bias_prediction in `--data`.

Run: python training/mentions.py --data DIR [--readme FILE]
Prints one JSON line: how many labels, and Krippendorff's alpha between the two readings of the test;
`--readme` writes the same as a sentence between the two marks in a file.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from collections import Counter
from pathlib import Path

from newsmtsc import Example

from encuadre.agreement import measure_alpha

TEXTS = "article_bias_prediction/sample_4500_10outlets.jsonl.gz"
GOVERNMENTS = Path("training/governments_train.csv")
PERSONS = Path("training/persons_train.csv")
TEST = Path("benchmarks/governments_test.csv")
MARKS = ("<!-- governments -->", "<!-- /governments -->")


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file of labels."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_mentions(path: Path, data: Path) -> list[Example]:
    """Return the examples of a CSV file of labels with their sentences from `data`."""
    rows = read_rows(path)
    wanted = {row["article"] for row in rows}
    texts = {}
    with gzip.open(data / TEXTS, "rt", encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            if article["ID"] in wanted:
                texts[article["ID"]] = article["text"]
    examples = []
    for row in rows:
        first, last = int(row["sentence_start"]), int(row["sentence_end"])
        text = texts[row["article"]][first:last]
        examples.append(
            Example(text, int(row["start"]) - first, int(row["end"]) - first, int(row["label"]) + 1)
        )
    return examples


def main() -> None:
    """Count the labels and measure how far the two readings of the test agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--readme", type=Path)
    options = parser.parse_args()
    test = read_rows(TEST)
    alpha = measure_alpha(
        [row["label_a"] for row in test], [row["label_b"] for row in test], seed=1
    )
    report: dict[str, dict[str, int]] = {}
    for name, path in (("train", GOVERNMENTS), ("persons", PERSONS), ("test", TEST)):
        labels = Counter(example.label - 1 for example in read_mentions(path, options.data))
        report[name] = {str(label): labels[label] for label in (-1, 0, 1)}
    print(json.dumps(report | {key: round(value, 3) for key, value in alpha.items()}))
    if options.readme:
        counts = [
            f"{name} {sum(found.values()):,} ({', '.join(map(str, found.values()))})"
            for name, found in report.items()
        ]
        sentence = (
            f"Mentions (unfavourable, neutral, favourable): {'; '.join(counts)}. The two readings of "
            f"the test agree on {100 * alpha['agreement']:.1f}%; Krippendorff's alpha "
            f"{alpha['alpha']:.3f} [{alpha['low']:.3f}, {alpha['high']:.3f}]."
        )
        before, _, rest = options.readme.read_text(encoding="utf-8").partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        text = f"{before}{MARKS[0]}\n{sentence}\n{MARKS[1]}{after}"
        options.readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
