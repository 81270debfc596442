"""Turn the joint model into graphs for ONNX Runtime: the frozen layers, or a whole model folder.

Run: python training/export_joint.py --encoder DIR --data DIR --low FILE
     python training/export_joint.py --encoder DIR --data DIR --weights FILE.pt --out DIR [--kind K]
The first, before training, writes the frozen layers in the form in which they will be served. The
second writes model.onnx.gz, tokenizer.json and model.json: `--kind base` and `--kind small` are what
is shipped, `fp32` and `int8` (no dimension kept apart) are there for comparison. `--weights` given
several times averages the weights. Stance is calibrated on both dev splits of NewsMTSC. Prints one
JSON line.
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
from batches import MAX_TOKENS, encode_examples
from classifier import MARKERS as SMALL_MARKERS
from classifier import load_tokenizer
from compact import export_joint, measure_inputs, quantise_joint, split_outliers
from export_stance import fit_temperature, run_graph
from heads import TwoHeads
from joint import MARKERS, JointModel, LowLayers
from newsmtsc import read_split
from onnx_export import write_model_folder
from polnear import list_windows, read_documents
from sklearn.metrics import f1_score
from small import SmallModel
from tokenizers import Tokenizer
from weights import average_weights

from encuadre.spans import TAGS
from encuadre.stance_models import LABELS

INPUTS = ("input_ids", "segments", "target_mask")
TRAINED_ON = "NewsMTSC train, 1,075 labelled mentions of governments and policies, PolNeAR train"


def list_calibration(tokenizer: Tokenizer, data: Path) -> list[dict[str, torch.Tensor]]:
    """Return training inputs of both kinds, on which outlying dimensions are looked for."""
    examples = read_split(data / "newsmtsc" / "train.jsonl")[:4000:80]
    rows = [
        {name: torch.from_numpy(array) for name, array in row.items()}
        for row in encode_examples(tokenizer, examples, markers=MARKERS)
    ]
    documents = read_documents(data / "polnear" / "train.jsonl.gz")[:300:50]
    for window in list_windows(tokenizer, documents)[::2]:
        ids = torch.from_numpy(window.ids)[None]
        none = torch.zeros_like(ids)
        rows.append({"input_ids": ids, "segments": none, "target_mask": none})
    return rows


def write_graph(model: TwoHeads, path: Path, *, kind: str, rows: list, low: bool) -> None:
    """Write the graph of `kind`, of the frozen layers alone if `low`."""
    if kind == "base":
        split_outliers(model, measure_inputs(model, rows))
    module = LowLayers(model) if low else model
    outputs = ("low",) if low else ("stance", "tags")
    with tempfile.TemporaryDirectory() as folder:
        exact = Path(folder) / "exact.onnx"
        export_joint(module, exact, inputs=INPUTS[:1] if low else INPUTS, outputs=outputs)
        if kind == "fp32":
            shutil.copyfile(exact, path)
        else:
            quantise_joint(exact, path, width=model.encoder.config.hidden_size)


def describe(model: TwoHeads, *, kind: str, temperature: float) -> dict[str, object]:
    """Return what model.json holds."""
    small = kind == "small"
    transitions, starts = (scores.tolist() for scores in model.crf.list_scores())
    return {
        "name": kind if kind in ("base", "small") else f"base-{kind}",
        "kind": "joint",
        "base": f"sentence-transformers/all-{'MiniLM-L6' if small else 'mpnet-base'}-v2",
        "licence": "Apache-2.0",
        "trained_on": f"{TRAINED_ON}, and what base says of news" if small else TRAINED_ON,
        "labels": list(LABELS),
        "temperature": temperature,
        "max_tokens": MAX_TOKENS,
        "markers": SMALL_MARKERS if small else MARKERS,
        "tags": list(TAGS),
        "window": 300,
        "overlap": 48,
        "transitions": [[round(score, 4) for score in row] for row in transitions],
        "starts": [round(score, 4) for score in starts],
    }


def main() -> None:
    """Export, calibrate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--low", type=Path)
    parser.add_argument("--weights", type=Path, action="append")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--kind", choices=("base", "small", "fp32", "int8"), default="base")
    parser.add_argument("--frozen", type=int, default=5)
    options = parser.parse_args()
    tokenizer = load_tokenizer(options.encoder)
    small = options.kind == "small"
    if small:
        model = SmallModel(options.encoder, attention="eager").eval()
    else:
        model = JointModel(options.encoder, frozen=options.frozen).eval()
    rows = list_calibration(tokenizer, options.data) if options.kind == "base" else []
    if options.low:
        write_graph(model, options.low, kind="base", rows=rows, low=True)
        print(json.dumps({"megabytes": round(options.low.stat().st_size / 1e6, 1)}))
        return
    model.load_state_dict(average_weights(options.weights))
    report: dict[str, object] = {"kind": options.kind}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        write_graph(model, path, kind=options.kind, rows=rows, low=False)
        logits, labels = [], []
        for name in ("rw_dev", "mt_dev"):
            examples = read_split(options.data / "newsmtsc" / f"{name}.jsonl")
            markers = SMALL_MARKERS if small else MARKERS
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
            description=describe(model, kind=options.kind, temperature=temperature),
            compress=True,
        )
    report["temperature"] = temperature
    report["megabytes"] = round((options.out / "model.onnx.gz").stat().st_size / 1e6, 1)
    report["onnxruntime"] = onnxruntime.__version__
    print(json.dumps(report))


if __name__ == "__main__":
    main()
