"""Write down what trained models make of the stance sentences, for other models to learn from.

Run: python training/teach.py --encoder DIR --data DIR --out FILE.npz
         [--weights FILE.pt ...] [--model DIR ...]
The teachers (weights of the joint model in torch, model folders) read NewsMTSC train, the same with
some targets swapped, the labelled governments and persons, the written contrasts, and sentences without labels.
The file holds the mean of their probabilities for each set, in the order of `sets.list_sets`.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from batches import encode_examples, load_tokenizer
from joint import MARKERS, JointModel
from measures import predict_stance
from sets import UNLABELLED, list_sets
from weights import load_weights

from encuadre.stance_models import load_stance_model


def main() -> None:
    """Let each teacher read every set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="folder of all-mpnet-base-v2")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", type=Path, action="append", default=[])
    parser.add_argument("--model", type=Path, action="append", default=[])
    parser.add_argument(
        "--unlabelled", type=int, default=UNLABELLED, help="mentions without labels"
    )
    options = parser.parse_args()
    began = time.monotonic()
    sets = list_sets(options.data, unlabelled=options.unlabelled)
    tokenizer = load_tokenizer(options.encoder)
    inputs = {
        name: encode_examples(tokenizer, rows, markers=MARKERS) for name, rows in sets.items()
    }
    answers: dict[str, list[np.ndarray]] = {name: [] for name in sets}
    for path in options.weights:
        model = JointModel(options.encoder).eval()
        load_weights(model, torch.load(path, weights_only=True))
        padding = model.encoder.config.pad_token_id
        for name, rows in inputs.items():
            answers[name].append(predict_stance(model, rows, padding=padding))
    for path in options.model:
        stance = load_stance_model(path)
        for name, rows in sets.items():
            spans = [(row.start, row.end) for row in rows]
            answers[name].append(stance.predict([row.text for row in rows], spans))
    means = {name: np.mean(found, axis=0, dtype=np.float32) for name, found in answers.items()}
    np.savez_compressed(options.out, **means)
    counts = {name: len(rows) for name, rows in sets.items()}
    print(json.dumps(counts | {"seconds": round(time.monotonic() - began)}))


if __name__ == "__main__":
    main()
