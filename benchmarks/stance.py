"""Stance toward a target in a news sentence, against NewsMTSC's labels.

Run: python benchmarks/stance.py --data DIR [--split FILE] [--model NAME]
`--data` holds newsmtsc/; `--split` is a file in it, or a path. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.metrics import accuracy_score, f1_score

from encuadre.encoders import load_stance_model

POLARITIES = {2.0: 0, 4.0: 1, 6.0: 2}


def read_targets(path: Path) -> tuple[list[str], list[tuple[int, int]], np.ndarray]:
    """Return sentences, target spans and labels (0, 1, 2), one of each a target."""
    texts, spans, labels = [], [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for target in row["targets"]:
            texts.append(row["sentence_normalized"])
            spans.append((target["from"], target["to"]))
            labels.append(POLARITIES[target["polarity"]])
    return texts, spans, np.array(labels)


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


def main() -> None:
    """Predict, score and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="rw_dev.jsonl")
    parser.add_argument("--model", default="small", help="name, or folder with model.json")
    options = parser.parse_args()
    inside = options.data / "newsmtsc" / options.split
    path = inside if inside.is_file() else Path(options.split)
    texts, spans, labels = read_targets(path)
    model = load_stance_model(options.model)
    model.predict(texts[:8], spans[:8])
    began = time.perf_counter()
    probabilities = model.predict(texts, spans)
    seconds = time.perf_counter() - began
    predicted = probabilities.argmax(axis=1)
    majority = np.full_like(labels, np.bincount(labels).argmax())
    unit = 2**20 if sys.platform == "darwin" else 2**10
    report = {
        "benchmark": "stance",
        "split": path.stem,
        "model": model.name,
        "n": len(labels),
        "accuracy": round(100 * float(accuracy_score(labels, predicted)), 2),
        "macro_f1": score_macro_f1(labels, predicted),
        "majority_macro_f1": score_macro_f1(labels, majority),
        "ece": round(100 * measure_calibration(probabilities, labels), 2),
        "targets_per_second": round(len(labels) / seconds),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
