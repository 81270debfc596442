"""Turn trained weights into a stance model: int8 ONNX, calibrated on dev.

Run: python training/export_stance.py --encoder DIR --data DIR --weights FILE.pt [--out DIR]
`--weights` given several times averages the weights. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from batches import MAX_TOKENS, encode_examples
from classifier import MARKERS, load_classifier, load_tokenizer
from newsmtsc import read_split
from onnx_export import export_graph, quantise_graph, write_model_folder
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.metrics import f1_score
from weights import average_weights

from encuadre.model_files import Inputs
from encuadre.stance_models import LABELS


def run_graph(path: Path, inputs: list[Inputs]) -> np.ndarray:
    """Return logits (n, 3), each input alone, as when serving."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return np.stack([session.run(None, row)[0][0] for row in inputs])


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature with the lowest log loss (Guo et al. 2017)."""

    def measure_loss(temperature: float) -> float:
        chosen = log_softmax(logits / temperature, axis=1)[np.arange(len(labels)), labels]
        return -float(chosen.mean())

    found = minimize_scalar(measure_loss, bounds=(0.2, 5.0), method="bounded")
    return round(float(found.x), 3)


def main() -> None:
    """Export, quantise, calibrate on both dev splits, compare with fp32."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, action="append")
    parser.add_argument("--name", default="stance-small")
    parser.add_argument("--base", default="sentence-transformers/all-MiniLM-L6-v2")
    parser.add_argument("--trained-on", default="NewsMTSC train")
    parser.add_argument("--out", type=Path, default=Path("models/stance-small"))
    options = parser.parse_args()

    model = load_classifier(options.encoder, dropout=0.0, attention="eager")
    model.load_state_dict(average_weights(options.weights))
    tokenizer = load_tokenizer(options.encoder)
    splits = {
        name: read_split(options.data / "newsmtsc" / f"{name}.jsonl")
        for name in ("rw_dev", "mt_dev")
    }
    inputs = {
        name: encode_examples(tokenizer, rows, markers=MARKERS) for name, rows in splits.items()
    }
    sample = tuple(
        torch.from_numpy(inputs["rw_dev"][0][name]).repeat(2, 1)
        for name in ("input_ids", "segments", "target_mask")
    )
    with tempfile.TemporaryDirectory() as folder:
        exact, quantised = Path(folder) / "exact.onnx", Path(folder) / "int8.onnx"
        export_graph(
            model, sample, exact, inputs=["input_ids", "segments", "target_mask"], output="logits"
        )
        quantise_graph(exact, quantised)
        report: dict[str, float] = {}
        logits, labels, same = [], [], []
        for name, rows in splits.items():
            truth = np.array([row.label for row in rows])
            both = [run_graph(path, inputs[name]) for path in (exact, quantised)]
            for kind, values in zip(("fp32", "int8"), both, strict=True):
                score = f1_score(truth, values.argmax(1), average="macro")
                report[f"{name}_{kind}"] = round(100 * float(score), 2)
            same.append(both[0].argmax(1) == both[1].argmax(1))
            logits.append(both[1])
            labels.append(truth)
        temperature = fit_temperature(np.concatenate(logits), np.concatenate(labels))
        write_model_folder(
            options.out,
            weights=quantised,
            tokenizer=options.encoder / "tokenizer.json",
            description={
                "name": options.name,
                "kind": "stance",
                "base": options.base,
                "licence": "Apache-2.0",
                "trained_on": options.trained_on,
                "labels": list(LABELS),
                "temperature": temperature,
                "max_tokens": MAX_TOKENS,
                "markers": MARKERS,
            },
        )
    report["same_label_as_fp32"] = round(float(np.concatenate(same).mean()), 4)
    report["temperature"] = temperature
    report["megabytes"] = round((options.out / "model.onnx").stat().st_size / 1e6, 1)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
