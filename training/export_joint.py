"""Turn trained weights into a model folder for ONNX Runtime.

Run: python training/export_joint.py --encoder DIR --data DIR --weights FILE.pt --out DIR
         [--model base|small] [--graph split|int8|int4|fp32] [--smoothing 0.75]
Writes model.onnx.gz, tokenizer.json and model.json. `--graph split` is what is shipped: int8, outlying
dimensions apart; the others are there for comparison. `--weights` given several times averages the
weights. Stance is calibrated on both dev splits of NewsMTSC. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from batches import MAX_TOKENS, encode_examples, load_tokenizer
from compact import ServedModel, export_joint, measure_inputs, quantise_joint, smooth_inputs
from contrasts import CONTRASTS, read_contrasts
from heads import TwoHeads
from kinds import KINDS
from mentions import GOVERNMENTS, PERSONS, read_rows
from newsmtsc import read_split
from onnx_export import write_model_folder
from polnear import list_windows, read_documents
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.metrics import f1_score
from tokenizers import Tokenizer
from weights import average_weights, load_weights

from encuadre.model_files import Inputs, run_each, start_session
from encuadre.spans import TAGS
from encuadre.stance_models import LABELS

INPUTS = ("input_ids", "segments", "target_mask")
OUTSIDE = 0.08
"""What a word outside of all spans gains in score; chosen on PolNeAR dev between spans too many and
contents missed."""


def list_calibration(
    tokenizer: Tokenizer, data: Path, *, markers: dict[str, str]
) -> list[dict[str, torch.Tensor]]:
    """Return training inputs of both kinds, on which outlying dimensions are looked for."""
    examples = read_split(data / "newsmtsc" / "train.jsonl")[:4000:80]
    rows = [
        {name: torch.from_numpy(array) for name, array in row.items()}
        for row in encode_examples(tokenizer, examples, markers=markers)
    ]
    documents = read_documents(data / "polnear" / "train.jsonl.gz")[:300:50]
    for window in list_windows(tokenizer, documents, marks=(markers["start"], markers["end"]))[::2]:
        ids = torch.from_numpy(window.ids)[None]
        none = torch.zeros_like(ids)
        rows.append({"input_ids": ids, "segments": none, "target_mask": none})
    return rows


def run_graph(path: Path, inputs: list[Inputs]) -> np.ndarray:
    """Return stance logits (n, 3), as when serving."""
    return np.stack(run_each(start_session(str(path)), inputs.__getitem__, count=len(inputs)))


def fit_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature with the lowest log loss (Guo et al. 2017)."""

    def measure_loss(temperature: float) -> float:
        chosen = log_softmax(logits / temperature, axis=1)[np.arange(len(labels)), labels]
        return -float(chosen.mean())

    found = minimize_scalar(measure_loss, bounds=(0.2, 5.0), method="bounded")
    return round(float(found.x), 3)


def write_graph(model: TwoHeads, path: Path, *, graph: str, rows: list, smoothing: float) -> None:
    """Write the graph; `rows` are inputs on which outliers are looked for."""
    served = ServedModel(model)
    if graph == "split":
        smooth_inputs(served, measure_inputs(served, rows), smoothing=smoothing)
    with tempfile.TemporaryDirectory() as folder:
        exact = Path(folder) / "exact.onnx"
        export_joint(served, exact, inputs=INPUTS, outputs=("stance", "tags"))
        if graph == "fp32":
            shutil.copyfile(exact, path)
        else:
            bits = 4 if graph == "int4" else 8
            quantise_joint(exact, path, width=model.encoder.config.hidden_size, bits=bits)


def describe(
    model: TwoHeads, *, name: str, graph: str, markers: dict[str, str], temperature: float
) -> dict[str, object]:
    """Return what model.json holds."""
    transitions, starts = (scores.detach().clone() for scores in model.crf.list_scores())
    transitions[:, TAGS.index("O")] += OUTSIDE
    starts[TAGS.index("O")] += OUTSIDE
    learned = (
        f"NewsMTSC train, {len(read_rows(GOVERNMENTS)):,} labelled mentions of governments and policies, "
        f"{len(read_rows(PERSONS)):,} of persons and groups, "
        f"{len(read_contrasts(CONTRASTS))} sentences written for the purpose, PolNeAR train"
    )
    return {
        "name": name if graph == "split" else f"{name}-{graph}",
        "kind": "joint",
        "base": f"sentence-transformers/{KINDS[name].pretrained}",
        "licence": "Apache-2.0",
        "trained_on": f"{learned}, and what base says of news" if name == "small" else learned,
        "labels": list(LABELS),
        "temperature": temperature,
        "max_tokens": MAX_TOKENS,
        "markers": markers,
        "tags": list(TAGS),
        "window": 300,
        "overlap": 48,
        "transitions": [[round(score, 4) for score in row] for row in transitions.tolist()],
        "starts": [round(score, 4) for score in starts.tolist()],
    }


def main() -> None:
    """Export, calibrate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, action="append")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", choices=tuple(KINDS), default="base")
    parser.add_argument("--graph", choices=("split", "int8", "int4", "fp32"), default="split")
    parser.add_argument("--smoothing", type=float, default=0.75, help="strength (compact.py)")
    options = parser.parse_args()
    tokenizer = load_tokenizer(options.encoder)
    kind = KINDS[options.model]
    markers = kind.markers
    model = kind.make(options.encoder).eval()
    load_weights(model, average_weights(options.weights))
    rows = list_calibration(tokenizer, options.data, markers=markers)
    report: dict[str, object] = {"model": options.model, "graph": options.graph}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        write_graph(model, path, graph=options.graph, rows=rows, smoothing=options.smoothing)
        logits, labels = [], []
        for name in ("rw_dev", "mt_dev"):
            examples = read_split(options.data / "newsmtsc" / f"{name}.jsonl")
            inputs = encode_examples(tokenizer, examples, markers=markers)
            logits.append(run_graph(path, inputs))
            labels.append(np.array([example.label for example in examples]))
            score = f1_score(labels[-1], logits[-1].argmax(1), average="macro")
            report[name] = round(100 * float(score), 2)
        temperature = fit_temperature(np.concatenate(logits), np.concatenate(labels))
        write_model_folder(
            options.out,
            weights=path,
            tokenizer=options.encoder / "tokenizer.json",
            description=describe(
                model,
                name=options.model,
                graph=options.graph,
                markers=markers,
                temperature=temperature,
            ),
            compress=True,
        )
    report["temperature"] = temperature
    report["megabytes"] = round((options.out / "model.onnx.gz").stat().st_size / 1e6, 1)
    report["onnxruntime"] = onnxruntime.__version__
    print(json.dumps(report))


if __name__ == "__main__":
    main()
