"""Stance toward a target in a sentence, against labels.

Run: python benchmarks/stance.py --data DIR [--split FILE|challenge|governments] [--model NAME]
`--data` holds newsmtsc/; `--split` is a file in it, or a path. `governments` reads the labels in
governments_test.csv, with the texts of article_bias_prediction/ in `--data`; `challenge` reads the
sentences in challenge.csv, written for this test, and prints accuracy by case as well. With
`--mentions all` a target's further mentions are read too and the probabilities averaged, as
`encuadre.stance` does. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import accuracy_score, f1_score

from encuadre.stance_models import StanceModel, load_stance_model

HERE = Path(__file__).parent
POLARITIES = {2.0: 0, 4.0: 1, 6.0: 2}
TEXTS = "article_bias_prediction/sample_4500_10outlets.jsonl.gz"


@dataclass(frozen=True)
class Target:
    """A sentence, the places of one target in it (the labelled one first), its label, its group."""

    text: str
    spans: list[tuple[int, int]]
    label: int
    group: str = ""


def read_targets(path: Path) -> list[Target]:
    """Return the targets of one NewsMTSC file."""
    targets = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = row["sentence_normalized"]
        for target in row["targets"]:
            places = [target, *target.get("further_mentions", [])]
            spans = [(place["from"], place["to"]) for place in places]
            inside = [span for span in spans if 0 <= span[0] < span[1] <= len(text)]
            targets.append(Target(text, inside, POLARITIES[target["polarity"]]))
    return targets


def read_challenge(path: Path) -> list[Target]:
    """Return the targets of challenge.csv, where double brackets mark the target."""
    targets = []
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            before, rest = row["text"].split("[[")
            target, after = rest.split("]]")
            span = (len(before), len(before) + len(target))
            label = int(row["label"]) + 1
            targets.append(Target(before + target + after, [span], label, row["case"]))
    return targets


def read_governments(path: Path, data: Path) -> list[Target]:
    """Return the targets of governments_test.csv with their sentences from `data`."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    wanted = {row["article"] for row in rows}
    with gzip.open(data / TEXTS, "rt", encoding="utf-8") as lines:
        articles = (json.loads(line) for line in lines)
        texts = {each["ID"]: each["text"] for each in articles if each["ID"] in wanted}
    targets = []
    for row in rows:
        first, last = int(row["sentence_start"]), int(row["sentence_end"])
        span = (int(row["start"]) - first, int(row["end"]) - first)
        text = texts[row["article"]][first:last]
        targets.append(Target(text, [span], int(row["label"]) + 1, row["group"]))
    return targets


def predict_targets(model: StanceModel, targets: list[Target], *, every: bool) -> np.ndarray:
    """Return probabilities (targets, 3), the mean over `every` mention or the first's."""
    taken = [target.spans if every else target.spans[:1] for target in targets]
    texts = [target.text for target, spans in zip(targets, taken, strict=True) for _ in spans]
    read = model.predict(texts, [span for spans in taken for span in spans])
    ends = np.cumsum([len(spans) for spans in taken])
    return np.stack([part.mean(axis=0) for part in np.split(read, ends[:-1])])


def measure_calibration(probabilities: np.ndarray, labels: np.ndarray, *, bins: int = 10) -> float:
    """Return the expected calibration error of the most probable class, in `bins` equal bins."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(right[place == k].mean() - confidence[place == k].mean()) * (place == k).mean()
        for k in np.unique(place)
    ]
    return float(sum(gaps))


def score_macro_f1(labels: np.ndarray, predicted: np.ndarray) -> float:
    """Return macro-F1 in percent over the three classes."""
    score = f1_score(labels, predicted, labels=[0, 1, 2], average="macro", zero_division=0.0)
    return round(100 * float(score), 2)


def bootstrap_macro_f1(
    labels: np.ndarray, predicted: np.ndarray, *, draws: int = 1000, seed: int = 1
) -> list[float]:
    """Return the 95% percentile bootstrap interval of macro-F1 over targets, in percent."""
    generator = np.random.default_rng(seed)
    scores = []
    for _ in range(draws):
        taken = generator.integers(len(labels), size=len(labels))
        scores.append(score_macro_f1(labels[taken], predicted[taken]))
    return [round(float(each), 1) for each in np.percentile(scores, [2.5, 97.5])]


def main() -> None:
    """Predict, score and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="rw_dev.jsonl")
    parser.add_argument("--model", default="base", help="name, or folder with model.json")
    parser.add_argument("--mentions", choices=("main", "all"), default="main")
    options = parser.parse_args()
    inside = options.data / "newsmtsc" / options.split
    if options.split == "challenge":
        targets = read_challenge(HERE / "challenge.csv")
    elif options.split == "governments":
        targets = read_governments(HERE / "governments_test.csv", options.data)
    else:
        targets = read_targets(inside if inside.is_file() else Path(options.split))
    labels = np.array([target.label for target in targets])
    model = load_stance_model(options.model)
    every = options.mentions == "all"
    predict_targets(model, targets[:8], every=every)
    began = time.perf_counter()
    probabilities = predict_targets(model, targets, every=every)
    seconds = time.perf_counter() - began
    predicted = probabilities.argmax(axis=1)
    majority = np.full_like(labels, np.bincount(labels).argmax())
    unit = 2**20 if sys.platform == "darwin" else 2**10
    report = {
        "benchmark": "stance",
        "split": Path(options.split).stem,
        "model": model.name,
        "mentions": options.mentions,
        "n": len(labels),
        "accuracy": round(100 * float(accuracy_score(labels, predicted)), 2),
        "macro_f1": score_macro_f1(labels, predicted),
        "macro_f1_interval": bootstrap_macro_f1(labels, predicted),
        "majority_macro_f1": score_macro_f1(labels, majority),
        "ece": round(100 * measure_calibration(probabilities, labels), 2),
        "targets_per_second": round(len(labels) / seconds),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit),
    }
    groups = np.array([target.group for target in targets])
    if groups[0]:
        report["accuracy_by_group"] = {
            str(group): round(100 * float((predicted == labels)[groups == group].mean()), 1)
            for group in dict.fromkeys(groups)
        }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
