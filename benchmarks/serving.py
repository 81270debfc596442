"""How fast the stance models are, beside RoBERTa-base in torch on the same sentences.

Run: python benchmarks/serving.py --data DIR [--models base,small] [--sentences 96] [--repeats 5]
`--data` holds newsmtsc/. RoBERTa-base has random weights, which does not change its speed, and reads
the pieces that the first model's tokenizer makes; batches of 32 are padded, as is usual. The models
of this package run each sentence alone. All take turns in each round. Needs torch and transformers,
which the package does not:
    python -m pip install torch==2.13.0 transformers==5.23.0
Prints one JSON line: sentences a second and their ratio to RoBERTa-base, medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from encuadre.stance_models import StanceModel, encode_target, load_stance_model

BATCH = 32


def read_mentions(path: Path, count: int) -> list[tuple[str, tuple[int, int]]]:
    """Return sentences and the characters of their first target."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[:count]]
    return [
        (row["sentence_normalized"], (row["targets"][0]["from"], row["targets"][0]["to"]))
        for row in rows
    ]


def list_runs(
    model: StanceModel, mentions: list[tuple[str, tuple[int, int]]]
) -> dict[str, Callable[[], object]]:
    """Return what reads all sentences at once, and one by one."""
    texts, spans = zip(*mentions, strict=True)

    def run_singly() -> None:
        for text, span in mentions:
            model.predict([text], [span])

    return {"batch": lambda: model.predict(texts, spans), "single": run_singly}


def list_roberta_runs(rows: list[list[int]], *, threads: int) -> dict[str, Callable[[], object]]:
    """Return the same for RoBERTa-base in torch, fp32."""
    import torch
    from transformers import RobertaConfig, RobertaForSequenceClassification

    torch.set_num_threads(threads)
    config = RobertaConfig(vocab_size=50265, max_position_embeddings=514, type_vocab_size=1)
    model = RobertaForSequenceClassification(config).eval()

    def run(size: int) -> None:
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            width = max(map(len, part))
            ids = torch.tensor([[*row, *[1] * (width - len(row))] for row in part])
            with torch.inference_mode():
                model(input_ids=ids, attention_mask=(ids != 1).long())

    return {"batch": lambda: run(BATCH), "single": lambda: run(1)}


def time_in_turn(runs: list[Callable[[], object]], *, repeats: int) -> np.ndarray:
    """Return seconds (runs, repeats): each run has its turn in each round, so that all get their
    share of a machine's slow minutes. A first round does not count."""
    seconds = np.zeros((len(runs), repeats + 1))
    for turn in range(repeats + 1):
        for k, run in enumerate(runs):
            began = time.perf_counter()
            run()
            seconds[k, turn] = time.perf_counter() - began
    return seconds[:, 1:]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--models", default="base,small")
    parser.add_argument("--sentences", type=int, default=96)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    mentions = read_mentions(options.data / "newsmtsc" / "rw_dev.jsonl", options.sentences)
    names = options.models.split(",")
    models = [load_stance_model(name) for name in names]
    first = models[0]
    rows = [
        encode_target(
            first.tokenizer, text, span, markers=first.markers, max_tokens=first.max_tokens
        )["input_ids"][0].tolist()
        for text, span in mentions
    ]
    rows = [[piece + 2 for piece in row] for row in rows]  # 1 means padding to RoBERTa
    threads = os.cpu_count() or 1
    try:
        peer = list_roberta_runs(rows, threads=threads)
    except ModuleNotFoundError as fault:
        sys.exit(f"{fault}: python -m pip install torch==2.13.0 transformers==5.23.0")
    report: dict[str, object] = {
        "benchmark": "serving",
        "sentences": len(mentions),
        "threads": threads,
    }
    own = [list_runs(model, mentions) for model in models]
    timed = {
        way: time_in_turn([each[way] for each in [peer, *own]], repeats=options.repeats)
        for way in peer
    }
    for k, name in enumerate(["roberta_base_torch_fp32", *names]):
        found = {way: len(mentions) / statistics.median(s[k]) for way, s in timed.items()}
        if k:
            found |= {f"{way}_ratio": statistics.median(s[0] / s[k]) for way, s in timed.items()}
        report[name] = {way: round(value, 2) for way, value in found.items()}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
