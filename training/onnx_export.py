"""Write a torch module as one quantised ONNX file with its model.json beside it."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zlib
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


def compress_file(source: Path, target: Path) -> None:
    """Write `source` as gzip; the same bytes each time. Int8 weights shrink by a quarter.

    Weights hold no repeated strings to look for, so that only Huffman's codes are used.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, 31, 9, zlib.Z_HUFFMAN_ONLY)
    target.write_bytes(packer.compress(source.read_bytes()) + packer.flush())


def write_model_folder(
    folder: Path,
    *,
    weights: Path,
    tokenizer: Path,
    description: dict[str, object],
    compress: bool = False,
) -> None:
    """Fill `folder` with model.onnx or model.onnx.gz, tokenizer.json and model.json with hashes."""
    folder.mkdir(parents=True, exist_ok=True)
    name = "model.onnx.gz" if compress else "model.onnx"
    if compress:
        compress_file(weights, folder / name)
    else:
        shutil.copyfile(weights, folder / name)
    save_tokenizer(tokenizer, folder / "tokenizer.json")
    description = description | {
        "files": {each: hash_file(folder / each) for each in (name, "tokenizer.json")}
    }
    text = json.dumps(description, indent=2, ensure_ascii=False)
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")
