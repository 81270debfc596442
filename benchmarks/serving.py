"""How fast the stance models are, beside RoBERTa-base in torch on the same sentences.

Run: python benchmarks/serving.py --data DIR [--models base,small] [--sentences 96] [--repeats 3]
`--data` holds newsmtsc/. RoBERTa-base has random weights, which does not change its speed, and reads
the pieces that the first model's tokenizer makes; batches of 32 are padded, as is usual. The models
of this package run each sentence alone. Needs torch and transformers, which the package does not:
    python -m pip install torch==2.13.0 transformers==5.23.0
Prints one JSON line: sentences a second (medians over repeats) and their ratio to RoBERTa-base.
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

from encuadre.stance_models import StanceModel, encode_target, load_stance_model

BATCH = 32


def read_mentions(path: Path, count: int) -> list[tuple[str, tuple[int, int]]]:
    """Return sentences and the characters of their first target."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[:count]]
    return [
        (row["sentence_normalized"], (row["targets"][0]["from"], row["targets"][0]["to"]))
        for row in rows
    ]


def time_run(run: Callable[[], object], *, repeats: int) -> float:
    """Return the median of seconds, after one run that does not count."""
    run()
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def measure_model(
    model: StanceModel, mentions: list[tuple[str, tuple[int, int]]], *, repeats: int
) -> dict[str, float]:
    """Return sentences a second, all at once and one by one."""
    texts, spans = zip(*mentions, strict=True)

    def run_singly() -> None:
        for text, span in mentions:
            model.predict([text], [span])

    together = time_run(lambda: model.predict(texts, spans), repeats=repeats)
    singly = time_run(run_singly, repeats=repeats)
    return {"batch": len(mentions) / together, "single": len(mentions) / singly}


def measure_roberta(rows: list[list[int]], *, repeats: int, threads: int) -> dict[str, float]:
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

    together = time_run(lambda: run(BATCH), repeats=repeats)
    singly = time_run(lambda: run(1), repeats=repeats)
    return {"batch": len(rows) / together, "single": len(rows) / singly}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--models", default="base,small")
    parser.add_argument("--sentences", type=int, default=96)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    mentions = read_mentions(options.data / "newsmtsc" / "rw_dev.jsonl", options.sentences)
    models = [load_stance_model(name) for name in options.models.split(",")]
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
        peer = measure_roberta(rows, repeats=options.repeats, threads=threads)
    except ModuleNotFoundError as fault:
        sys.exit(f"{fault}: python -m pip install torch==2.13.0 transformers==5.23.0")
    report: dict[str, object] = {
        "benchmark": "serving",
        "sentences": len(mentions),
        "threads": threads,
        "roberta_base_torch_fp32": {way: round(speed, 1) for way, speed in peer.items()},
    }
    for model in models:
        own = measure_model(model, mentions, repeats=options.repeats)
        ratios = {f"{way}_ratio": round(own[way] / peer[way], 2) for way in own}
        report[model.name] = {way: round(speed, 1) for way, speed in own.items()} | ratios
    print(json.dumps(report))


if __name__ == "__main__":
    main()
