"""Measure model folders and write the table of their trade-offs into a card.

Run: python training/frontier.py --data DIR --card models/base/README.md NAME=FOLDER ...
Runs benchmarks/stance.py and benchmarks/voices.py for each folder and puts the table between the
two marks in the card.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

MARKS = ("<!-- frontier -->", "<!-- /frontier -->")
SPLITS = ("rw_dev.jsonl", "mt_dev.jsonl", "governments", "challenge")
COLUMNS = (
    "graph",
    "MB",
    "rw_dev",
    "mt_dev",
    "governments",
    "challenge",
    "calibration error rw / mt",
    "source / cue / content",
    "content to source",
    "targets/s",
    "sentences/s",
    "peak MB",
)


def run_benchmark(script: str, *arguments: str) -> dict:
    """Return the JSON line that a benchmark prints."""
    command = [sys.executable, f"benchmarks/{script}.py", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def write_row(label: str, folder: Path, data: Path) -> str:
    """Measure one folder and return its row."""
    ways = {
        split: run_benchmark(
            "stance", "--data", str(data), "--model", str(folder), "--split", split
        )
        for split in SPLITS
    }
    real, multi = ways[SPLITS[0]], ways[SPLITS[1]]
    voices = run_benchmark("voices", "--data", str(data), "--model", str(folder))
    print(json.dumps({"graph": label} | ways | {"voices": voices}), flush=True)
    size = next(folder.glob("model.onnx*")).stat().st_size / 1e6
    cells = (
        label,
        f"{size:.1f}",
        *(
            "{macro_f1:.1f} [{macro_f1_interval[0]:.0f}, {macro_f1_interval[1]:.0f}]".format(**way)
            for way in ways.values()
        ),
        f"{real['ece']:.1f} / {multi['ece']:.1f}",
        " / ".join(f"{voices[f'{role}_f1']:.1f}" for role in ("source", "cue", "content")),
        f"{voices['content_to_source']:.3f}",
        f"{real['targets_per_second']}",
        f"{voices['sentences_per_second']}",
        f"{max(real['peak_mb'], multi['peak_mb'])}",
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure every folder and rewrite the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--card", type=Path, required=True)
    parser.add_argument("folders", nargs="+", help="NAME=FOLDER")
    options = parser.parse_args()
    rows = [
        write_row(label, Path(folder), options.data)
        for label, _, folder in (each.rpartition("=") for each in options.folders)
    ]
    before, _, rest = options.card.read_text(encoding="utf-8").partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    head = [f"| {' | '.join(cells)} |" for cells in (COLUMNS, ["---"] * len(COLUMNS))]
    table = "\n".join([MARKS[0], *head, *rows, MARKS[1]])
    options.card.write_text(before + table + after, encoding="utf-8")


if __name__ == "__main__":
    main()
