"""Write a torch module as one quantised ONNX file with its model.json beside it."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from tokenizers import Tokenizer

OPSET = 17


def export_graph(
    module: torch.nn.Module,
    example: tuple[torch.Tensor, ...],
    path: Path,
    *,
    inputs: list[str],
    output: str,
) -> None:
    """Trace `module` on `example` and write it in fp32; both axes of each input are free."""
    module.eval()
    with torch.no_grad():
        torch.onnx.export(
            module,
            example,
            str(path),
            input_names=inputs,
            output_names=[output],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in inputs}
            | {output: {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,
        )


def quantise_graph(source: Path, target: Path) -> None:
    """Write `source` with int8 weights, one scale a channel.

    The weights use seven of the eight bits (`reduce_range`): processors without VNNI add pairs of
    products in 16 bits, which would overflow silently, so that results would differ by machine.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(
            str(prepared),
            str(target),
            per_channel=True,
            weight_type=QuantType.QInt8,
            reduce_range=True,
        )
    model = onnx.load(target)
    model.doc_string = ""
    for node in model.graph.node:
        node.doc_string = ""
    onnx.save(model, target)


def save_tokenizer(source: Path, target: Path) -> None:
    """Copy a tokenizer.json without the padding and truncation that it was shipped with."""
    tokenizer = Tokenizer.from_file(str(source))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(target), pretty=False)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_model_folder(
    folder: Path, *, weights: Path, tokenizer: Path, description: dict[str, object]
) -> None:
    """Fill `folder` with model.onnx, tokenizer.json and model.json (hashes included)."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(weights, folder / "model.onnx")
    save_tokenizer(tokenizer, folder / "tokenizer.json")
    description = description | {
        "files": {name: hash_file(folder / name) for name in ("model.onnx", "tokenizer.json")}
    }
    text = json.dumps(description, indent=2, ensure_ascii=False)
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")
