"""Fine-tune a stance classifier on NewsMTSC.

Run: python training/train_stance.py --encoder DIR --data DIR --out DIR [options]
Prints one JSON line an epoch (loss, macro-F1 on rw_dev and mt_dev); keeps the best epoch as best.pt
and the last as last.pt.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from batches import encode_examples, iterate_batches
from classifier import MARKERS, TargetClassifier, load_classifier, load_tokenizer
from newsmtsc import Example, read_split
from sklearn.metrics import f1_score
from swaps import swap_examples

from encuadre.model_files import Inputs


def group_parameters(
    model: TargetClassifier, *, rate: float, head_rate: float
) -> list[dict[str, object]]:
    """Return optimiser groups: the fresh head learns faster than the encoder."""
    return [
        {
            "params": [parameter],
            "lr": rate if name.startswith("encoder.") else head_rate,
            "weight_decay": 0.01 if parameter.ndim > 1 else 0.0,
        }
        for name, parameter in model.named_parameters()
        if parameter.requires_grad
    ]


def predict_logits(
    model: TargetClassifier, inputs: Sequence[Inputs], *, padding: int
) -> np.ndarray:
    """Return logits (n, 3) in the order of `inputs`."""
    model.eval()
    logits = np.zeros((len(inputs), 3), dtype=np.float32)
    with torch.inference_mode():
        for chosen, batch in iterate_batches(inputs, size=32, padding=padding):
            logits[chosen] = model(**batch).numpy()
    return logits


def score_split(logits: np.ndarray, examples: Sequence[Example]) -> float:
    """Return macro-F1 in percent."""
    labels = [example.label for example in examples]
    return round(100 * float(f1_score(labels, logits.argmax(1), average="macro")), 2)


def read_options() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the encoder")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds newsmtsc/")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and log")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--head-rate", type=float, default=5e-4)
    parser.add_argument("--smoothing", type=float, default=0.05)
    parser.add_argument("--start", type=Path, help="weights to start from, from an earlier run")
    parser.add_argument("--swap", type=float, default=0.0, help="share of examples also swapped")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def main() -> None:
    """Train, print one JSON line an epoch, keep the epoch that is best on dev."""
    options = read_options()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    generator = np.random.default_rng(options.seed)
    model = load_classifier(options.encoder, dropout=0.1)
    if options.start:
        model.load_state_dict(torch.load(options.start, weights_only=True))
    model.encoder.embeddings.requires_grad_(False)
    tokenizer = load_tokenizer(options.encoder)
    padding = model.encoder.config.pad_token_id

    corpus = options.data / "newsmtsc"
    splits = {name: read_split(corpus / f"{name}.jsonl") for name in ("train", "rw_dev", "mt_dev")}
    splits["train"] += swap_examples(splits["train"], share=options.swap, seed=options.seed)
    inputs = {
        name: encode_examples(tokenizer, examples, markers=MARKERS)
        for name, examples in splits.items()
    }
    labels = torch.tensor([example.label for example in splits["train"]])
    groups = group_parameters(model, rate=options.rate, head_rate=options.head_rate)
    optimiser = torch.optim.AdamW(groups, fused=True)
    steps = options.epochs * -(-len(labels) // options.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min((step + 1) / (0.1 * steps), max(0.0, (steps - step) / (0.9 * steps))),
    )
    best = 0.0
    for epoch in range(1, options.epochs + 1):
        began, total = time.perf_counter(), 0.0
        model.train()
        batches = iterate_batches(
            inputs["train"], size=options.batch, padding=padding, generator=generator
        )
        for step, (chosen, batch) in enumerate(batches, start=1):
            loss = torch.nn.functional.cross_entropy(
                model(**batch), labels[chosen], label_smoothing=options.smoothing
            )
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
            total += loss.item()
            if step % 50 == 0:
                seconds = time.perf_counter() - began
                progress = {"epoch": epoch, "step": step, "of": steps // options.epochs}
                print(json.dumps(progress | {"seconds": round(seconds)}), flush=True)
        scores = {
            name: score_split(predict_logits(model, inputs[name], padding=padding), splits[name])
            for name in ("rw_dev", "mt_dev")
        }
        mean = sum(scores.values()) / 2
        report = {"epoch": epoch, "loss": round(total / step, 4), **scores, "mean": round(mean, 2)}
        print(json.dumps(report | {"seconds": round(time.perf_counter() - began)}), flush=True)
        if mean > best:
            best = mean
            torch.save(model.state_dict(), options.out / "best.pt")
    torch.save(model.state_dict(), options.out / "last.pt")


if __name__ == "__main__":
    main()
